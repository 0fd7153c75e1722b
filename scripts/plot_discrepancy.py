"""Discrepancy of every layer at initialization: a panel a facet."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.figures import plot_command
from initstudy.panels import COLUMNS, grid, grid_rows
from initstudy.results import Cells, within
from initstudy.study import facets
from initstudy.style import conditions, facet_title, look, page


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    shown = facets(experiment["axes"])
    figure = page(
        height=2.4 * grid_rows(len(shown)),
        title=f"{experiment['name']}: discrepancy at initialization",
        note=conditions(experiment) + " Squared 2-Wasserstein distance per channel of the layer's "
        "pre-activations on the probe set to N(0, 1), at the logits to N(0, output_std²), in "
        "Gaussian terms: median over replicas and their range.",
        legend=experiment["initializers"],
    )
    panels = grid(figure, len(shown), sharey=True)
    for axes, facet in zip(panels, shown, strict=True):
        draw_layers(axes, within(cells, experiment, facet), experiment)
        axes.set_title(facet_title(facet), loc="left")
    for axes in panels[::COLUMNS]:
        axes.set_ylabel("discrepancy per channel")
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
