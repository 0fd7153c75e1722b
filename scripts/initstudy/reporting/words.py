"""What figures, captions and pages call things: facets, metrics, the conditions of a study."""

import textwrap

from initstudy.analysis.intervals import FEWEST_REPLICAS
from initstudy.study.axes import AXES
from initstudy.study.cells import Facet, ShownExperiment
from initstudy.study.claims import CHARGED

METRICS = {
    "final_accuracy": "final test accuracy",
    "first_epoch_accuracy": "test accuracy after one epoch",
    "area_under_curve": "area under the curve",
    "epochs_to_target": "epochs to the target accuracy",
}
METRICS |= {
    f"{CHARGED}{column}": f"{name}, calibration charged" for column, name in METRICS.items()
}
"""Columns of the experiments' tables, with their names for people."""
SHOWN = ("final_accuracy", f"{CHARGED}area_under_curve")
"""Those that figures show side by side."""
CONDITIONS = (
    *("dataset", "network", "depth", "norm", "activation"),
    *("optimizer", "batch_size", "train_size", "epochs"),
)
"""The axes that are said of a whole page where they have one value on it."""
TITLE_CHARACTERS, AXIS_CHARACTERS = 50, 26


def axis_name(metric: str) -> str:
    """The name of a metric in lines that fit beside an axis."""
    return textwrap.fill(METRICS[metric], AXIS_CHARACTERS)


def spread_text(experiment: ShownExperiment) -> str:
    """What is drawn of the replicas of an experiment beside their mean."""
    if experiment.replicas < FEWEST_REPLICAS:
        return "mean over replicas, which are points"
    return "mean over replicas with its 95 % t-interval"


def facet_text(facet: Facet) -> str:
    """A facet in words: "optimizer adam, batch size 32"."""
    return ", ".join(f"{AXES[axis].label} {value}" for axis, value in facet.items())


def facet_title(facet: Facet) -> str:
    """`facet_text` in lines that fit above one of two panels side by side."""
    return textwrap.fill(facet_text(facet), TITLE_CHARACTERS)


def software_text(software: dict[str, str]) -> str:
    """Versions, as "numpy 2.4.6, torch 2.14.1"."""
    return ", ".join(f"{name} {version}" for name, version in software.items())


def in_words(text: str) -> str:
    """A condition of a table, batch_size=16, as batch size 16."""
    return text.replace("=", " ").replace("_", " ")


def sentence(facet: Facet, text: str) -> str:
    """What is said of a facet: "Optimizer adam, batch size 32: the text."."""
    whole = ": ".join(filter(None, [facet_text(facet), f"{text}."]))
    return whole[0].upper() + whole[1:]


def conditions(experiment: ShownExperiment) -> str:
    """What holds on the whole page: study, fixed axes, replicas."""
    values = {axis: experiment.axes[axis] for axis in CONDITIONS}
    unused = [experiment.unused.get(network, ()) for network in values["network"]]
    fixed = {
        axis: only
        for axis, (only, *others) in values.items()
        if not others and not all(axis in axes for axes in unused)
    }
    said = (
        f"{experiment.study}; {facet_text(fixed)}; "
        f"n = {experiment.replicas} replicas that differ in their initial weights alone."
    )
    if experiment.tuned:
        said += " Tuned: each initializer at its own best learning rate; common: all at one."
    if experiment.at_edge:
        labels = ", ".join(experiment.initializers[name].label for name in experiment.at_edge)
        said += (
            f" The best rate of {labels} lies at the edge of what was tried: a further one might be"
            " better."
        )
    return said
