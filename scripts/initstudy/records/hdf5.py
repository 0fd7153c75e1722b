"""What the project's HDF5 records share: attributes in JSON, a schema version, and a seal."""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from initstudy.core.errors import InputError

SEAL_BYTES = 512
"""In front of what is HDF5, which its readers skip, stands the sha256 of all that follows: HDF5 by
itself would read a flipped byte as if it were true."""


@contextlib.contextmanager
def sealed(path: str | Path) -> Iterator[h5py.File]:
    """A new file to be filled; equal content gives equal bytes.

    It is put together in memory, as HDF5 takes the process down where a disk is full.
    """
    image = io.BytesIO()
    with h5py.File(image, "w", userblock_size=SEAL_BYTES) as file:
        yield file
    image.seek(0)
    image.write(_seal(image.getbuffer()))
    Path(path).write_bytes(image.getbuffer())


@contextlib.contextmanager
def opened(path: str | Path, kind: str, version: int) -> Iterator[h5py.File]:
    """A file to be read; what goes wrong until the block ends becomes one InputError.

    kind: what the file is, for people.
    """
    try:
        image = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    try:
        if image[:SEAL_BYTES] != _seal(memoryview(image)):
            raise ValueError("not as it was written")
        with h5py.File(io.BytesIO(image)) as file:
            if file.attrs["schema_version"] != version:
                raise KeyError("schema_version")
            yield file
    except (OSError, KeyError, ValueError) as error:
        # What lies elsewhere, such as a copy, Snakemake does not know to make.
        advice = f": delete it, then have it made by snakemake --cores 1 {path}"
        if Path(path).is_absolute():
            advice = ""
        raise InputError(
            f"{path} is damaged or no {kind} of schema version {version}{advice}"
        ) from error


def write_attributes(group: h5py.Group, attributes: dict, in_json: tuple[str, ...]) -> None:
    """Write attributes, those of the names `in_json` as JSON."""
    for name, value in attributes.items():
        group.attrs[name] = json.dumps(value, sort_keys=True) if name in in_json else value


def read_attributes(group: h5py.Group, in_json: tuple[str, ...]) -> dict:
    """What `write_attributes` wrote, and whatever else there is."""
    attributes = dict(group.attrs)
    return attributes | {name: json.loads(attributes[name]) for name in in_json}


def write_arrays(group: h5py.Group, name: str, arrays: dict[str, np.ndarray]) -> None:
    """A group of arrays by their names."""
    inner = group.create_group(name)
    for key, array in arrays.items():
        inner[key] = array


def read_arrays(group: h5py.Group) -> dict[str, np.ndarray]:
    """The arrays of a group by their names."""
    return {name: dataset[:] for name, dataset in group.items()}


def _seal(image: memoryview) -> bytes:
    """What belongs in front of a file."""
    digest = hashlib.sha256(image[SEAL_BYTES:]).hexdigest()
    return digest.encode().ljust(SEAL_BYTES, b"\0")
