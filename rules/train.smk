# One job a cell: all its replicas at once.


def cell_of(wildcards):
    """Axes and options of the cell that the wildcards name."""
    cell = {axis: read(wildcards[axis]) for axis, read in AXES.items()}
    for axis, table in (("initializer", "initializers"), ("network", "networks")):
        if cell[axis] not in STUDY[table]:
            raise WorkflowError(f"{table}: {cell[axis]} is not declared in config.yaml")
    return cell_options(STUDY, cell)


def calibration_data(wildcards):
    """The data set that calibration inputs come from, where it is not the one trained on."""
    source = wildcards.calibration_source
    return [] if source in ("none", "train", "noise") else [f"results/data/{source}.h5"]


def cell_code(wildcards):
    """The training code with just this cell's own initializer and network."""
    cell = cell_of(wildcards)
    own = [cell[key].partition(":")[0] for key in ("method", "architecture")]
    return sorted({path for script in ("scripts/train.py", *own) for path in modules(script)})


rule train_cell:
    input:
        data="results/data/{dataset}.h5",
        calibration=calibration_data,
        code=cell_code,
    output:
        "results/cells/" + CELL + "/run.h5",
    log:
        "results/logs/cells/" + CELL + "/train.log",
    benchmark:
        "results/benchmarks/cells/" + CELL + ".tsv"
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        cell=lambda wildcards: as_json(cell_of(wildcards)),
        calibration=lambda wildcards: [
            word for path in calibration_data(wildcards) for word in ("--calibration-data", path)
        ],
    # glibc gives large buffers back after each use, and the page faults that follow would cost a
    # third of a training step; these settings keep them.
    shell:
        "MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=4294967296"
        " MALLOC_TOP_PAD_=67108864"
        " python scripts/train.py --cell {params.cell:q} --data {input.data:q}"
        " {params.calibration:q} --device {config[device]:q}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
