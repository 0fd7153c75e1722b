# One HDF5 file a data set, whatever it came from.


rule prepare_dataset:
    input:
        archives=archives,
        folders=class_folders,
        code=reader_code,
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
        source=lambda wildcards: dataset_entry(wildcards)["source"],
        folder=folder_option,
        listing=image_listing,
        checksums=checksums,
    shell:
        "python scripts/prepare.py --source {params.source} {params.folder:q}"
        " --archives {input.archives:q} --checksums {params.checksums}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
