"""What the panels of several figures share: metrics of a cell, intervals, chance, rows, a grid."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from initstudy.results import Cells
from initstudy.style import look

COLUMNS = 2
METRICS = {"final_accuracy": "final test accuracy", "area_under_curve": "area under the curve"}
"""Columns of the experiments' tables that figures show, with their names for people."""


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the last axis and half the length of its 95 % t-interval (0 for one replica)."""
    count = values.shape[-1]
    if count == 1:
        return values[..., 0], np.zeros(values.shape[:-1])
    return values.mean(axis=-1), stats.sem(values, axis=-1) * stats.t.ppf(0.975, count - 1)


def chance(cells: Cells) -> float:
    """The test accuracy of always answering the most frequent class."""
    return cells[0][1].attributes["chance_accuracy"]


def by_initializer(cells: Cells) -> dict[str, Cells]:
    """The cells of every initializer, in the order of the cells."""
    groups = {}
    for cell, run in cells:
        groups.setdefault(cell["initializer"], []).append((cell, run))
    return groups


def name_rows(axes: Axes, names: list[str], initializers: dict) -> None:
    """A row an initializer from top to bottom, named in its colour: what stands for a legend."""
    axes.set_yticks(range(len(names)), [initializers[name]["label"] for name in names])
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_color(look(initializers[name]["position"])["color"])
    axes.set_ylim(len(names) - 0.5, -0.5)


def write_margin(axes: Axes, heading: str, entries: list[str]) -> None:
    """A text for every row, and above them what they are, to the right of a panel."""
    axes.text(1.03, 1.01, heading, transform=axes.transAxes, va="bottom", fontsize=7)
    for row, entry in enumerate(entries):
        place = {"transform": axes.get_yaxis_transform(), "va": "center"}
        axes.text(1.03, row, entry, fontsize=7, **place)


def grid(figure: Figure, count: int, **options) -> list[Axes]:
    """`count` panels in two columns; options: those of `Figure.subplots`."""
    panels = figure.subplots(grid_rows(count), COLUMNS, squeeze=False, **options).ravel()
    for axes in panels[count:]:
        axes.remove()
    return list(panels[:count])


def grid_rows(count: int) -> int:
    return math.ceil(count / COLUMNS)
