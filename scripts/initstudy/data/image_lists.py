"""Labels of parts whose images lie in one folder, as ImageNet and its kind are distributed."""

import csv
from collections.abc import Callable
from pathlib import Path

from initstudy.core.errors import InputError

Classes = dict[str, list[Path]]
ANNOTATIONS = "val_annotations.txt"
"""Tiny-ImageNet: a line an image, `val_0.JPEG<tab>n03444034<tab>...`."""
SOLUTION = "LOC_val_solution.csv"
"""ImageNet from Kaggle: `ILSVRC2012_val_00048981,n03995372 85 1 499 272 ...`."""
TRUTH, SYNSETS = "ILSVRC2012_validation_ground_truth.txt", "meta.mat"
"""ImageNet's development kit: a number a line, in the order of the images' names, and what the
numbers stand for."""


def labels_of(root: Path, part: Path, images: list[Path]) -> tuple[Classes, list[Path]]:
    """Class -> files, of a part's images, by the list of labels that there is; and the lists read.

    Nothing where there is none. Lists are looked for in the part; those of ImageNet's validation
    part also in the data set's folder and in the development kit's. Raises InputError for a list
    that does not say a class of every image.
    """
    for name, read in LISTS.items():
        places = [part / name]
        if "val" in part.name.lower() and name != ANNOTATIONS:
            places += [root / name, *sorted(root.glob(f"*/data/{name}"))]
        for path in places:
            if path.is_file():
                labels, lists = read(path, images)
                return _by_class(path, labels, images), lists
    return {}, []


def _by_class(path: Path, labels: dict[str, str], images: list[Path]) -> Classes:
    found: Classes = {}
    for image in images:
        if image.name not in labels and image.stem not in labels:
            raise InputError(f"{path} does not say the class of {image}; complete it")
        found.setdefault(labels.get(image.name, labels.get(image.stem)), []).append(image)
    return {name: found[name] for name in sorted(found)}


def _annotations(path: Path, _: list[Path]) -> tuple[dict[str, str], list[Path]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {row[0]: row[1] for row in rows if len(row) > 1}, [path]


def _solution(path: Path, _: list[Path]) -> tuple[dict[str, str], list[Path]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["ImageId"]: row["PredictionString"].split(" ")[0] for row in rows}, [path]


def _ground_truth(path: Path, images: list[Path]) -> tuple[dict[str, str], list[Path]]:
    from scipy.io import loadmat  # Which takes a while, and is needed here alone.

    numbers = [int(line) for line in path.read_text(encoding="utf-8").split()]
    if len(numbers) != len(images):
        raise InputError(
            f"{path} has {len(numbers)} labels for {len(images)} images of {images[0].parent};"
            " complete them"
        )
    synsets = path.with_name(SYNSETS)
    if not synsets.is_file():
        raise InputError(f"{path} needs {SYNSETS} of the development kit beside it; put it there")
    table = loadmat(synsets, squeeze_me=True)["synsets"]
    names = {int(row["ILSVRC2012_ID"]): str(row["WNID"]) for row in table}
    ordered = sorted(images, key=lambda image: image.name)
    return (
        {image.name: names[number] for image, number in zip(ordered, numbers, strict=True)},
        [path, synsets],
    )


LISTS: dict[str, Callable] = {ANNOTATIONS: _annotations, SOLUTION: _solution, TRUTH: _ground_truth}
