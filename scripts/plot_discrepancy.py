"""Discrepancy of every layer at initialization: a panel a facet."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.figures import plot_command
from initstudy.results import Cells, within
from initstudy.study import facets
from initstudy.style import conditions, facet_text, look, page

COLUMNS = 2


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    shown = facets(experiment["axes"])
    rows = math.ceil(len(shown) / COLUMNS)
    figure = page(
        height=2.4 * rows,
        title=f"{experiment['name']}: discrepancy at initialization",
        note=conditions(experiment) + " Squared 2-Wasserstein distance per channel of the layer's "
        "pre-activations on the probe set to N(0, 1), at the logits to N(0, output_std²), in "
        "Gaussian terms: median over replicas and their range.",
        legend=experiment["initializers"],
    )
    panels = figure.subplots(rows, COLUMNS, squeeze=False, sharey=True)
    for axes, facet in zip(panels.flat, shown, strict=False):
        draw_layers(axes, within(cells, experiment, facet), experiment)
        axes.set_title(facet_text(facet), loc="left")
    for axes in panels[:, 0]:
        axes.set_ylabel("discrepancy per channel")
    for axes in list(panels.flat)[len(shown) :]:
        axes.remove()
    return figure


def draw_layers(axes: Axes, cells: Cells, experiment: dict) -> None:
    """Discrepancy against the layer."""
    layers = cells[0][1].attributes["layers"]
    for cell, run in cells:
        found = np.array([run.statistics[layer]["discrepancy"][0] for layer in run.statistics])
        style = look(experiment["initializers"][cell["initializer"]]["position"])
        axes.plot(np.median(found, axis=1), **style)
        axes.fill_between(
            range(len(found)), *np.quantile(found, [0, 1], axis=1), color=style["color"], alpha=0.15
        )
    axes.set_yscale("log")
    every = math.ceil(len(layers) / 8)
    axes.set_xticks(range(0, len(layers), every), layers[::every])
    axes.set_xlabel("layer")


if __name__ == "__main__":
    plot_command(__doc__, draw)
