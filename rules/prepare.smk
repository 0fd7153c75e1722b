# One HDF5 file a data set, whatever it came from.


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
    conda:
        "../envs/study.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        source=lambda wildcards: declared(wildcards)["source"],
        folder=folder,
        listing=lambda wildcards: listing(declared(wildcards).get("path")),
        checksums=checksums,
        code=reader_code,
    shell:
        'python "$STUDY_SCRIPTS/prepare.py" --source {params.source} {params.folder:q}'
        " --archives {input.archives:q} --checksums {params.checksums}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
