"""Learning curves of an experiment, with first-epoch and final accuracy: a row a facet."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.figures import plot_command
from initstudy.panels import chance, interval, name_rows
from initstudy.results import Cells, calibration_passes, within
from initstudy.study import facets
from initstudy.style import conditions, facet_text, look, page

CALIBRATION_SHOWN = 0.5
"""The share of the training passes by which calibration may lengthen the axis."""


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    rows = facets(experiment["axes"])
    initializers = experiment["initializers"]
    figure = page(
        height=0.2 + len(rows) * max(2.0, 0.4 + 0.17 * len(initializers)),
        title=f"{experiment['name']}: learning curves",
        note=conditions(experiment) + " Curves: mean over replicas with its 95 % t-interval; they "
        "start where calibration ends, which counts as passes over the training data (a curve that "
        "would start beyond the axis is left out). Dots: replicas; bars: mean and 95 % t-interval. "
        "Dotted line: chance, always answering the most frequent class.",
    )
    panels = figure.subplots(len(rows), 3, squeeze=False, width_ratios=[2.2, 1, 1])
    for (curves, first, final), facet in zip(panels, rows, strict=True):
        shown = within(cells, experiment, facet)
        draw_curves(curves, shown, initializers)
        curves.set_title(facet_text(facet), loc="left")
        for axes, epoch, name in ((first, 1, "first epoch"), (final, -1, "final")):
            draw_dots(axes, shown, initializers, epoch)
            axes.set_title(name, loc="left")
        final.set_yticklabels([])
    for axes, label in zip(
        panels[-1], ["passes over the training data", *["test accuracy"] * 2], strict=True
    ):
        axes.set_xlabel(label)
    return figure


def draw_curves(axes: Axes, cells: Cells, initializers: dict) -> None:
    """Test accuracy against passes over the training data."""
    for cell, run in cells:
        accuracy = run.history["test_accuracy"].astype(np.float64)
        passes = run.history["epoch"] + calibration_passes(run, cell["batch_size"])
        mean, half = interval(accuracy)
        style = look(initializers[cell["initializer"]]["position"])
        axes.plot(passes, mean, **style)
        axes.fill_between(passes, mean - half, mean + half, color=style["color"], alpha=0.2, lw=0)
    axes.axhline(chance(cells), color="black", linestyle=":", linewidth=0.8)
    epochs = cells[0][0]["epochs"]
    axes.set_xlim(-0.02 * epochs, epochs * (1 + CALIBRATION_SHOWN))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("test accuracy")


def draw_dots(axes: Axes, cells: Cells, initializers: dict, epoch: int) -> None:
    """Every replica's accuracy after an epoch, a row an initializer, which also is the legend."""
    for row, (cell, run) in enumerate(cells):
        accuracy = run.history["test_accuracy"][epoch].astype(np.float64)
        style = look(initializers[cell["initializer"]]["position"])
        colour, marker = style["color"], style["marker"]
        below = np.full(len(accuracy), row + 0.3)
        axes.plot(accuracy, below, ".", color=colour, alpha=0.5, markersize=3.5, markeredgewidth=0)
        mean, half = interval(accuracy[None])
        axes.errorbar(mean, [row], xerr=half, color=colour, marker=marker, capsize=2)
    axes.axvline(chance(cells), color="black", linestyle=":", linewidth=0.8)
    name_rows(axes, [cell["initializer"] for cell, _ in cells], initializers)


if __name__ == "__main__":
    plot_command(__doc__, draw)
