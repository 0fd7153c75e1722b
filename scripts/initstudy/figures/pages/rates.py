"""What every learning rate of a search came to: one bowl, upside down, a method."""

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.analysis.results import belongs
from initstudy.figures.palette import look
from initstudy.figures.panels import grid, grid_rows, label_ends
from initstudy.figures.style import in_percent, page
from initstudy.reporting.rates import edges, how_searched, rates_caption
from initstudy.reporting.words import AXIS_CHARACTERS, conditions, facet_title
from initstudy.study.cells import Cell, ShownExperiment
from initstudy.study.tuning import Choice, Tuning

Found = dict[Cell, Choice]
BEST = {"markersize": 8, "markeredgecolor": "black", "zorder": 3}


def draw(experiment: ShownExperiment, tuning: Tuning, found: Found) -> Figure:
    shown = experiment.facets("learning_rate")
    figure = page(
        height=grid_rows(len(shown)) * (2.0 + 0.1 * len(experiment.initializers)),
        title=f"{experiment.name}: the search for every method's best learning rate",
        note=note(experiment, tuning, found),
    )
    panels = grid(figure, len(shown), sharey=True)
    for axes, facet in zip(panels, shown, strict=True):
        inside = {point: one for point, one in found.items() if belongs(point, facet)}
        ends = draw_bowls(axes, experiment, inside)
        axes.set_title(facet_title(facet), loc="left")
        axes.set_ylabel(textwrap.fill(tuning.by, AXIS_CHARACTERS))
        axes.set_ylim(0, 1.08 * max(one.value for one in found.values()))
        axes.set_xlabel("learning rate")
        label_ends(axes, ends, experiment.initializers)
    in_percent(panels[0].yaxis)
    return figure


def draw_bowls(axes: Axes, experiment: ShownExperiment, found: Found) -> dict[str, float]:
    """A line an initializer, its best rate marked large; returns where the lines end."""
    ends = {}
    axes.set_xscale("log")
    for point, one in found.items():
        style = look(experiment.initializers[point.initializer].position)
        rates = sorted(one.tried)
        axes.plot(rates, [one.tried[rate] for rate in rates], **style)
        best = style | BEST | ({"markerfacecolor": "white"} if one.at_edge else {})
        axes.plot(one.rate, one.value, **best)
        ends[point.initializer] = one.tried[rates[-1]]
    return ends


def note(experiment: ShownExperiment, tuning: Tuning, found: Found) -> str:
    """What the page shows, and how it was computed."""
    parts = [
        conditions(experiment),
        how_searched(tuning),
        "Large marker: the best rate of a method, white if still at the edge.",
        edges(found),
    ]
    return " ".join(filter(None, parts))


def caption(experiment: ShownExperiment, tuning: Tuning, found: Found) -> str:
    """The main numbers, and how they were found."""
    return f"{rates_caption(found, tuning)}\n\n{conditions(experiment)}"
