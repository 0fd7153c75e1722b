"""run.h5, the record of one cell; its layout is the table in docs/results.md."""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from initstudy.core.errors import InputError

SCHEMA_VERSION = 1
SEAL_BYTES = 512
"""In front of what is HDF5, which its readers skip, stands the sha256 of all that follows: HDF5 by
itself would read a flipped byte as if it were true."""


@dataclass(frozen=True)
class Run:
    """One cell's results, as numpy arrays; K replicas, L layers."""

    attributes: dict
    """cell, software, layers (decoded from JSON) and the plain attributes of the file."""
    history: dict[str, np.ndarray]
    """step, epoch: E + 1; {train,validation,test}_{loss,accuracy}: (E + 1) x K."""
    progress: dict[str, np.ndarray]
    """step: P; loss: P x K."""
    statistics_step: np.ndarray
    """T."""
    statistics: dict[str, dict[str, np.ndarray]]
    """layer -> quantity -> T x K."""
    initial: dict[str, dict[str, np.ndarray]]
    """layer -> weight (K x out x in (x kh x kw)) and bias (K x out)."""


JSON_ATTRIBUTES = ("cell", "software", "layers")


def write_run(path: str | Path, run: Run) -> None:
    """Write a run; equal content gives equal bytes.

    It is put together in memory, as HDF5 takes the process down where a disk is full.
    """
    image = io.BytesIO()
    with h5py.File(image, "w", userblock_size=SEAL_BYTES) as file:
        file.attrs["schema_version"] = SCHEMA_VERSION
        for name, value in run.attributes.items():
            is_json = name in JSON_ATTRIBUTES
            file.attrs[name] = json.dumps(value, sort_keys=True) if is_json else value
        _write_group(file, "history", run.history)
        _write_group(file, "progress", run.progress)
        file["statistics/step"] = run.statistics_step
        for layer, quantities in run.statistics.items():
            _write_group(file, f"statistics/{layer}", quantities)
        for layer, parameters in run.initial.items():
            _write_group(file, f"initial/{layer}", parameters)
    image.seek(0)
    image.write(_seal(image.getbuffer()))
    Path(path).write_bytes(image.getbuffer())


def read_run(path: str | Path, initial: bool = False) -> Run:
    """Read a run; the initial parameters, most of the file, only on demand.

    Raises InputError for a file that is damaged, cut short or not a run of this schema.
    """
    with _opened(path) as file:
        attributes = _read_attributes(file)
        layers = attributes["layers"]
        return Run(
            attributes=attributes,
            history=_read_group(file["history"]),
            progress=_read_group(file["progress"]),
            statistics_step=file["statistics/step"][:],
            statistics={layer: _read_group(file["statistics"][layer]) for layer in layers},
            initial={layer: _read_group(file["initial"][layer]) for layer in layers if initial},
        )


def read_attributes(path: str | Path) -> dict:
    """The attributes of a run alone; raises InputError as `read_run` does."""
    with _opened(path) as file:
        return _read_attributes(file)


@contextlib.contextmanager
def _opened(path: str | Path) -> Iterator[h5py.File]:
    """A run to be read; what goes wrong until the block ends becomes one InputError."""
    try:
        image = Path(path).read_bytes()
        if image[:SEAL_BYTES] != _seal(memoryview(image)):
            raise ValueError("not as it was written")
        with h5py.File(io.BytesIO(image)) as file:
            yield file
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{path} is damaged or no run of schema version {SCHEMA_VERSION}: delete it, then have "
            f"it made by snakemake --cores 1 {path}"
        ) from error


def _seal(image: memoryview) -> bytes:
    """What belongs in front of a file."""
    digest = hashlib.sha256(image[SEAL_BYTES:]).hexdigest()
    return digest.encode().ljust(SEAL_BYTES, b"\0")


def _read_attributes(file: h5py.File) -> dict:
    if file.attrs["schema_version"] != SCHEMA_VERSION:
        raise KeyError("schema_version")
    attributes = dict(file.attrs)
    return attributes | {name: json.loads(attributes[name]) for name in JSON_ATTRIBUTES}


def _write_group(file: h5py.File, name: str, arrays: dict[str, np.ndarray]) -> None:
    group = file.create_group(name)
    for key, array in arrays.items():
        group[key] = array


def _read_group(group: h5py.Group) -> dict[str, np.ndarray]:
    return {name: dataset[:] for name, dataset in group.items()}
