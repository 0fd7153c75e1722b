# How the initial weight distribution changes the training of a CNN: from data sets to figures.
# Data flows one way, a file of rules a stage:
#
#   fetch -> prepare -> probe / train -> tabulate -> judge / plot -> bind / explore
#
# What is run stands in config.yaml and in studies/, how in scripts/.

from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/study.smk"
include: "rules/inputs.smk"
include: "rules/fetch.smk"
include: "rules/prepare.smk"
include: "rules/train.smk"
include: "rules/probe.smk"
include: "rules/tabulate.smk"
include: "rules/judge.smk"
include: "rules/plot.smk"
include: "rules/bind.smk"
include: "rules/explore.smk"
include: "rules/cost.smk"
include: "rules/messages.smk"


localrules:
    all,
    fetch_archive,


# Else `--resources gpu=1`, which is for one machine, would let one job at a time reach a cluster.
resource_scopes:
    gpu="local",


rule all:
    default_target: True
    input:
        "results/figures/all.pdf",
        "results/explore.html",
