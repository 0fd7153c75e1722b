"""What figures, captions and pages call things: facets, metrics, the conditions of a study."""

import textwrap

from initstudy.study.axes import AXES
from initstudy.study.cells import Facet, ShownExperiment

METRICS = {"final_accuracy": "final test accuracy", "area_under_curve": "area under the curve"}
"""Columns of the experiments' tables that figures show, with their names for people."""
CONDITIONS = (
    *("dataset", "network", "depth", "norm", "activation"),
    *("optimizer", "batch_size", "train_size", "epochs"),
)
"""The axes that are said of a whole page where they have one value on it."""
TITLE_CHARACTERS = 50


def facet_text(facet: Facet) -> str:
    """A facet in words: "optimizer adam, batch size 32"."""
    return ", ".join(f"{AXES[axis].label} {value}" for axis, value in facet.items())


def facet_title(facet: Facet) -> str:
    """`facet_text` in lines that fit above one of two panels side by side."""
    return textwrap.fill(facet_text(facet), TITLE_CHARACTERS)


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
    return (
        f"{experiment.study}; {facet_text(fixed)}; "
        f"n = {experiment.replicas} replicas that differ in their initial weights alone."
    )
