"""Accuracy against the axis that an experiment varies most: a row a combination of the others."""

from collections import Counter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.axes import AXES
from initstudy.captions import ranked
from initstudy.figures import plot_command
from initstudy.intervals import interval
from initstudy.panels import METRICS, by_initializer, chance, label_ends, labelled
from initstudy.results import Cells, replica_values, within
from initstudy.study import facets
from initstudy.style import (
    AXIS_LABELS,
    CONTEXT,
    conditions,
    facet_text,
    in_percent,
    line_groups,
    look,
    page,
    sentence,
)

SCALES = {
    "depth": "log",
    "learning_rate": "log",
    "momentum": "linear",
    "batch_size": "log",
    "train_size": "log",
    "calibration_size": "log",
    "calibration_source": "linear",
}
"""Axes that can be swept, with their scales; the sources of calibration stand side by side."""
PANEL_INCHES = 2.4
CHARACTER_INCHES = 0.062


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    swept = swept_axis(experiment["axes"])
    shown = facets(experiment["axes"] | {swept: experiment["axes"][swept][:1]})
    groups = line_groups(experiment["axes"]["initializer"])
    rows = [(facet, group) for facet in shown for group in groups]
    label = AXIS_LABELS.get(swept, swept)
    figure = page(
        height=0.2 + 2.1 * len(rows),
        title=f"{experiment['name']}: accuracy against {swept.replace('_', ' ')}",
        note=note(experiment, len(groups)),
    )
    panels = figure.subplots(len(rows), len(METRICS), squeeze=False, sharey=True)
    panels[0, 0].set_ylim(0, highest(cells))
    for row, (facet, group) in zip(panels, rows, strict=True):
        inside = within(cells, experiment, facet)
        for axes, (metric, name) in zip(row, METRICS.items(), strict=True):
            ends = draw_sweep(axes, inside, experiment["initializers"], swept, metric, group)
            axes.set_ylabel(name)
        label_ends(axes, ends, experiment["initializers"])
        in_percent(axes.yaxis)
        row[0].set_title(facet_text(facet), loc="left")
    for axes in panels[-1]:
        axes.set_xlabel(label)
    return figure


def note(experiment: dict, groups: int) -> str:
    """What the page shows, and how it was computed."""
    grey = " Of many initializers, a panel shows some in colour, the others in grey."
    return (
        conditions(experiment) + " Lines and bands: mean over replicas with its 95 % t-interval. "
        "Area under the curve: mean test accuracy over the epochs." + grey * (groups > 1) + " An "
        "initializer that does not use what is varied is a level line without markers. Crosses at "
        "the bottom: some replicas of this initializer diverged. Dotted line: chance, always "
        "answering the most frequent class."
    )


def highest(cells: Cells) -> float:
    """Where the axis of accuracies ends: above every interval."""
    ends = [
        sum(interval(replica_values(*result, metric))) for metric in METRICS for result in cells
    ]
    return 1.05 * max(ends)


def swept_axis(axes: dict[str, list]) -> str:
    """Of the axes that can be swept the one with the most values, the first of several."""
    return max((axis for axis in AXES if axis in SCALES), key=lambda axis: len(axes[axis]))


def draw_sweep(
    axes: Axes, cells: Cells, initializers: dict, swept: str, metric: str, group: list[str]
) -> dict[str, float]:
    """A metric of every initializer against the swept axis; those not in `group` are grey.

    Returns where the lines of `group` end.
    """
    places = axis_places(cells, swept)
    crosses = Counter()
    ends = {}
    for name, results in by_initializer(cells).items():
        own = {cell[swept]: (cell, run) for cell, run in results}
        used = own.keys() == places.keys()
        measured = [own[value] for value in places] if used else results * len(places)
        mean, half = interval(np.stack([replica_values(*result, metric) for result in measured]))
        if name not in group:
            axes.plot(places.values(), mean, **CONTEXT)
            continue
        style = look(initializers[name]["position"])
        line = style if used else style | {"marker": ""}
        axes.plot(places.values(), mean, **line)
        axes.fill_between(
            places.values(), mean - half, mean + half, color=style["color"], alpha=0.15, lw=0
        )
        ends[name] = mean[-1]
        for place, result in zip(places.values(), measured, strict=True):
            if replica_values(*result, "failed").any():
                height = 0.03 + 0.033 * crosses[place]
                crosses[place] += 1
                bottom = axes.get_xaxis_transform()
                axes.plot(place, height, "x", color=style["color"], transform=bottom)
    axes.axhline(chance(cells), color="black", linestyle=":", linewidth=0.8)
    axes.set_xscale(SCALES[swept])
    mark_places(axes, {place: text_of(value) for value, place in places.items()})
    return ends


def axis_places(cells: Cells, swept: str) -> dict[int | float | str, float]:
    """The values of the swept axis with their places on it.

    `all` training images lie at their number, but for the last, incomplete mini-batch.
    """
    values = {}
    for cell, run in cells:
        if swept.startswith("calibration") and cell["calibration_source"] == "none":
            continue
        value = cell[swept]
        if value == "all":
            values[value] = int(run.history["step"][1]) * cell["batch_size"]
        else:
            values.setdefault(value, len(values) if isinstance(value, str) else value)
    return values


def text_of(value: int | float | str) -> str:
    if isinstance(value, str):
        return {"train": "training data"}.get(value, value)
    return f"{value:g}"


def mark_places(axes: Axes, labels: dict[float, str]) -> None:
    """Ticks at just these places; a label that would touch another stands a line lower."""
    places = np.array(list(labels))
    to_panel = axes.transScale + axes.transLimits
    low, _ = axes.get_ylim()
    axes.get_xlim()
    across = to_panel.transform(np.column_stack([places, np.full(len(places), low)]))[:, 0]
    ends = []
    texts = []
    for middle, label in zip(across * PANEL_INCHES, labels.values(), strict=True):
        half = (len(label) + 0.5) / 2 * CHARACTER_INCHES
        free = [line for line, end in enumerate(ends) if end <= middle - half]
        line = free[0] if free else len(ends)
        ends[line : line + 1] = [middle + half]
        texts.append("\n" * line + label)
    axes.set_xticks(places, texts)
    axes.set_xticks([], minor=True)


def caption(experiment: dict, _: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    swept = swept_axis(experiment["axes"])
    label = AXIS_LABELS.get(swept, swept)
    seen = []
    for facet in facets(experiment["axes"] | {swept: experiment["axes"][swept][:1]}):
        inside = within(cells, experiment, facet)
        for value in axis_places(inside, swept):
            there = [(cell, run) for cell, run in inside if cell[swept] == value]
            final = ranked(labelled(there, experiment["initializers"], "final_accuracy"))
            seen.append(sentence(facet, f"final accuracy at {label} {text_of(value)}: {final}"))
    failed = sum(replica_values(cell, run, "failed").sum() for cell, run in cells)
    seen.append(f"Of {experiment['replicas'] * len(cells)} networks, {failed:.0f} diverged.")
    groups = line_groups(experiment["axes"]["initializer"])
    return " ".join(seen) + "\n\n" + note(experiment, len(groups))


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
