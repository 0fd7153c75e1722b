"""The memory and time that ImageNet takes, with made-up images of its number.

Prepares a data set of 1,281,167 training and 50,000 test images of 1,000 classes as any other
source, and trains one epoch on it, each in a process of its own whose peak memory is printed. At
32 x 32 pixels it takes 4 GB of disk and some minutes, at 64 x 64 (`--size 64`) 16 GB.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
from default_cell import ARCHITECTURE, ROOT, default_task

from initstudy.data.store import BLOCK, image_shape, write_dataset
from initstudy.training.resources import BUFFERS

CLASSES = 1000
COUNTS = {"train": 1_281_167, "test": 50_000}


class MadeUp:
    """Noise, in the number of ImageNet's images; a `data.store.Source`."""

    description = "made-up images"
    classes = tuple(f"class {number}" for number in range(CLASSES))
    labels: dict[str, np.ndarray]

    def __init__(self, size: int) -> None:
        self.size = size
        self.labels = {part: np.arange(count) % CLASSES for part, count in COUNTS.items()}

    def blocks(self, part: str) -> Iterator[np.ndarray]:
        random = np.random.default_rng(0)
        for start in range(0, COUNTS[part], BLOCK):
            count = min(BLOCK, COUNTS[part] - start)
            yield random.integers(0, 256, (count, *image_shape(self.size)), dtype=np.uint8)

    def checksums(self) -> dict[str, str]:
        return {}


def training_cell(replicas: int) -> dict:
    """One epoch of config.yaml's defaults on all images, but for the batch size."""
    task = default_task(dataset="made_up", batch_size=256, epochs=1)
    return task.as_dict() | {"replicas": replicas}


def measured(name: str, command: list[str]) -> None:
    """Run a command and print its time and the highest peak memory of the commands so far."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=os.environ | BUFFERS, check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"{name}: {time.perf_counter() - start:.0f} s, peak memory {peak:.2f} GiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--size", type=int, default=32, help="pixels")
    parser.add_argument("--prepare", metavar="FILE", help="only write the data set, to FILE")
    arguments = parser.parse_args()
    if arguments.prepare:
        write_dataset(MadeUp(arguments.size), arguments.prepare)
        return
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/made_up.h5"
        size = ["--size", str(arguments.size)]
        measured("preparing", [sys.executable, __file__, *size, "--prepare", data])
        train = [sys.executable, "scripts/train.py", "--cell"]
        train += [json.dumps(training_cell(arguments.replicas)), "--data", data]
        train += ["--network", ARCHITECTURE, "--initializer", "fixed.pytorch_default"]
        train += ["--schedule", "decay.constant"]
        train += ["--code", "0"]
        measured("training", [*train, "--output", f"{folder}/run.h5"])


if __name__ == "__main__":
    main()
