"""CIFAR-10, SVHN, MNIST and Fashion-MNIST out of their official archives.

Torchvision's own classes read the files; their checksums of the unpacked files are dropped because
the archives are verified before anything in them is opened.
"""

import gzip
import hashlib
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from torchvision import datasets

from initstudy.core.errors import InputError
from initstudy.data.store import ArraySource
from initstudy.study.sources import ARCHIVES


class CIFAR10(datasets.CIFAR10):
    """CIFAR-10 without checksums of its unpacked files."""

    train_list = tuple((name, None) for name, _ in datasets.CIFAR10.train_list)
    test_list = tuple((name, None) for name, _ in datasets.CIFAR10.test_list)
    meta = datasets.CIFAR10.meta | {"md5": None}


class SVHN(datasets.SVHN):
    """SVHN without checksums of its files."""

    split_list = {  # noqa: RUF012 - torchvision's attribute
        split: (url, name, None) for split, (url, name, _) in datasets.SVHN.split_list.items()
    }


class _FilesInRoot:
    """Lets torchvision's MNIST classes find their files in the root folder itself."""

    raw_folder = property(lambda self: self.root)


class MNIST(_FilesInRoot, datasets.MNIST):
    """MNIST out of `root`."""


class FashionMNIST(_FilesInRoot, datasets.FashionMNIST):
    """Fashion-MNIST out of `root`."""


def official(name: str, archives: Sequence[Path], checksums: Sequence[str]) -> ArraySource:
    """Verify the archives and read the data set `name` out of them.

    Args:
        name: a key of `sources.ARCHIVES`.
        archives: files with the official names, in any order.
        checksums: for each archive, "md5:..." or another algorithm of hashlib.

    Raises:
        InputError: an archive is missing, has another checksum, or cannot be read.
    """
    if len(archives) != len(checksums):
        raise InputError(
            f"{name} has {len(archives)} archives but {len(checksums)} checksums: give each "
            "archive one"
        )
    missing = set(ARCHIVES[name]) - {archive.name for archive in archives}
    if missing:
        raise InputError(f"{name} also needs the archive {min(missing)}: give all of them")
    for archive, checksum in zip(archives, checksums, strict=True):
        _verify(archive, checksum)

    with tempfile.TemporaryDirectory() as folder:
        for archive in archives:
            _unpack(archive, Path(folder))
        try:
            classes, labels, images = _READERS[name](folder)
        except Exception as error:  # the readers unpickle and parse, so wrong files raise anything
            raise InputError(
                f"{', '.join(str(archive) for archive in archives)} cannot be read as {name}: put "
                "the official archives there and give their checksums"
            ) from error
    return ArraySource(
        description=f"official archives of {name}",
        classes=classes,
        labels=labels,
        images=images,
        digests={
            archive.name: checksum for archive, checksum in zip(archives, checksums, strict=True)
        },
    )


def _verify(archive: Path, checksum: str) -> None:
    algorithm, _, expected = checksum.partition(":")
    if algorithm not in hashlib.algorithms_guaranteed or not expected:
        raise InputError(f"The checksum {checksum} of {archive} is not of the form md5:...")
    try:
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise InputError(f"{archive} cannot be read ({error.strerror}): put it there") from error
    if found != expected.lower():
        raise InputError(
            f"{archive} has the checksum {algorithm}:{found} where {checksum} is expected: delete "
            "it to have it downloaded again, or put the right file there"
        )


def _unpack(archive: Path, folder: Path) -> None:
    """Lay the archive's files where torchvision looks for them under `folder`."""
    try:
        if archive.name.endswith(".tar.gz"):
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
        elif archive.suffix == ".gz":
            with gzip.open(archive) as packed, (folder / archive.stem).open("wb") as file:
                shutil.copyfileobj(packed, file)
        else:
            (folder / archive.name).symlink_to(archive.resolve())
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise InputError(
            f"{archive} cannot be unpacked ({error}): put the official archive there and give its "
            "checksum"
        ) from error


def _read_cifar10(folder: str) -> tuple:
    parts = {part: CIFAR10(folder, train=part == "train") for part in ("train", "test")}
    labels = {part: np.array(dataset.targets) for part, dataset in parts.items()}
    images = {part: dataset.data.transpose(0, 3, 1, 2) for part, dataset in parts.items()}
    return parts["train"].classes, labels, images


def _read_svhn(folder: str) -> tuple:
    parts = {part: SVHN(folder, split=part) for part in ("train", "test")}
    labels = {part: dataset.labels for part, dataset in parts.items()}
    # MATLAB's order has the sample last: gathered once here, not in every block.
    images = {part: np.ascontiguousarray(dataset.data) for part, dataset in parts.items()}
    return [str(digit) for digit in range(10)], labels, images


def _read_mnist(dataset_class: type[datasets.MNIST], folder: str) -> tuple:
    parts = {part: dataset_class(folder, train=part == "train") for part in ("train", "test")}
    labels = {part: dataset.targets.numpy() for part, dataset in parts.items()}
    margin = ((0, 0), (2, 2), (2, 2))  # 28 x 28 to 32 x 32
    images = {
        part: np.pad(dataset.data.numpy(), margin)[:, None] for part, dataset in parts.items()
    }
    return dataset_class.classes, labels, images


_READERS = {
    "cifar10": _read_cifar10,
    "svhn": _read_svhn,
    "mnist": partial(_read_mnist, MNIST),
    "fashion_mnist": partial(_read_mnist, FashionMNIST),
}
