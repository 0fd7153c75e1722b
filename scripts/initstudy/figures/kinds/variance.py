"""How much of the variance of final accuracy is initial weights', how much data order's."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from initstudy.analysis.intervals import Estimate
from initstudy.analysis.results import Results, within
from initstudy.analysis.variance import Components, row_share, variance_components
from initstudy.figures.panels import (
    COLUMNS,
    by_initializer,
    grid,
    grid_rows,
    name_rows,
    write_margin,
)
from initstudy.figures.style import page
from initstudy.reporting.captions import with_interval
from initstudy.reporting.words import conditions, facet_title, sentence
from initstudy.study.cells import Facet, Initializer, ShownExperiment

PER_FACET = False
SHARES = {
    "replica": ("initial weights", "#0072b2"),
    "seed": ("data order", "#e69f00"),
    "remainder": ("remainder", "#d0d0d0"),
}
"""Component -> (what it is called, its colour)."""


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    shown = experiment.facets("seed")
    figure = page(
        height=grid_rows(len(shown)) * (0.7 + 0.2 * len(experiment.initializers)),
        title=f"{experiment.name}: where the variance of final accuracy comes from",
        note=note(experiment),
        handles=[Patch(color=colour, label=label) for label, colour in SHARES.values()],
    )
    panels = grid(figure, len(shown))
    for axes, facet in zip(panels, shown, strict=True):
        draw_shares(axes, within(results, facet), experiment.initializers)
        axes.set_title(facet_title(facet), loc="left")
    for axes in panels[1::COLUMNS]:
        axes.set_yticklabels([])
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    orders = len(experiment.axes["seed"])
    return (
        conditions(experiment) + f" Each was trained with the same {orders} data orders. "
        "Components of the variance of final test accuracy in a random-effects model of initial "
        "weights crossed with data orders, estimated by analysis of variance, negative ones set to "
        "0; the remainder is their interaction and all the rest. Black: the 95 % interval of the "
        "share of initial weights (McGraw & Wong 1996). Right margin: standard deviation of a "
        "network's accuracy, the root of the components' sum, in percentage points (?: needs "
        "two replicas and two data orders)."
    )


def accuracy_components(results: Results) -> Components:
    """Those of the final accuracy in one initializer's cells, which differ in their data order."""
    return variance_components(np.stack([result.values("final_accuracy") for result in results]))


def weights_share(results: Results) -> Estimate:
    """That of initial weights in the variance, with its interval."""
    return row_share(np.stack([result.values("final_accuracy") for result in results], axis=1))


def draw_shares(axes: Axes, results: Results, initializers: dict[str, Initializer]) -> None:
    """A stacked bar an initializer, with its standard deviation."""
    groups = by_initializer(results)
    deviations = []
    for row, group in enumerate(groups.values()):
        components = accuracy_components(group)
        whole = sum(components)
        deviations.append(f"{100 * math.sqrt(whole):.2f}" if whole >= 0 else "?")
        # A network that always ends alike has no variance to divide.
        if whole > 0:
            ends = 100 * np.cumsum([0.0, *components]) / whole
            for part, (_, colour) in enumerate(SHARES.values()):
                length = ends[part + 1] - ends[part]
                axes.barh(row, length, left=ends[part], color=colour, height=0.65)
            share = weights_share(group)
            axes.plot([100 * share.low, 100 * share.high], [row] * 2, "k|-", markersize=5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of the variance in %")
    write_margin(axes, "SD in pp", deviations)
    name_rows(axes, list(groups), initializers)


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in experiment.facets("seed"):
        for name, group in by_initializer(within(results, facet)).items():
            components = accuracy_components(group)
            whole = sum(components)
            if whole > 0:
                order = 100 * components.seed / whole
                share = with_interval(*weights_share(group))
                found = (
                    f"{experiment.initializers[name].label}'s final accuracy has a standard "
                    f"deviation of {100 * math.sqrt(whole):.2f} percentage points; initial weights "
                    f"make {share} of its variance, the data order {order:.0f} %"
                )
                seen.append(sentence(facet, found))
    return " ".join(seen) + "\n\n" + note(experiment)
