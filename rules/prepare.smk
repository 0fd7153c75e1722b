# One HDF5 file a data set, whatever it came from.


def dataset_entry(wildcards):
    if wildcards.dataset not in STUDY["datasets"]:
        raise WorkflowError(f"datasets: {wildcards.dataset} is not declared in config.yaml")
    return STUDY["datasets"][wildcards.dataset]


def archives(wildcards):
    """The places of a data set's archives."""
    return [
        f"{STUDY['data_dir']}/{wildcards.dataset}/{Path(entry['url']).name}"
        for entry in dataset_entry(wildcards).get("archives", [])
    ]


def class_folders(wildcards):
    """The class folders of a folder of images, which change with the files in them."""
    entry = dataset_entry(wildcards)
    return sorted(str(path) for path in Path(entry["path"]).glob("*/*/")) if "path" in entry else []


rule prepare_dataset:
    input:
        archives=archives,
        folders=class_folders,
        code=modules("scripts/prepare.py"),
    output:
        "results/data/{dataset}.h5",
    log:
        "results/logs/prepare/{dataset}.log",
    benchmark:
        "results/benchmarks/prepare/{dataset}.tsv"
    params:
        source=lambda wildcards: dataset_entry(wildcards)["source"],
        folder=lambda wildcards: dataset_entry(wildcards).get("path", ""),
        checksums=lambda wildcards: [
            entry["checksum"] for entry in dataset_entry(wildcards).get("archives", [])
        ],
    threads: 2
    resources:
        mem_mb=4000,
        runtime=240,
    conda:
        "../envs/study.yaml"
    shell:
        "python scripts/prepare.py --source {params.source} --folder {params.folder:q}"
        " --archives {input.archives:q} --checksums {params.checksums}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
