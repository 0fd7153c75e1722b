"""run.h5, the record of one cell; its layout is the table in docs/results.md."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from initstudy.records.hdf5 import (
    opened,
    read_arrays,
    sealed,
    write_arrays,
    write_attributes,
)
from initstudy.records.hdf5 import read_attributes as attributes_of

SCHEMA_VERSION = 4
RECORDED = ("step", "learning_rate")
"""What stands beside the layers' statistics, so no layer can have these names."""


@dataclass(frozen=True)
class Run:
    """One cell's results, as numpy arrays; K replicas, L layers."""

    attributes: dict
    """cell, software, layers (decoded from JSON) and the plain attributes of the file."""
    history: dict[str, np.ndarray]
    """step, epoch: E + 1; {train,validation,test}_{loss,accuracy}: (E + 1) x K."""
    progress: dict[str, np.ndarray]
    """step: P; loss: P x K."""
    recorded: dict[str, np.ndarray]
    """step, learning_rate (of the update that follows): T, when statistics were taken."""
    statistics: dict[str, dict[str, np.ndarray]]
    """layer -> quantity -> T x K."""
    initial: dict[str, dict[str, np.ndarray]]
    """layer -> weight (K x out x in (x kh x kw)) and bias (K x out)."""


PER_REPLICA = (
    *("calibration_samples", "calibration_backward_samples", "calibration_steps"),
    *("calibration_discrepancy", "strength"),
)
"""Attributes whose first index is the replica."""
JSON_ATTRIBUTES = ("cell", "software", "layers")


def write_run(path: str | Path, run: Run) -> None:
    """Write a run; equal content gives equal bytes."""
    with sealed(path) as file:
        file.attrs["schema_version"] = SCHEMA_VERSION
        fill_group(file, run)
        for layer, parameters in run.initial.items():
            write_arrays(file, f"initial/{layer}", parameters)


def read_run(path: str | Path, initial: bool = False) -> Run:
    """Read a run; the initial parameters, most of the file, only on demand.

    Raises InputError for a file that is damaged, cut short or not a run of this schema.
    """
    with opened(path, "run", SCHEMA_VERSION) as file:
        return read_group(file, initial)


def read_attributes(path: str | Path) -> dict:
    """The attributes of a run alone; raises InputError as `read_run` does."""
    with opened(path, "run", SCHEMA_VERSION) as file:
        return attributes_of(file, JSON_ATTRIBUTES)


def fill_group(group: h5py.Group, run: Run) -> None:
    """Write all of a run but its initial parameters."""
    write_attributes(group, run.attributes, JSON_ATTRIBUTES)
    write_arrays(group, "history", run.history)
    write_arrays(group, "progress", run.progress)
    write_arrays(group, "statistics", run.recorded)
    for layer, quantities in run.statistics.items():
        write_arrays(group, f"statistics/{layer}", quantities)


def read_group(group: h5py.Group, initial: bool = False) -> Run:
    """The run that a group holds."""
    attributes = attributes_of(group, JSON_ATTRIBUTES)
    layers = attributes["layers"]
    return Run(
        attributes=attributes,
        history=read_arrays(group["history"]),
        progress=read_arrays(group["progress"]),
        recorded={name: group["statistics"][name][:] for name in RECORDED},
        statistics={layer: read_arrays(group["statistics"][layer]) for layer in layers},
        initial={layer: read_arrays(group["initial"][layer]) for layer in layers if initial},
    )
