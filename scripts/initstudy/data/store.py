"""The prepared file results/data/{dataset}.h5: written block by block, read as arrays."""

import errno
import json
import math
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import h5py
import numpy as np

from initstudy.core.errors import InputError
from initstudy.core.files import written_whole
from initstudy.data.splits import split_training_part

SPLITS = ("train", "validation", "test")
CHANNELS = 3
BLOCK = 1024  # images held in memory at a time while a file is written


class Source(Protocol):
    """Labelled images in two official parts, "train" and "test".

    Attributes:
        description: where the images come from, in words.
        classes: the classes' names.
        labels: per part, (N,) class indices.
        size: height and width of the images, in pixels.
    """

    description: str
    classes: Sequence[str]
    labels: dict[str, np.ndarray]
    size: int

    def blocks(self, part: str) -> Iterator[np.ndarray]:
        """The part's images in the order of its labels, (n, 3, size, size) uint8 at a time."""

    def checksums(self) -> dict[str, str]:
        """What identifies the bytes that were read, complete once every block was."""


@dataclass(frozen=True)
class ArraySource:
    """A source that fits into memory.

    Attributes:
        images: per part, (N, C, size, size) uint8 where C is 3, or 1 for grey images.
        digests: what `checksums` answers.
    """

    description: str
    classes: Sequence[str]
    labels: dict[str, np.ndarray]
    images: dict[str, np.ndarray]
    digests: dict[str, str]

    @property
    def size(self) -> int:
        return self.images["train"].shape[-1]

    def blocks(self, part: str) -> Iterator[np.ndarray]:
        images = self.images[part]
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            yield np.broadcast_to(block, (len(block), *image_shape(self.size)))

    def checksums(self) -> dict[str, str]:
        return self.digests


def write_dataset(source: Source, path: str | Path) -> None:
    """Write `source` as the prepared file `path`.

    Memory holds one block of images at a time and 8-byte row numbers, whatever the source's size.
    Equal sources give equal bytes.

    Raises:
        InputError: no class has the two training images of which one can be held out.
    """
    train, validation = split_training_part(source.labels["train"])
    if len(validation) == 0:
        raise InputError(
            f"{source.description} has no class with two training images, of which one could be "
            "held out for validation: add images"
        )
    labels = {
        "train": source.labels["train"][train],
        "validation": source.labels["train"][validation],
        "test": source.labels["test"],
    }
    # Where each official image goes, as a row of train followed by validation.
    places = np.empty(len(train) + len(validation), dtype=np.int64)
    places[np.concatenate([train, validation])] = np.arange(len(places))

    shape = image_shape(source.size)
    pixels = sum(map(len, labels.values())) * math.prod(shape)
    with written_whole(path) as partial, _new_file(partial, pixels) as file:
        for split in SPLITS:
            all_shape = (len(labels[split]), *shape)
            file.create_dataset(f"{split}/images", all_shape, np.uint8, track_times=False)
            file.create_dataset(
                f"{split}/labels", data=labels[split].astype(np.int64), track_times=False
            )
        histograms = np.zeros((CHANNELS, 256), dtype=np.int64)
        row = 0
        for block in source.blocks("train"):
            place = places[row : row + len(block)]
            row += len(block)
            in_train = place < len(train)
            _write_rows(file["train/images"], place[in_train], block[in_train])
            _write_rows(file["validation/images"], place[~in_train] - len(train), block[~in_train])
            histograms += _histograms(block[in_train])
        row = 0
        for block in source.blocks("test"):
            file["test/images"][row : row + len(block)] = block
            row += len(block)

        mean, std = _mean_and_std(histograms)
        file.attrs["mean"] = mean
        file.attrs["std"] = std
        file.attrs["classes"] = json.dumps(list(source.classes))
        provenance = {
            "source": source.description,
            "checksums": source.checksums(),
            "counts": {split: len(labels[split]) for split in SPLITS},
        }
        file.attrs["provenance"] = json.dumps(provenance)


def image_shape(size: int) -> tuple[int, int, int]:
    """Channels, height and width of an image."""
    return (CHANNELS, size, size)


def _new_file(path: Path, size: int) -> h5py.File:
    """An HDF5 file for so many bytes; an OSError if the disk has no space for them."""
    # HDF5 itself takes the process down where a disk is full.
    if shutil.disk_usage(path.parent).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return h5py.File(path, "w")


def _write_rows(dataset: h5py.Dataset, rows: np.ndarray, images: np.ndarray) -> None:
    """Write `images` to the scattered `rows`, which HDF5 wants in increasing order."""
    order = np.argsort(rows)
    if len(rows):
        dataset[rows[order]] = images[order]


def _histograms(images: np.ndarray) -> np.ndarray:
    """How often each channel of (n, C, H, W) uint8 takes each value: (C, 256)."""
    return np.stack([np.bincount(images[:, c].ravel(), minlength=256) for c in range(CHANNELS)])


def _mean_and_std(histograms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each channel's mean and standard deviation on the scale 0 to 1, from exact integer sums.

    A constant channel gets the deviation 1, so that dividing by it is harmless.
    """
    means, deviations = [], []
    for histogram in histograms.tolist():
        n = sum(histogram)
        total = sum(value * count for value, count in enumerate(histogram))
        squares = sum(value * value * count for value, count in enumerate(histogram))
        means.append(total / n / 255)
        deviations.append(math.sqrt((n * squares - total * total) / (n * n)) / 255 or 1.0)
    return np.array(means), np.array(deviations)


@dataclass(frozen=True)
class Dataset:
    """A prepared data set.

    Attributes:
        images: per split that was read, (N, 3, size, size) uint8, mapped from the file.
        labels: per split that was read, (N,) int64 indices into `classes`.
        mean: (3,) float64, per channel of the train split on the scale 0 to 1.
        std: (3,) float64, likewise.
        classes: the classes' names.
        provenance: "source", "checksums" and "counts" (images per split).
    """

    images: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]
    mean: np.ndarray
    std: np.ndarray
    classes: list[str]
    provenance: dict


def read_dataset(path: str | Path, splits: Sequence[str] = SPLITS) -> Dataset:
    """Read a prepared file, or only some of its splits.

    Images stay in the file and come into memory as they are looked at, once for all processes of a
    machine. Who changes them changes a copy of their own.

    Raises:
        InputError: the file is missing, truncated or not a prepared data set.
    """
    try:
        with h5py.File(path, "r") as file:
            dataset = Dataset(
                images={split: _mapped(file[f"{split}/images"]) for split in splits},
                labels={split: file[f"{split}/labels"][:] for split in splits},
                mean=file.attrs["mean"],
                std=file.attrs["std"],
                classes=json.loads(file.attrs["classes"]),
                provenance=json.loads(file.attrs["provenance"]),
            )
        for split, images in dataset.images.items():
            count = dataset.provenance["counts"][split]
            expected = (count, *image_shape(images.shape[-1]))
            if images.shape != expected or len(dataset.labels[split]) != count:
                raise ValueError(f"{split} does not hold {count} square images")
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise InputError(
            f"{path} is not a whole prepared data set: delete it and prepare it again"
        ) from error
    return dataset


def _mapped(dataset: h5py.Dataset) -> np.ndarray:
    """A dataset that lies in its file in one piece, as an array that is read on demand."""
    if dataset.size == 0:
        return dataset[:]
    return np.memmap(
        dataset.file.filename, dataset.dtype, "c", dataset.id.get_offset(), dataset.shape
    )
