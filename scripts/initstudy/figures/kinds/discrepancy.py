"""Discrepancy of every layer at initialization: a map a facet."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from initstudy.analysis.results import Results, within
from initstudy.figures.panels import COLUMNS, ROW, grid, grid_rows, name_rows
from initstudy.figures.style import page
from initstudy.reporting.captions import span
from initstudy.reporting.words import conditions, facet_title, sentence
from initstudy.study.cells import Facet, ShownExperiment

PER_FACET = False
MAP = "Blues"
"""The darker, the farther from the target, in greyscale too."""
MOST_NUMBERS = 8
"""Layers that have room for numbers; of a deeper network, the colours have to do."""


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    shown = experiment.facets()
    figure = page(
        height=grid_rows(len(shown)) * (0.8 + ROW * len(experiment.initializers)),
        title=f"{experiment.name}: discrepancy at initialization",
        note=note(experiment),
    )
    maps = [layer_medians(within(results, facet)) for facet in shown]
    found = np.concatenate([values.ravel() for values in maps])
    positive = found[np.isfinite(found) & (found > 0)]
    scale = LogNorm(*(np.quantile(positive, [0, 1]) if positive.size else (0.1, 1.0)))
    panels = grid(figure, len(shown))
    for axes, values, facet in zip(panels, maps, shown, strict=True):
        inside = within(results, facet)
        image = draw_map(axes, values, inside[0].run.attributes["layers"], scale)
        name_rows(axes, [one.cell.initializer for one in inside], experiment.initializers)
        axes.set_title(facet_title(facet), loc="left")
    for axes in panels[1::COLUMNS]:
        axes.set_yticklabels([])
    figure.colorbar(image, ax=panels, label="discrepancy per channel", shrink=0.8, aspect=30)
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    return conditions(experiment) + (
        " Squared 2-Wasserstein distance per channel of the layer's pre-activations on the probe "
        "set to N(0, 1), at the logits to N(0, output_std²), in Gaussian terms: median over "
        "replicas, before the first update. 1: as far as zero weights are in a hidden layer."
    )


def layer_medians(results: Results) -> np.ndarray:
    """The discrepancy before the first update, results x layers: median over replicas."""
    found = [
        [np.median(layer["discrepancy"][0]) for layer in result.run.statistics.values()]
        for result in results
    ]
    return np.array(found)


def draw_map(axes: Axes, values: np.ndarray, layers: list[str], scale: LogNorm) -> AxesImage:
    """A row an initializer and a column a layer, with its number where there is room."""
    image = axes.imshow(values, cmap=MAP, norm=scale, aspect="auto")
    if len(layers) <= MOST_NUMBERS:
        for (row, column), value in np.ndenumerate(values):
            colour = "white" if scale(value) > 0.6 else "black"
            text = f"{value:.2g}"
            axes.text(column, row, text, ha="center", va="center", fontsize=6, color=colour)
    every = math.ceil(len(layers) / MOST_NUMBERS)
    axes.set_xticks(range(0, len(layers), every), layers[::every])
    axes.set_xlabel("layer")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return image


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in experiment.facets():
        inside = within(results, facet)
        labels = [experiment.initializers[one.cell.initializer].label for one in inside]
        hidden = layer_medians(inside)[:, :-1].mean(axis=1)
        found = span(dict(zip(labels, hidden, strict=True)))
        seen.append(sentence(facet, f"averaged over the hidden layers, the discrepancy is {found}"))
    return " ".join(seen) + "\n\n" + note(experiment)
