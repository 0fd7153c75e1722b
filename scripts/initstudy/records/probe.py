"""probe.h5, what a probe of initial networks found.

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

from initstudy.core.errors import InputError

SCHEMA_VERSION = 1
JSON_ATTRIBUTES = ("probe", "software", "layers")


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
