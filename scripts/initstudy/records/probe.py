"""probe.h5, what a probe of initial networks found.

D draws; quantities of pre-activations are over all positions and channels of one batch:

    attributes                          schema_version; probe (JSON: the networks' axes and options,
                                        how many draws and images); software (JSON); device; layers
                                        (JSON, forward order, logits last)
    /signals/<layer>/second_moment      D: mean of z^2
    /signals/<layer>/mean               D: grand mean
    /signals/<layer>/variance           D: mean over channels of the variance
    /signals/<layer>/discrepancy        D: squared distance per channel to the target
    /signals/<layer>/dead_fraction      D: fraction of units that are above 0 on no image
    /signals/<layer>/effective_rank     D: exp of the entropy of the covariance's eigenvalues
    /signals/<layer>/cosine             D: mean cosine between two images' pre-activations
    /signals/<layer>/singular_values    D x min(out, in kh kw): of the weight as a matrix, largest
                                        first
    /signals/<layer>/gradient_norm      D: Frobenius norm of the loss gradient of the weights
    /signals/<layer>/preactivation_gradient_norm
                                        D: Frobenius norm of the loss gradient of z
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from initstudy.records.hdf5 import (
    opened,
    read_arrays,
    read_attributes,
    sealed,
    write_arrays,
    write_attributes,
)

SCHEMA_VERSION = 2
JSON_ATTRIBUTES = ("probe", "software", "layers")


@dataclass(frozen=True)
class Probe:
    """One initializer's signals, as numpy arrays."""

    attributes: dict
    """probe, software, layers (decoded from JSON) and the plain attributes of the file."""
    signals: dict[str, dict[str, np.ndarray]]
    """layer -> quantity -> D, or D x values."""

    def over_layers(self, quantity: str, layers: Sequence[str] | None = None) -> np.ndarray:
        """A quantity of some layers (by default all), in forward order: layers x D."""
        names = self.attributes["layers"] if layers is None else layers
        return np.array([self.signals[name][quantity] for name in names])


def write_probe(path: str | Path, probe: Probe) -> None:
    """Write a probe; equal content gives equal bytes."""
    with sealed(path) as file:
        file.attrs["schema_version"] = SCHEMA_VERSION
        write_attributes(file, probe.attributes, JSON_ATTRIBUTES)
        for layer, quantities in probe.signals.items():
            write_arrays(file, f"signals/{layer}", quantities)


def read_probe(path: str | Path) -> Probe:
    """Read a probe; raises InputError for a file that is damaged or not one of this schema."""
    with opened(path, "probe", SCHEMA_VERSION) as file:
        attributes = read_attributes(file, JSON_ATTRIBUTES)
        layers = attributes["layers"]
        return Probe(attributes, {layer: read_arrays(file["signals"][layer]) for layer in layers})
