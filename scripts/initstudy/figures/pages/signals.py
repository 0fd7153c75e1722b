"""Signal propagation at initialization: pre-activations and gradients against depth."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.figures.palette import look
from initstudy.figures.style import page
from initstudy.records.probe import Probe
from initstudy.reporting.words import facet_text
from initstudy.study.axes import AXES, PROBE_AXES
from initstudy.study.cells import Initializer

PANELS = {
    "second_moment": "second moment",
    "cosine": "cosine between images",
    "preactivation_gradient_norm": "norm of the loss gradient",
}
"""Quantities of pre-activations, and what they are called."""
LINEAR = {"cosine": (-0.05, 1.05)}
"""Those that are not on a logarithmic axis, and where theirs ends."""
SHOWN = (1e-30, 1e30)
"""No axis goes beyond; what lies there has vanished or exploded."""
MARKERS = 10
"""On each line."""


def draw(study: str, initializers: dict[str, Initializer], probes: list[Probe]) -> Figure:
    """study: its title; initializers: those that are probed, by their names."""
    figure = page(
        height=3.2,
        title="Signal propagation at initialization",
        note=note(study, probes),
        legend=initializers,
    )
    for axes, (quantity, label) in zip(figure.subplots(1, 3), PANELS.items(), strict=True):
        for probe in probes:
            initializer = initializers[probe.attributes["probe"]["initializer"]]
            least = -1.0 if quantity in LINEAR else 0.0
            draw_line(axes, probe.over_layers(quantity), least, look(initializer.position))
        if quantity in LINEAR:
            axes.set_ylim(*LINEAR[quantity])
        else:
            axes.set_yscale("log")
            bottom, top = axes.get_ylim()
            axes.set_ylim(max(bottom, SHOWN[0]), min(top, SHOWN[1]))
        axes.set_title(label, loc="left")
        axes.set_xlabel("layer")
    return figure


def note(study: str, probes: list[Probe]) -> str:
    """What the page shows, and how it was computed."""
    probed = probes[0].attributes["probe"]
    fixed = {
        axis: probed[axis]
        for axis in PROBE_AXES
        if axis != "initializer" and probed[axis] != AXES[axis].unused
    }
    return (
        f"{study}; {facet_text(fixed)}; n = {probed['draws']} draws. "
        f"Without training, {probed['batch_size']} validation images pass forward, their loss "
        "gradient back. Pre-activations of every layer: their second moment, the cosine between "
        "those of two images (1: all images look the same), the norm of their loss gradient. "
        "Lines: median over draws; bands: quartiles. The last layer gives the logits. A value of 0 "
        "is not drawn: a line ends where float32 loses the signal, and then only the logits have a "
        f"gradient. Axes end at {SHOWN[0]:.0e} and {SHOWN[1]:.0e}."
    )


def caption(study: str, initializers: dict[str, Initializer], probes: list[Probe]) -> str:
    """What is seen, and how it was computed."""
    last = probes[0].attributes["layers"][-2]
    seen = []
    for quantity, label in PANELS.items():
        medians = {
            initializers[probe.attributes["probe"]["initializer"]].label: float(
                np.median(probe.over_layers(quantity, [last]))
            )
            for probe in probes
        }
        found = ", ".join(f"{name} {median:.2g}" for name, median in medians.items())
        seen.append(f"{label[0].upper()}{label[1:]} in {last}, the last hidden layer: {found}.")
    return " ".join(seen) + "\n\n" + note(study, probes)


def draw_line(axes: Axes, values: np.ndarray, least: float, style: dict) -> None:
    """Median and quartiles over draws against the layer; values: layers x draws.

    What is not above `least` is not drawn.
    """
    median, lower, upper = np.quantile(values, [0.5, 0.25, 0.75], axis=1)
    layers = np.arange(1, len(values) + 1)
    every = math.ceil(len(layers) / MARKERS)
    # Counted from the last layer, the only one where zero weights have a gradient.
    shown = (int(layers[-1] - 1) % every, every)
    axes.plot(layers, np.where(median > least, median, np.nan), markevery=shown, **style)
    axes.fill_between(
        layers, lower, upper, where=lower > least, color=style["color"], alpha=0.2, lw=0
    )
