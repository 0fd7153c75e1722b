"""What evaluations and statistics take of the time of a default cell, at CIFAR-10's size.

Trains config.yaml's default cell once, as a job would, on made-up images of CIFAR-10's number, with
a clock around the parts. Takes about four minutes on one core.
"""

import functools
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
import torch
from default_cell import ARCHITECTURE, default_task

from initstudy.core.devices import choose_device, describe_device
from initstudy.data.store import Dataset, image_shape
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.study.sources import IMAGE_SIZE
from initstudy.training import loop
from initstudy.training.cell import make_training
from initstudy.training.checkpoints import Checkpoint
from initstudy.training.initial import Methods, new_network
from initstudy.training.recorder import StatisticsRecorder
from initstudy.training.resources import BUFFERS
from initstudy.training.settings import Settings

CLASSES = 10
COUNTS = {"train": 45_000, "validation": 5_000, "test": 10_000}


def made_up_images() -> Dataset:
    random = np.random.default_rng(0)
    return Dataset(
        images={
            split: random.integers(0, 256, (count, *image_shape(IMAGE_SIZE)), dtype=np.uint8)
            for split, count in COUNTS.items()
        },
        labels={split: random.integers(0, CLASSES, count) for split, count in COUNTS.items()},
        mean=np.full(3, 0.5),
        std=np.full(3, 0.25),
        classes=[str(number) for number in range(CLASSES)],
        provenance={},
    )


class Clock:
    """Seconds spent in functions, by name."""

    def __init__(self, device: torch.device):
        self.device = device
        self.seconds: Counter[str] = Counter()

    def timed(self, name: str, function: Callable) -> Callable:
        @functools.wraps(function)
        def call(*arguments):
            start = self._now()
            result = function(*arguments)
            self.seconds[name] += self._now() - start
            return result

        return call

    def _now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()


def main() -> None:
    if not os.environ.keys() >= BUFFERS.keys():  # they count before Python starts
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | BUFFERS)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    device, dataset = choose_device("auto"), made_up_images()
    cell = Settings(default_task().as_dict())
    methods = Methods(ARCHITECTURE, "")
    networks = [new_network(methods, cell, CLASSES, IMAGE_SIZE, k) for k in range(cell.replicas)]
    training = make_training(
        cell,
        ReplicatedNetwork(networks, torch.randn(4, 3, 32, 32)).to(device),
        methods.decay(),
        dataset,
        dataset.images["train"],
        dataset.labels["train"],
        device,
    )
    clock = Clock(device)
    record = clock.timed("statistics", StatisticsRecorder.record)
    evaluate = clock.timed("evaluations", loop.evaluate)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(StatisticsRecorder, "record", record),
        mock.patch.object(loop, "evaluate", evaluate),
    ):
        never = Checkpoint(Path(folder) / "checkpoint.pt", {}, minutes=math.inf)
        clock.timed("all", training.run)(cell.epochs, never, {})
    whole = clock.seconds.pop("all")
    print(f"{describe_device(device)}: {whole:.0f} s")
    for name, seconds in clock.seconds.items():
        print(f"{name}: {seconds:.1f} s, {seconds / whole:.1%}")


if __name__ == "__main__":
    main()
