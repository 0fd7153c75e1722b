"""Learning curves of an experiment, with first-epoch and final accuracy: a row a facet."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.captions import ranked
from initstudy.figures import plot_command
from initstudy.intervals import interval
from initstudy.panels import chance, labelled, name_rows, write_margin
from initstudy.results import Cells, calibration_passes, within
from initstudy.runs import Run
from initstudy.study import facets
from initstudy.style import (
    CONTEXT,
    conditions,
    facet_text,
    in_percent,
    line_groups,
    look,
    page,
    sentence,
)

CALIBRATION_SHOWN = 0.5
"""The share of the training passes by which calibration may lengthen the axis."""


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    rows = facets(experiment["axes"])
    initializers = experiment["initializers"]
    groups = line_groups(experiment["axes"]["initializer"])
    figure = page(
        height=0.2 + len(rows) * max(2.0, 0.4 + 0.17 * len(initializers), 1.35 * len(groups)),
        title=f"{experiment['name']}: learning curves",
        note=note(experiment, len(groups)),
    )
    places = figure.add_gridspec(len(rows), 3, width_ratios=[2, 1, 1])
    left, right = None, None
    for row, facet in enumerate(rows):
        shown = within(cells, experiment, facet)
        for group, place in zip(groups, places[row, 0].subgridspec(len(groups), 1), strict=True):
            left = figure.add_subplot(place, sharex=left, sharey=left)
            draw_curves(left, shown, initializers, group)
            if group is groups[0]:
                left.set_title(facet_text(facet), loc="left")
        for column, epoch, name in ((1, 1, "first epoch"), (2, -1, "final")):
            right = figure.add_subplot(places[row, column], sharex=right)
            draw_dots(right, shown, initializers, epoch)
            right.set_title(name, loc="left")
            right.set_xlabel("test accuracy")
        right.set_yticklabels([])
        final = [100 * run.history["test_accuracy"][-1].mean(dtype=float) for _, run in shown]
        write_margin(right, "mean, %", [f"{value:.1f}" for value in final])
    left.set_xlabel("passes over the training data")
    left.set_xlim(-0.02 * left.get_xlim()[1], right=last_passes(cells))
    left.set_ylim(bottom=0)
    return figure


def note(experiment: dict, groups: int) -> str:
    """What the page shows, and how it was computed."""
    grey = " Of many initializers, a panel shows some in colour, the others in grey."
    return (
        conditions(experiment) + " Curves: mean over replicas with its 95 % t-interval; they "
        "start where calibration ends, which counts as passes over the training data (a curve that "
        "would start beyond the axis is left out)." + grey * (groups > 1) + " Dots: replicas; "
        "bars: mean and 95 % t-interval; right margin: the final mean. Dotted line: chance, "
        "always answering the most frequent class."
    )


def draw_curves(axes: Axes, cells: Cells, initializers: dict, group: list[str]) -> None:
    """Test accuracy against passes over the training data; initializers not in `group` are grey."""
    for cell, run in cells:
        mean, half = interval(run.history["test_accuracy"].astype(np.float64))
        passes = passes_done(cell, run)
        if cell["initializer"] not in group:
            axes.plot(passes, mean, **CONTEXT)
            continue
        style = look(initializers[cell["initializer"]]["position"])
        axes.plot(passes, mean, **style)
        axes.fill_between(passes, mean - half, mean + half, color=style["color"], alpha=0.2, lw=0)
    axes.axhline(chance(cells), color="black", linestyle=":", linewidth=0.8)
    axes.set_ylabel("test accuracy")
    in_percent(axes.yaxis)


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
    in_percent(axes.xaxis)


def passes_done(cell: dict, run: Run) -> np.ndarray:
    """Epochs, and before them what calibration cost, in passes over the training data: E + 1."""
    return run.history["epoch"] + calibration_passes(run, cell["batch_size"])


def last_passes(cells: Cells) -> float:
    """Where the axis of passes ends: with the last curve, if that is not long after the others."""
    last = max(passes_done(cell, run)[-1] for cell, run in cells)
    return 1.02 * min(last, cells[0][0]["epochs"] * (1 + CALIBRATION_SHOWN))


def caption(experiment: dict, _: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in facets(experiment["axes"]):
        shown = within(cells, experiment, facet)
        epochs = shown[0][0]["epochs"]
        final = labelled(shown, experiment["initializers"], "final_accuracy")
        seen.append(sentence(facet, f"test accuracy after epoch {epochs}: {ranked(final)}"))
    seen.append(f"Chance is {100 * chance(cells):.1f} %.")
    groups = line_groups(experiment["axes"]["initializer"])
    return " ".join(seen) + "\n\n" + note(experiment, len(groups))


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
