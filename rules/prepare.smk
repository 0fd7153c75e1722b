# One HDF5 file a data set, whatever it came from.

from snakemake.settings.types import SharedFSUsage

# Folders of images stay where they are, so other machines may not see them.
if SharedFSUsage.INPUT_OUTPUT not in workflow.storage_settings.shared_fs_usage:

    localrules:
        prepare_dataset,


rule prepare_dataset:
    """Any source of labelled images -> images and labels of three splits, results/data/NAME.h5."""
    input:
        archives=archives,
    output:
        "results/data/{dataset}.h5",
    log:
        "results/logs/prepare/{dataset}.log",
    benchmark:
        "results/benchmarks/prepare/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(STUDY.datasets),
    conda:
        "../envs/study.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        source=lambda wildcards: STUDY.datasets[wildcards.dataset]["source"],
        folder=folder,
        listing=lambda wildcards: listing(wildcards.dataset),
        checksums=checksums,
        code=reader_code,
    shell:
        'python "$STUDY_SCRIPTS/prepare.py" --source {params.source} {params.folder:q}'
        " --archives {input.archives:q} --checksums {params.checksums}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
