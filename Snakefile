# How the initial weight distribution changes the training of a CNN: from data sets to figures.
# Data flows one way, a file of rules a stage:
#
#   fetch -> prepare -> probe / train -> search -> gather -> tabulate -> judge / plot -> bind / explore
#
# What is run stands in config.yaml and in studies/, how in scripts/. Every rule runs one command of
# scripts/ and has the digest of the code that it runs as a parameter: an edit of behaviour rebuilds
# what depends on it, while comments and the places of files do not count.

from snakemake.utils import min_version

min_version("9.27")


include: "rules/stages.smk"


rule all:
    """All figures in one file, and the explorer, of the study that is run."""
    default_target: True
    input:
        MAIN_RESULTS,
