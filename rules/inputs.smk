# What the rules ask of the study, stage by stage: input functions and parameters.

import hashlib
import zlib

from initstudy.core.plugins import INITIALIZERS, NETWORKS, SCHEDULES, source_of
from initstudy.data.image_files import find_images
from initstudy.study.axes import TUNED
from initstudy.study.sources import IMAGE_SIZE, MODULES, archive_name
from initstudy.study.tuning import trained
from initstudy.training.resources import BUFFERS, memory, minutes

# fetch

# Where an archive is put -> its declaration.
ARCHIVES = {
    f"{STUDY.data_dir}/{dataset}/{archive_name(entry['url'])}": entry
    for dataset, declared in STUDY.datasets.items()
    for entry in declared.get("archives", [])
}


def archive(wildcards):
    """The declaration of an archive, by its place."""
    return ARCHIVES[f"{STUDY.data_dir}/{wildcards.dataset}/{wildcards.file}"]


# prepare


def archives(wildcards):
    """The places of a data set's archives."""
    return [
        f"{STUDY.data_dir}/{wildcards.dataset}/{archive_name(entry['url'])}"
        for entry in STUDY.datasets[wildcards.dataset].get("archives", [])
    ]


def checksums(wildcards):
    """The checksums of a data set's archives, in their order."""
    return [entry["checksum"] for entry in STUDY.datasets[wildcards.dataset].get("archives", [])]


def folder(wildcards):
    """The command line's words for a folder of images.

    It is no input: it stays where it is, whatever storage results are kept in.
    """
    entry = STUDY.datasets[wildcards.dataset]
    if "path" not in entry:
        return []
    words = ["--folder", str(folder_of(entry))]
    for key in ("size", "bits", "max_pixels"):
        words += [f"--{key.replace('_', '-')}", str(entry[key])] if key in entry else []
    if "split" in entry:
        words += ["--split", entry["split"]["train"], entry["split"]["test"]]
    return words + ["--skip"] * (entry.get("on_error") == "skip")


def folder_of(entry):
    """Where the images of a data set lie; ~ and $NAME are the user's."""
    return Path(os.path.expandvars(entry["path"])).expanduser()


@cache
def listing(dataset):
    """A digest of the names, sizes and times of what is read of a folder of images.

    Of one that cannot be read it is empty: its job says why.
    """
    entry = STUDY.datasets[dataset]
    if "path" not in entry:
        return None
    found = hashlib.sha256()
    try:
        for file in find_images(folder_of(entry), entry.get("split")).all():
            state = file.stat()
            found.update(os.fsencode(f"{file} {state.st_size} {state.st_mtime_ns}\n"))
    except (InputError, OSError):
        return ""
    return found.hexdigest()


def reader_code(wildcards):
    """The digest of the code that prepares a data set, with the one reader that it needs."""
    reader = MODULES[STUDY.datasets[wildcards.dataset]["source"]]
    return code_of("prepare.py", SCRIPTS / f"initstudy/data/{reader}.py")


# train

# In front of a command.
KEEP_BUFFERS = " ".join(f"{name}={value}" for name, value in BUFFERS.items())


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
    tables = {"initializer": STUDY.methods, "network": STUDY.networks, "schedule": STUDY.schedules}
    for axis in tables.keys() & {*axes}:
        if point[axis] not in tables[axis]:
            raise WorkflowError(f"{axis}s: {point[axis]} is not declared")
    return point


COMMON_RATES = STUDY.defaults["learning_rate"]
# Experiment -> its cells that are known before any search.
KNOWN = {
    name: [trained(point, COMMON_RATES, {}) for point in entry.cells if point.rate != TUNED]
    for name, entry in STUDY.experiments.items()
}
# Folder -> cell, of all of these.
CELLS = {one.folder: one for cells in KNOWN.values() for one in cells}


def cell_of(wildcards):
    """The cell that the wildcards name."""
    return CELLS.get(CELL.format_map(wildcards)) or cell(point_of(wildcards, AXES))


def task_of(wildcards):
    """What a job trains, by the wildcards."""
    try:
        return STUDY.task(cell_of(wildcards), Block.read(wildcards.replicas))
    except ValueError as error:
        raise WorkflowError(f"replicas={wildcards.replicas}: {error}")


def run_files(folder, experiment):
    """The runs of a cell, one a block of the replicas that an experiment has."""
    blocks = STUDY.blocks(experiment)
    return [f"results/cells/{folder}/{block.folder}/run.h5" for block in blocks]


def training_data(wildcards):
    """The data set trained on, and the one that calibration inputs come from, if it is another."""
    sources = [wildcards.dataset, wildcards.calibration_source]
    return [f"results/data/{name}.h5" for name in sources if name not in ("none", "train", "noise")]


