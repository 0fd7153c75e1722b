"""Small things to test with, made in code."""

from pathlib import Path

import numpy as np
import torch

from initstudy.core import seeds
from initstudy.data.store import ArraySource, write_dataset
from initstudy.initializers import Context

BLANK = torch.zeros(2, 3, 32, 32)
"""Images to find out with what layers a network calls."""


def bare_context(replica: int) -> Context:
    """The context of a replica whose initializer looks at no data."""
    return Context(
        generator=seeds.generator(seeds.WEIGHTS, replica),
        images=BLANK,
        labelled_batch=None,
        optimizer=None,
        output_std=0.1,
    )


def image_arrays(count: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 noise images, count x 3 x 32 x 32, and labels."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)
    return images, random.integers(0, classes, count)


def write_noise(path: Path, training: int, test: int, classes: int) -> Path:
    """A prepared data set of noise with so many images of its two official splits."""
    images, labels = image_arrays(training + test, classes)
    parts = {"train": slice(0, training), "test": slice(training, training + test)}
    source = ArraySource(
        description="noise",
        classes=[str(number) for number in range(classes)],
        labels={part: labels[rows] for part, rows in parts.items()},
        images={part: images[rows] for part, rows in parts.items()},
        digests={},
    )
    write_dataset(source, path)
    return path
