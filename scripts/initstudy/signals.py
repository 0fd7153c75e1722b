"""What a probe found: probe.h5, and how fast signals grow or vanish from layer to layer.

D draws; quantities of pre-activations are over all positions and channels of one batch:

    attributes                          schema_version; probe (JSON: the networks' axes and options,
                                        how many draws and images); software (JSON); device; layers
                                        (JSON, forward order, logits last)
    /signals/<layer>/second_moment      D: mean of z^2
    /signals/<layer>/mean               D: grand mean
    /signals/<layer>/variance           D: mean over channels of the variance
    /signals/<layer>/discrepancy        D: squared distance per channel to the target
    /signals/<layer>/gradient_norm      D: Frobenius norm of the loss gradient of the weights
    /signals/<layer>/preactivation_gradient_norm
                                        D: Frobenius norm of the loss gradient of z
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from initstudy.commands import InputError

SCHEMA_VERSION = 1
JSON_ATTRIBUTES = ("probe", "software", "layers")
STRIDED_LAYERS = 2
"""Layers at the start of the plain network that halve the image, unlike those that follow."""
SMALLEST_SQUARE = 1e-60
"""Of a signal that rates are fitted to. Networks compute in float32, whose numbers lose digits
below 1.2e-38; at a root mean square or norm of 1e-30 hardly an entry is that small."""


@dataclass(frozen=True)
class Probe:
    """One initializer's signals, as numpy arrays."""

    attributes: dict
    """probe, software, layers (decoded from JSON) and the plain attributes of the file."""
    signals: dict[str, dict[str, np.ndarray]]
    """layer -> quantity -> D."""

    def over_layers(self, quantity: str, layers: Sequence[str] | None = None) -> np.ndarray:
        """A quantity of some layers (by default all), in forward order: layers x D."""
        names = self.attributes["layers"] if layers is None else layers
        return np.array([self.signals[name][quantity] for name in names])


def write_probe(path: str | Path, probe: Probe) -> None:
    """Write a probe; equal content gives equal bytes."""
    with h5py.File(path, "w") as file:
        file.attrs["schema_version"] = SCHEMA_VERSION
        for name, value in probe.attributes.items():
            is_json = name in JSON_ATTRIBUTES
            file.attrs[name] = json.dumps(value, sort_keys=True) if is_json else value
        for layer, quantities in probe.signals.items():
            for quantity, values in quantities.items():
                file[f"signals/{layer}/{quantity}"] = values


def read_probe(path: str | Path) -> Probe:
    """Read a probe; raises InputError for a file that is cut short or not one of this schema."""
    try:
        with h5py.File(path) as file:
            attributes = dict(file.attrs)
            if attributes["schema_version"] != SCHEMA_VERSION:
                raise KeyError("schema_version")
            attributes |= {name: json.loads(attributes[name]) for name in JSON_ATTRIBUTES}
            signals = {
                layer: {name: dataset[:] for name, dataset in file["signals"][layer].items()}
                for layer in attributes["layers"]
            }
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{path} is no complete probe of schema version {SCHEMA_VERSION}; delete it, then rerun"
        ) from error
    return Probe(attributes, signals)


def signal_table(probes: Sequence[Probe]) -> pd.DataFrame:
    """One row an initializer: by what factor a layer changes its signal.

    initializer, dataset, network, depth, norm, draws: what was probed.
    forward_rate, forward_rate_q1, forward_rate_q3: factor per layer of the pre-activations' second
        moment on its way forward: median and quartiles over draws.
    forward_layers: layers that the fits used, in the draw that could use the fewest.
    backward_rate, backward_rate_q1, backward_rate_q3, backward_layers: the same for the squared
        norm of the loss gradient of the pre-activations, on its way back.

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
    row = {
        axis: probe.attributes["probe"][axis]
        for axis in ("initializer", "dataset", "network", "depth", "norm", "draws")
    }
    for direction, signal in (("forward", forward), ("backward", backward)):
        rates, used = geometric_rates(signal)
        quartiles = np.quantile(rates, [0.5, 0.25, 0.75])
        for name, value in zip(("rate", "rate_q1", "rate_q3"), quartiles, strict=True):
            row[f"{direction}_{name}"] = value
        row[f"{direction}_layers"] = used.min()
    return row


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
