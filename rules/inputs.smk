# What the rules ask of the study, stage by stage: input functions and parameters.

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


def folder_option(wildcards):
    """The command line's words for a folder of images."""
    entry = dataset_entry(wildcards)
    return ["--folder", entry["path"]] if "path" in entry else []


def checksums(wildcards):
    """The checksums of a data set's archives, in their order."""
    return [entry["checksum"] for entry in dataset_entry(wildcards).get("archives", [])]


# train


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
