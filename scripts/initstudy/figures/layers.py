"""Figures with a panel a layer, quantities through training: what moments and deltas share."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.analysis.results import Results
from initstudy.figures.palette import CONTEXT, MOST_LINES, look
from initstudy.figures.style import page, updates_axis
from initstudy.reporting.captions import span
from initstudy.reporting.words import conditions, facet_text
from initstudy.study.cells import Facet, Initializer, ShownExperiment

MOST_LAYERS = 6
"""Columns of a page; of a deeper network this many layers are shown, evenly spaced."""
MARKED = 4
"""Every so many records of a line have a marker."""
SMALLEST = 1e-12
"""What a logarithmic axis shows: zeros and what rounding leaves of them would squeeze the rest."""


def draw_layer_panels(
    experiment: ShownExperiment,
    facet: Facet,
    results: Results,
    title: str,
    rows: dict[str, tuple[str, str]],
    meaning: str,
) -> Figure:
    """A column a layer and a row a quantity; medians over replicas with their quartiles.

    Of many initializers, those after the first MOST_LINES are a grey context.
    rows: quantity of run.h5 -> (label, scale: "linear" or "log", which leaves out zeros);
    meaning: what they are, in sentences.
    """
    layers = chosen_layers(results[0].run.attributes["layers"])
    initializers, names = experiment.initializers, experiment.axes["initializer"]
    shown = {name: initializers[name] for name in names[:MOST_LINES]}
    grey = ", ".join(initializers[name].label for name in names[MOST_LINES:])
    figure = page(
        height=0.6 + 1.45 * len(rows),
        title=" — ".join(filter(None, [f"{experiment.name}: {title}", facet_text(facet)])),
        note=note(experiment, meaning) + f" Grey, without bands: {grey}." * bool(grey),
        legend=shown,
    )
    panels = figure.subplots(len(rows), len(layers), squeeze=False, sharex=True, sharey="row")
    for row, (quantity, (label, scale)) in zip(panels, rows.items(), strict=True):
        for axes, layer in zip(row, layers, strict=True):
            draw_quantity(axes, results, shown, layer, quantity, scale)
        row[0].set_ylabel(label)
    for axes, layer in zip(panels[0], layers, strict=True):
        axes.set_title(layer)
    for axes in panels[-1]:
        axes.set_xlabel("updates")
    return figure


def note(experiment: ShownExperiment, meaning: str) -> str:
    """What the page shows, and how it was computed."""
    return f"{conditions(experiment)} {meaning} Lines: median over replicas; bands: quartiles."


def draw_quantity(
    axes: Axes,
    results: Results,
    shown: dict[str, Initializer],
    layer: str,
    quantity: str,
    scale: str,
) -> None:
    """One quantity of one layer against updates done; initializers not in `shown` are grey."""
    axes.set_yscale(scale)
    for result in results:
        steps = result.run.recorded["step"]
        # A replica that diverged counts as infinitely large, so that the others are still seen.
        values = np.nan_to_num(result.run.statistics[layer][quantity], nan=np.inf)
        quartiles = np.quantile(values, [0.25, 0.5, 0.75], axis=1, method="nearest")
        if scale == "log":
            quartiles = np.where(quartiles > SMALLEST, quartiles, np.nan)
        low, middle, high = quartiles
        if result.cell.initializer not in shown:
            axes.plot(steps, middle, **CONTEXT)
            continue
        position = shown[result.cell.initializer].position
        style = look(position)
        # Few markers, at places of its own for every line, lest they hide what they mark.
        axes.plot(steps, middle, markevery=(position % MARKED, MARKED), **style)
        axes.fill_between(steps, low, high, color=style["color"], alpha=0.15, lw=0)
    updates_axis(axes, steps[-1])


def layer_span(
    experiment: ShownExperiment, results: Results, layer: str, quantity: str, record: int
) -> str:
    """In words, the smallest and the largest median of a quantity at one record, but for zeros."""
    medians = {
        experiment.initializers[one.cell.initializer].label: float(
            np.median(one.run.statistics[layer][quantity][record])
        )
        for one in results
    }
    return span({name: value for name, value in medians.items() if value > SMALLEST})


def chosen_layers(layers: list[str]) -> list[str]:
    """At most MOST_LAYERS of them, evenly spaced, the first and the last among them."""
    if len(layers) <= MOST_LAYERS:
        return layers
    places = np.linspace(0, len(layers) - 1, MOST_LAYERS).round().astype(int)
    return [layers[place] for place in places]
