"""How fast signals grow or vanish from layer to layer of initial networks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from initstudy.records.probe import Probe
from initstudy.study.axes import PROBE_AXES

STRIDED_LAYERS = 2
"""Layers at the start of the plain network that halve the image, unlike those that follow."""
SMALLEST_SQUARE = 1e-60
"""Of a signal that rates are fitted to. Networks compute in float32, whose numbers lose digits
below 1.2e-38; at a root mean square or norm of 1e-30 hardly an entry is that small."""


def signal_table(probes: Sequence[Probe]) -> pd.DataFrame:
    """One row an initializer: by what factor a layer changes its signal.

    initializer, dataset, network, depth, norm, activation, draws: what was probed.
    forward_rate, forward_rate_q1, forward_rate_q3: factor per layer of the pre-activations' second
        moment on its way forward: median and quartiles over draws.
    forward_layers: layers that the fits used, in the draw that could use the fewest.
    backward_rate, backward_rate_q1, backward_rate_q3, backward_layers: the same for the squared
        norm of the loss gradient of the pre-activations, on its way back.
    cosine, dead_fraction, effective_rank: of the last hidden layer (see networks.signals), medians
        over draws.
    largest_singular_value, smallest_singular_value: of the weights of the hidden layers that rates
        are fitted to, medians over draws of the extremes.

    Rates are fitted to the hidden layers after the STRIDED_LAYERS, where the signal is large enough
    for float32 (SMALLEST_SQUARE); nan if in some draw fewer than two of them are. In a narrow
    network the median is lower than the rate of the mean over draws, as the second moment does a
    random walk on a logarithmic scale and few draws carry the mean (Hanin & Nica 2020).
    """
    return pd.DataFrame([signal_row(probe) for probe in probes])


def signal_row(probe: Probe) -> dict:
    """The row of one initializer, see `signal_table`."""
    layers = probe.attributes["layers"][STRIDED_LAYERS:-1]
    forward = probe.over_layers("second_moment", layers)
    backward = probe.over_layers("preactivation_gradient_norm", layers[::-1]) ** 2
    # The initializer, which tells rows apart, comes first.
    columns = dict.fromkeys(("initializer", *PROBE_AXES, "draws"))
    row = {column: probe.attributes["probe"][column] for column in columns}
    for direction, signal in (("forward", forward), ("backward", backward)):
        rates, used = geometric_rates(signal)
        quartiles = np.quantile(rates, [0.5, 0.25, 0.75])
        for name, value in zip(("rate", "rate_q1", "rate_q3"), quartiles, strict=True):
            row[f"{direction}_{name}"] = value
        row[f"{direction}_layers"] = used.min()
    for quantity in ("cosine", "dead_fraction", "effective_rank"):
        row[quantity] = np.median(probe.over_layers(quantity, layers[-1:]))
    spectra = [probe.signals[name]["singular_values"] for name in layers]
    largest = np.max([values[:, 0] for values in spectra], axis=0)
    smallest = np.min([values[:, -1] for values in spectra], axis=0)
    return row | {
        "largest_singular_value": np.median(largest),
        "smallest_singular_value": np.median(smallest),
    }


def geometric_rates(signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each draw's factor per layer, by least squares on the logarithm, and the layers used: D each.

    signal: layers x D, squares, in the order in which the signal passes. Layers at or below
    SMALLEST_SQUARE, or not finite, are left out; a draw with fewer than two has the rate nan.
    """
    usable = (signal > SMALLEST_SQUARE) & np.isfinite(signal)
    rates = np.full(signal.shape[1], np.nan)
    for draw, used in enumerate(usable.T):
        if used.sum() >= 2:
            slope, _ = np.polyfit(np.flatnonzero(used), np.log(signal[used, draw]), 1)
            rates[draw] = np.exp(slope)
    return rates, usable.sum(axis=0)
