# One HDF5 file a data set, whatever it came from.

import hashlib

from initstudy.study.sources import MODULES


def declared(wildcards):
    """The declaration of a data set."""
    if wildcards.dataset not in STUDY.datasets:
        raise WorkflowError(
            f"datasets: {wildcards.dataset} is not declared; choose from {', '.join(STUDY.datasets)}"
        )
    return STUDY.datasets[wildcards.dataset]


def archives(wildcards):
    """The places of a data set's archives."""
    return [
        f"{STUDY.data_dir}/{wildcards.dataset}/{Path(entry['url']).name}"
        for entry in declared(wildcards).get("archives", [])
    ]


def checksums(wildcards):
    """The checksums of a data set's archives, in their order."""
    return [entry["checksum"] for entry in declared(wildcards).get("archives", [])]


def folder(wildcards):
    """The command line's words for a folder of images.

    It is no input: it stays where it is, whatever storage results are kept in.
    """
    return ["--folder", declared(wildcards)["path"]] if "path" in declared(wildcards) else []


@cache
def listing(path):
    """A digest of the names, sizes and times of the images in a folder of class folders."""
    found = hashlib.sha256()
    for class_folder in sorted(map(str, Path(path).glob("*/*/"))):
        with os.scandir(class_folder) as entries:
            for name, state in sorted((entry.name, entry.stat()) for entry in entries):
                line = f"{class_folder}/{name} {state.st_size} {state.st_mtime_ns}\n"
                found.update(os.fsencode(line))
    return found.hexdigest()


def reader_code(wildcards):
    """The digest of the code that prepares a data set, with the one reader that it needs."""
    reader = MODULES[declared(wildcards)["source"]]
    return code_of("prepare.py", SCRIPTS / f"initstudy/data/{reader}.py")


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
        listing=lambda wildcards: listing(declared(wildcards).get("path", "")),
        checksums=checksums,
        code=reader_code,
    shell:
        'python "$STUDY_SCRIPTS/prepare.py" --source {params.source} {params.folder:q}'
        " --archives {input.archives:q} --checksums {params.checksums}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
