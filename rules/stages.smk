# The stages in the order in which data flow.


include: "errors.smk"
include: "study.smk"
include: "inputs.smk"
include: "search_inputs.smk"
include: "fetch.smk"
include: "prepare.smk"
include: "train.smk"
include: "probe.smk"
include: "search.smk"
include: "gather.smk"
include: "tabulate.smk"
include: "judge.smk"
include: "answer.smk"
include: "plot.smk"
include: "bind.smk"
include: "explore.smk"
include: "publish.smk"
include: "cost.smk"
include: "messages.smk"
include: "steps.smk"


report: "../report/workflow.rst"


localrules:
    all,
    fetch_archive,
    publish_figures,
    publish_explorer,


# Else `--resources gpu=1`, which is for one machine, would let one job at a time reach a cluster.
resource_scopes:
    gpu="local",


# What a run makes that asks for nothing else.
MAIN_RESULTS = ["results/figures/all.pdf", "results/explore.html"]
