# One job a cell: all its replicas at once.

from initstudy.core.plugins import source_of
from initstudy.training.resources import BUFFERS, memory, minutes

# In front of a command.
KEEP_BUFFERS = " ".join(f"{name}={value}" for name, value in BUFFERS.items())
PACKAGES = {"network": "initstudy.networks", "initializer": "initstudy.initializers"}


def point_of(wildcards, axes):
    """The values of some axes that the wildcards name, each in its one form."""
    point = {}
    for axis in axes:
        text = wildcards[axis]
        try:
            point[axis] = AXES[axis].read(text)
        except ValueError:
            raise WorkflowError(f"{axis}={text} is no value of the axis {axis}")
        if str(point[axis]) != text:
            raise WorkflowError(f"{axis}={text} is spelled {axis}={point[axis]}")
    for axis, table in (("initializer", STUDY.methods), ("network", STUDY.networks)):
        if point[axis] not in table:
            raise WorkflowError(f"{axis}s: {point[axis]} is not declared")
    return point


# Folder -> cell, of all cells of the study.
CELLS = {one.folder: one for entry in STUDY.experiments.values() for one in entry.cells}


def cell_of(wildcards):
    """The cell that the wildcards name."""
    return CELLS.get(CELL.format_map(wildcards)) or cell(point_of(wildcards, AXES))


def training_data(wildcards):
    """The data set trained on, and the one that calibration inputs come from, if it is another."""
    sources = [wildcards.dataset, wildcards.calibration_source]
    return [f"results/data/{name}.h5" for name in sources if name not in ("none", "train", "noise")]


@cache
def method_code(script, network, initializer):
    """The digest of what a command runs; of all networks and initializers, just these two."""
    return code_of(
        script,
        source_of(STUDY.networks[network], PACKAGES["network"]),
        source_of(STUDY.methods[initializer], PACKAGES["initializer"]),
    )


def training_memory(wildcards, input, attempt):
    """Megabytes; every further try gets more, as the last one may have had too few."""
    return attempt * memory(STUDY.task(cell_of(wildcards)), os.path.getsize(input.data[0]))


def training_minutes(wildcards, input, attempt):
    return attempt * minutes(STUDY.task(cell_of(wildcards)), os.path.getsize(input.data[0]))


rule train_cell:
    """A prepared data set -> run.h5, what happened to all replicas of one cell."""
    input:
        data=training_data,
    output:
        f"results/cells/{CELL}/run.h5",
    log:
        f"results/logs/cells/{CELL}/train.log",
    benchmark:
        f"results/benchmarks/cells/{CELL}.tsv"
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=training_memory,
        runtime=training_minutes,
        # One GPU where there are any: `--resources gpu=N` tells how many jobs may train at a time.
        gpu=0 if STUDY.device == "cpu" else 1,
        # Resources, as parameters would retrain what was trained with other ones. Neither the name
        # nor the place of a method is what a cell depends on, its code is.
        device=STUDY.device,
        checkpoint_minutes=STUDY.checkpoint_minutes,
        network=lambda wildcards: STUDY.networks[cell_of(wildcards).network],
        initializer=lambda wildcards: STUDY.methods[cell_of(wildcards).initializer],
    params:
        cell=lambda wildcards: as_json(STUDY.task(cell_of(wildcards)).as_dict()),
        code=lambda wildcards: method_code("train.py", wildcards.network, wildcards.initializer),
    shell:
        f"{KEEP_BUFFERS}"
        ' python "$STUDY_SCRIPTS/train.py" --cell {params.cell:q}'
        " --network {resources.network:q} --initializer {resources.initializer:q}"
        " --data {input.data:q} --device {resources.device:q} --threads {threads}"
        " --checkpoint-minutes {resources.checkpoint_minutes} --code {params.code}"
        " --output {output:q} > {log:q} 2>&1"
