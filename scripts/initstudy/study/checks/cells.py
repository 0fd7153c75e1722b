"""Axes of a cell that contradict each other, found before its job starts.

What only the data can tell, how many images a folder holds say, is left to the jobs.
"""

from initstudy.study.cells import Cell
from initstudy.study.checks.keys import WrongKey
from initstudy.study.sources import IMAGES

DEPTHS = {
    "architectures.lenet5": (3, 1),
    "architectures.plain": (2, 1),
    "residual.resnet": (8, 6),
}
"""The built-in networks' least depth, and how far it is to the next one. They know it themselves,
but take seconds to import."""


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
    least, step = DEPTHS.get(study["networks"][cell.network]["method"], (1, 1))
    if cell.depth < least:
        return "depth", f"{cell.depth} must be at least {least} for the network {cell.network}"
    if (cell.depth - least) % step:
        depths = ", ".join(str(least + number * step) for number in range(3))
        return "depth", f"{cell.depth} must be one of {depths}, ... for the network {cell.network}"
    used = images(study, cell.dataset, "training")
    if cell.train_size != "all":
        if found := excess("train_size", cell.train_size, used):
            return found
        used = {"train_size": cell.train_size}
    found = excess("batch_size", cell.batch_size, used) or calibration_excess(study, cell, used)
    if found:
        return found
    for axis in ("batch_size", "calibration_size"):
        # BatchNorm has nothing to normalise by in a linear layer that sees one image.
        if cell.norm == "batch" and getattr(cell, axis) == 1:
            return axis, "1 must be at least 2 where norm is batch"
    return None


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
