# What the rules ask of the study, stage by stage: input functions and parameters.

import hashlib
import os

from initstudy.resources import BUFFERS, memory, minutes

# fetch


def archive(wildcards):
    """The declaration of an archive, by its place."""
    entries = STUDY["datasets"].get(wildcards.dataset, {}).get("archives", [])
    [entry] = [entry for entry in entries if Path(entry["url"]).name == wildcards.file]
    return entry


# prepare


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


def image_listing(wildcards):
    """A digest of the names and sizes of a folder's images, for an image that is overwritten in
    place leaves the time of its folder as it was."""
    digest = hashlib.sha256()
    for folder in class_folders(wildcards):
        with os.scandir(folder) as entries:
            for name, size in sorted((entry.name, entry.stat().st_size) for entry in entries):
                digest.update(os.fsencode(f"{folder}{name} {size}\n"))
    return digest.hexdigest()


def reader_code(wildcards):
    """The code that prepares a data set, with the one reader that it needs."""
    reader = MODULES[dataset_entry(wildcards)["source"]]
    return modules("scripts/prepare.py", f"scripts/initstudy/data/{reader}.py")


def folder_option(wildcards):
    """The command line's words for a folder of images."""
    entry = dataset_entry(wildcards)
    return ["--folder", entry["path"]] if "path" in entry else []


def checksums(wildcards):
    """The checksums of a data set's archives, in their order."""
    return [entry["checksum"] for entry in dataset_entry(wildcards).get("archives", [])]


# train

# In front of a command.
KEEP_BUFFERS = " ".join(f"{name}={value}" for name, value in BUFFERS.items())


def point_of(wildcards, axes):
    """The values of some axes that the wildcards name."""
    point = {axis: AXES[axis](wildcards[axis]) for axis in axes}
    for axis, table in (("initializer", "initializers"), ("network", "networks")):
        if point[axis] not in STUDY[table]:
            raise WorkflowError(f"{table}: {point[axis]} is not declared in config.yaml")
    return point


def cell_of(wildcards):
    """Axes and options of the cell that the wildcards name."""
    return cell_options(STUDY, point_of(wildcards, AXES))


def calibration_data(wildcards):
    """The data set that calibration inputs come from, where it is not the one trained on."""
    source = wildcards.calibration_source
    return [] if source in ("none", "train", "noise") else [f"results/data/{source}.h5"]


def code_with_own(script, cell):
    """A script's modules and, of all initializers and networks, just the cell's own."""
    own = [cell[key].partition(":")[0] for key in ("method", "architecture")]
    return modules(script, *own)


def cell_code(wildcards):
    return code_with_own("scripts/train.py", cell_of(wildcards))


def training_memory(wildcards, input, attempt):
    """Megabytes; every further try gets more, as the last one may have had too few."""
    return attempt * memory(cell_of(wildcards), os.path.getsize(input.data))


def training_minutes(wildcards, input, attempt):
    return attempt * minutes(cell_of(wildcards), os.path.getsize(input.data))


# probe


def declared_probe():
    if "probe" not in STUDY:
        raise WorkflowError(f"probe: studies/{STUDY['study']}.yaml does not declare one")
    return STUDY["probe"]


def probe_of(wildcards):
    """Axes and options of the probe that the wildcards name."""
    return probe_options(STUDY, declared_probe(), point_of(wildcards, PROBE_AXES))


def probe_code(wildcards):
    return code_with_own("scripts/probe.py", probe_of(wildcards))


def probed_initializers():
    """The initializers that the study probes, in the order of config.yaml, as figures show them."""
    return {
        name: {"label": entry["label"], "position": position}
        for position, (name, entry) in enumerate(STUDY["initializers"].items())
        if name in declared_probe()["initializer"]
    }


def probes(wildcards):
    """The study's probes, one an initializer."""
    return [
        f"results/probes/{PROBE}/probe.h5".format_map(declared_probe() | {"initializer": name})
        for name in probed_initializers()
    ]


# plot


def facet_suffix(facet):
    """A facet as a part of file names: -optimizer=adam,batch_size=32, or nothing."""
    return "-" + ",".join(f"{axis}={value}" for axis, value in facet.items()) if facet else ""


FACETS = {
    name: {facet_suffix(facet): facet for facet in facets(axes)}
    for name, axes in EXPERIMENT_AXES.items()
}


def facet_axes(wildcards):
    """The axes of an experiment, restricted to one facet."""
    facet = FACETS[wildcards.experiment][wildcards.facet]
    return EXPERIMENT_AXES[wildcards.experiment] | {axis: [facet[axis]] for axis in facet}


def facet_labels(wildcards):
    """What the report says of a figure of one facet."""
    facet = FACETS[wildcards.experiment][wildcards.facet]
    part = ", ".join(f"{axis} {value}" for axis, value in facet.items())
    return {"result": wildcards.kind, "part": part or "all"}
