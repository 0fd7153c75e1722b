"""Axes of a cell that contradict each other, found before its job starts.

What only the data can tell, how many images a folder holds say, is left to the jobs.
"""

from initstudy.study.axes import AXES
from initstudy.study.cells import Cell
from initstudy.study.checks.keys import WrongKey
from initstudy.study.sources import IMAGE_SIZE, IMAGES

DEPTHS = {
    "architectures.lenet5": range(3, 1001),
    "architectures.plain": range(2, 1001),
    "residual.resnet": range(8, 1001, 6),
    "published.vgg": (11, 13, 16, 19),
}
"""Those of the built-in networks. They know it themselves, but take seconds to import."""
ANY_DEPTH = range(1, 1001)
NEEDS = {
    "residual.fixup": ("fixup: true", lambda options, _: options.get("fixup")),
    "residual.skipinit": (
        "branch_scale: true",
        lambda options, _: options.get("branch_scale") or options.get("fixup"),
    ),
    "residual.zero_gamma": ("norm: batch", lambda _, norm: norm == "batch"),
}
NEEDS["residual.rezero"] = NEEDS["residual.skipinit"]
"""What initializers for residual networks need of the built-in one, and whether it is there, by its
options and norm. Networks of users' own are looked at when they are initialized."""
RESIDUAL = "residual.resnet"
BUILT_IN = (*DEPTHS, "published.deepobs_3c3d", "published.all_cnn_c")


def check_networks(networks: dict[str, dict]) -> None:
    """Raise WrongKey for a depth that the options of a network fix and that it has not."""
    for name, entry in networks.items():
        depth = entry.get("options", {}).get("depth")
        if depth is not None and (reason := unfit_depth(name, entry, depth)):
            raise WrongKey(("networks", name, "options", "depth"), reason)


def unfit_depth(name: str, network: dict, depth: int) -> str | None:
    """Why a network, as declared, has not that depth; None if it has."""
    depths = DEPTHS.get(network["method"], ANY_DEPTH)
    if depth in depths:
        return None
    if depth < depths[0]:
        return f"{depth} must be at least {depths[0]} for the network {name}"
    some = ", ".join(map(str, depths[:4]))
    return f"{depth} must be one of {some}{', ...' * (len(depths) > 4)} for the network {name}"


def check_cells(study: dict, experiment: str, cells: list[Cell]) -> None:
    """Raise WrongKey if a cell of an experiment contradicts itself."""
    for cell in cells:
        if found := contradiction(study, cell):
            axis, reason = found
            varied = axis in study["experiments"][experiment]
            place = ("experiments", experiment) if varied else ("defaults",)
            raise WrongKey((*place, axis), f"{reason} (experiment {experiment})")


def check_probe(study: dict, cells: list[Cell]) -> None:
    """Raise WrongKey if a probe contradicts itself; cells: one an initializer, as if trained."""
    for cell in cells:
        held_out = images(study, cell.dataset, "validation")
        found = contradiction(study, cell) or excess("batch_size", cell.batch_size, held_out)
        if found:
            axis, reason = found
            place = "probe" if axis in study["probe"] else "defaults"
            raise WrongKey((place, axis), f"{reason} (probe)")


def contradiction(study: dict, cell: Cell) -> tuple[str, str] | None:
    """The axis that is wrong in view of the others, and why; None if there is none."""
    uses_depth = cell.depth != AXES["depth"].unused
    reason = unfit_depth(cell.network, study["networks"][cell.network], cell.depth)
    if uses_depth and reason:
        return "depth", reason
    if reason := unfit_initializer(study, cell):
        return "initializer", reason
    used = images(study, cell.dataset, "training")
    if cell.train_size != "all":
        if found := excess("train_size", cell.train_size, used):
            return found
        used = {"train_size": cell.train_size}
    if reason := unlike_source(study, cell):
        return "calibration_source", reason
    if cell.optimizer == "nesterov" and cell.momentum == 0:
        return "momentum", "0.0 must be above 0 where the optimizer is nesterov"
    warmup = study["schedules"][cell.schedule].get("warmup", 0)
    if warmup >= cell.epochs:
        return "schedule", (
            f"{cell.schedule} warms up for {warmup} epochs, which must be fewer than the"
            f" {cell.epochs} of training"
        )
    found = excess("batch_size", cell.batch_size, used) or calibration_excess(study, cell, used)
    if found:
        return found
    for axis in ("batch_size", "calibration_size"):
        # BatchNorm has nothing to normalise by in a linear layer that sees one image.
        if cell.norm == "batch" and getattr(cell, axis) == 1:
            return axis, "1 must be at least 2 where norm is batch"
    return None


def unfit_initializer(study: dict, cell: Cell) -> str | None:
    """Why an initializer for residual networks does not fit a built-in network; None if it does."""
    network = study["networks"][cell.network]
    method, options = network["method"], network.get("options", {})
    needed = NEEDS.get(study["initializers"][cell.initializer]["method"])
    if needed is None or method not in BUILT_IN:
        return None
    if method != RESIDUAL:
        return f"{cell.initializer} is about residual branches, which {cell.network} has none of"
    words, is_there = needed
    if is_there(options, options.get("norm", cell.norm)):
        return None
    return f"{cell.initializer} needs {words} of the network {cell.network}"


def unlike_source(study: dict, cell: Cell) -> str | None:
    """Why calibration inputs from another data set do not fit the network; None if they do."""
    if cell.calibration_source not in study["datasets"]:
        return None
    own, other = (
        study["datasets"][name].get("size", IMAGE_SIZE)
        for name in (cell.dataset, cell.calibration_source)
    )
    if own == other:
        return None
    return f"{cell.calibration_source} has images of {other} pixels, {cell.dataset} of {own}"


def calibration_excess(study: dict, cell: Cell, used: dict[str, int]) -> tuple[str, str] | None:
    """As `excess`, of what an initializer asks for; used: how many images are trained on."""
    size, source = cell.calibration_size, cell.calibration_source
    entry = study["initializers"][cell.initializer]
    if entry.get("options", {}).get("strength") == "auto":
        # Its one step takes a labelled batch, its judgement of the step another.
        halves = {f"half of {name}": limit // 2 for name, limit in used.items()}
        if found := excess("calibration_size", size, halves):
            return found
    pool = used
    if source in study["datasets"]:
        pool = images(study, source, "training")
    return None if source in ("none", "noise") else excess("calibration_size", size, pool)


def excess(axis: str, size: int, limits: dict[str, int]) -> tuple[str, str] | None:
    """The axis and why its value is too large, if it is; limits: by their names."""
    for name, limit in limits.items():
        if size > limit:
            return axis, f"{size} must be at most {limit}, {name}"
    return None


def images(study: dict, dataset: str, split: str) -> dict[str, int]:
    """By its name, how many images a split of a data set has; empty where only the data tell."""
    sizes = IMAGES.get(study["datasets"][dataset]["source"])
    return {f"the {split} images of {dataset}": sizes[split]} if sizes else {}
