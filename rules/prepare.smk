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


def folder_option(wildcards):
    """The command line's words for a folder of images."""
    entry = dataset_entry(wildcards)
    return ["--folder", entry["path"]] if "path" in entry else []


def checksums(wildcards):
    """The checksums of a data set's archives, in their order."""
    return [entry["checksum"] for entry in dataset_entry(wildcards).get("archives", [])]


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
    conda:
        "../envs/study.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        source=lambda wildcards: dataset_entry(wildcards)["source"],
        folder=folder_option,
        checksums=checksums,
    shell:
        "python scripts/prepare.py --source {params.source} {params.folder:q}"
        " --archives {input.archives:q} --checksums {params.checksums}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