@cache
def method_code(script, network, initializer, schedule=None):
    """The digest of what a command runs; of all methods, just these."""
    methods = [
        source_of(STUDY.networks[network].method, NETWORKS),
        source_of(STUDY.methods[initializer], INITIALIZERS),
    ]
    if schedule is not None:
        methods.append(source_of(STUDY.schedules[schedule].method, SCHEDULES))
    return code_of(script, *methods)


# Snakemake compares no parameter that is derived from outputs, threads or resources: the next two
# say where methods lie and how to run, which no result depends on. Methods count by their code.


def methods(wildcards, output):
    """The command line's words for the functions that make and set a network."""
    network, initializer = STUDY.networks[wildcards.network], STUDY.methods[wildcards.initializer]
    return ["--network", network.method, "--initializer", initializer]


def training_options(wildcards, output):
    """The command line's words for how a cell is trained."""
    minutes_between = str(STUDY.checkpoint_minutes)
    running = ["--device", STUDY.device, "--checkpoint-minutes", minutes_between]
    running += ["--keep-state"] * STUDY.keep_state
    schedule = ["--schedule", STUDY.schedules[wildcards.schedule].method]
    return [*methods(wildcards, output), *schedule, *running]


def needs(resource, wildcards, input, attempt):
    """What a job asks for; every further try gets more, as the last one may have had too little."""
    size = STUDY.datasets[wildcards.dataset].get("size", IMAGE_SIZE)
    task = task_of(wildcards)
    method = STUDY.networks[wildcards.network].method
    return attempt * resource(task, os.path.getsize(input.data[0]), size, method)


def training_memory(wildcards, input, attempt):
    """Megabytes."""
    return needs(memory, wildcards, input, attempt)


def training_minutes(wildcards, input, attempt):
    return needs(minutes, wildcards, input, attempt)


# probe


def declared_probe():
    if STUDY.probe is None:
        raise WorkflowError(f"probe: the study {STUDY.name} does not declare one")
    return STUDY.probe


OF_TRAINING_ALONE = ("train_size", "epochs", "seed", "augmentation", "schedule")
OF_TRAINING_ALONE += ("schedule_options", "warmup")


def probe_task(wildcards):
    """Axes and options of a probe. Nothing is trained, so what decides training alone is left out,
    lest it make a probe out of date."""
    declared_probe()
    values = STUDY.probe_task(point_of(wildcards, PROBE_AXES)).as_dict()
    return {key: values[key] for key in values if key not in OF_TRAINING_ALONE}


def probes(wildcards):
    """The study's probes, one an initializer."""
    declared_probe()
    return [f"results/probes/{PROBE}/probe.h5".format_map(point) for point in STUDY.probes()]


def correlated_initializers():
    """What is said of the initializers that claims of a correlation are about."""
    claims = [claim for claim in STUDY.claims.values() if claim.test == "correlation"]
    names = initializers_of([STUDY.experiments[claim.experiment] for claim in claims])
    return as_json({name: vars(STUDY.initializers[name]) for name in names})


TUNED_EXPERIMENTS = [name for name, entry in STUDY.experiments.items() if entry.tuned]


def initializers_of(experiments):
    """The names of the initializers that some experiments have, each once."""
    return dict.fromkeys(name for one in experiments for name in one.axes["initializer"])


def labels():
    """What the initializers of all experiments are called."""
    names = initializers_of(STUDY.experiments.values())
    return {name: STUDY.initializers[name].label for name in names}


def probed_initializers(wildcards):
    """What figures say of the initializers that are probed."""
    names = [point["initializer"] for point in STUDY.probes()]
    return as_json({name: vars(STUDY.initializers[name]) for name in names})


# plot

# Bytes of a suffix: file systems take names of 255, and experiment, kind and the marks of files that
# are being written come on top.
LONGEST = 120


def facet_suffix(facet):
    """A facet as a part of file names: -optimizer=adam,batch_size=32, or nothing."""
    text = "-" + ",".join(f"{axis}={value}" for axis, value in facet.items()) if facet else ""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}-{zlib.crc32(text.encode()):08x}"


# Experiment -> suffix -> facet.
FACETS = {
    name: {facet_suffix(facet): facet for facet in entry.facets()} | {"": {}}
    for name, entry in STUDY.experiments.items()
}
SUFFIXES = sorted({suffix for facets in FACETS.values() for suffix in facets if suffix})


def facet_of(wildcards):
    """The facet that a figure shows; of a kind that shows all of them, the empty one."""
    return FACETS[wildcards.experiment][wildcards.facet]


def facet_labels(wildcards):
    """What the report says of a figure."""
    part = ", ".join(f"{axis} {value}" for axis, value in facet_of(wildcards).items())
    return {"result": wildcards.kind, "part": part or "all"}
