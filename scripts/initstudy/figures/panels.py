"""What the panels of several figures share: results by initializer, chance, rows, names, a grid."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.analysis.intervals import FEWEST_REPLICAS, interval
from initstudy.analysis.results import Results, within
from initstudy.figures.palette import look, readable
from initstudy.reporting.findings import FINAL, Finding, lead, not_behind
from initstudy.study.cells import Facet, Initializer, ShownExperiment

COLUMNS = 2
ROW = 0.17
"""The height of a row of text, in inches."""
REPLICAS = {"linestyle": "", "marker": ".", "markersize": 3, "markeredgewidth": 0, "alpha": 0.6}
"""The look of replicas one by one."""
LABEL_GAP = 0.08
"""Between two labels beside a panel, as a share of its height."""


def chance(results: Results) -> float:
    """The test accuracy of always answering the most frequent class."""
    return results[0].run.attributes["chance_accuracy"]


def by_initializer(results: Results) -> dict[str, Results]:
    """The results of every initializer, in their order."""
    groups = {}
    for result in results:
        groups.setdefault(result.cell.initializer, []).append(result)
    return groups


def labelled(
    results: Results, initializers: dict[str, Initializer], metric: str
) -> dict[str, np.ndarray]:
    """A metric of cells that differ in their initializers alone: label -> one number a replica."""
    return {initializers[one.cell.initializer].label: one.values(metric) for one in results}


def draw_line(axes: Axes, places: Sequence[float], values: np.ndarray, style: dict) -> np.ndarray:
    """Means at some places with a band of their intervals; few replicas are points instead.

    values: fractions, places x replicas; style: where it has no line, intervals are bars. Returns
    the means.
    """
    mean, low, high = interval(values)
    axes.plot(places, mean, **style)
    colour = style["color"]
    if values.shape[-1] >= FEWEST_REPLICAS and style["linestyle"] == "":
        axes.vlines(places, low, high, color=colour, linewidth=0.8)
    elif values.shape[-1] >= FEWEST_REPLICAS:
        axes.fill_between(places, low, high, color=colour, alpha=0.2, lw=0)
    else:
        axes.plot(places, values, color=colour, **REPLICAS)
    return mean


def mean_and_bar(values: np.ndarray) -> tuple[float, np.ndarray | None]:
    """The mean of fractions, one a replica, and what its bar adds to both sides; few have none."""
    mean, low, high = interval(values)
    enough = len(values) >= FEWEST_REPLICAS
    return mean, np.array([[mean - low], [high - mean]]) if enough else None


def draw_mean(axes: Axes, values: np.ndarray, style: dict, *, x=None, y=None) -> None:
    """A mean with a bar of its interval, at x or in row y; few replicas are points instead.

    values: fractions, one a replica.
    """
    mean, bar = mean_and_bar(values)
    if y is None:
        axes.errorbar(x, mean, yerr=bar, elinewidth=0.6, **style)
    else:
        axes.errorbar(mean, y, xerr=bar, **style)
    if bar is None:
        along, across = (np.full(len(values), x), values) if y is None else (values, values * 0 + y)
        axes.plot(along, across, color=style["color"], **REPLICAS)


def ranked_results(results: Results, metric: str) -> Results:
    """Results of cells that differ in their initializers alone, by their means, best first."""
    return sorted(results, key=lambda result: -result.values(metric).mean())


def leads(experiment: ShownExperiment, results: Results) -> list[tuple[Facet, Finding]]:
    """Who leads in final accuracy, facet by facet; results: of the whole experiment."""
    return [
        (facet, lead(labelled(within(results, facet), experiment.initializers, FINAL)))
        for facet in experiment.facets()
    ]


def leading(results: Results, metric: str) -> list[str]:
    """The initializers that are not shown to be behind the best, of such results."""
    return not_behind({one.cell.initializer: one.values(metric) for one in results})


def name_rows(
    axes: Axes,
    names: list[str],
    initializers: dict[str, Initializer],
    bold: Sequence[str] = (),
) -> None:
    """A row an initializer from top to bottom, named in its colour: what stands for a legend."""
    axes.set_yticks(range(len(names)), [initializers[name].label for name in names])
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_color(readable(look(initializers[name].position)["color"]))
        label.set_weight("bold" if name in bold else "normal")
    axes.set_ylim(len(names) - 0.5, -0.5)


def write_margin(axes: Axes, heading: str, entries: list[str]) -> None:
    """A text for every row, and above them what they are, to the right of a panel."""
    axes.text(1.03, 1.01, heading, transform=axes.transAxes, va="bottom", fontsize=7)
    for row, entry in enumerate(entries):
        place = {"transform": axes.get_yaxis_transform(), "va": "center"}
        axes.text(1.03, row, entry, fontsize=7, **place)


def label_ends(axes: Axes, ends: dict[str, float], initializers: dict[str, Initializer]) -> None:
    """Initializers named where their lines end, at the right of a panel: what stands for a legend.

    ends: name -> the line's last value. Limits and scale of the panel have to be set before. Names
    that would touch are moved apart, and a thin line leads to them.
    """
    to_panel = axes.transScale + axes.transLimits
    last = np.array([to_panel.transform((1, value))[1] for value in ends.values()])
    order = np.argsort(last, kind="stable")
    for end, place, name in zip(
        last[order], spread(last[order], LABEL_GAP), np.array(list(ends))[order], strict=True
    ):
        colour = look(initializers[name].position)["color"]
        beside = {"transform": axes.transAxes}
        axes.plot([1.01, 1.06], [end, place], color=colour, linewidth=0.5, clip_on=False, **beside)
        ink = {"color": readable(colour), "fontsize": 7}
        axes.text(1.07, place, initializers[name].label, va="center", **ink, **beside)


def spread(places: np.ndarray, gap: float) -> np.ndarray:
    """Increasing places within [0, 1], moved as little as keeps them `gap` apart, if there is room.

    Those that touch share a middle: every place is the mean of what pushing all up, from the
    lowest, and pushing all down, from the highest, make of it.
    """
    steps = gap * np.arange(len(places))
    pushed_up = np.maximum.accumulate(places - steps) + steps
    pushed_down = np.minimum.accumulate((places - steps)[::-1])[::-1] + steps
    middle = (pushed_up + pushed_down) / 2
    # What is pushed beyond an end comes back to it.
    highest = 1 - steps[::-1]
    return np.maximum(np.minimum(middle, highest), steps)


def grid(figure: Figure, count: int, **options) -> list[Axes]:
    """`count` panels in two columns; options: those of `Figure.subplots`."""
    panels = figure.subplots(grid_rows(count), COLUMNS, squeeze=False, **options).ravel()
    for axes in panels[count:]:
        axes.remove()
    return list(panels[:count])


def grid_rows(count: int) -> int:
    return math.ceil(count / COLUMNS)
