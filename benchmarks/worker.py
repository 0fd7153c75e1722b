"""Measure one way to train, in a process of its own; prints model-samples a second."""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import numpy as np
import torch
from torch import Tensor
from ways import WAYS, Finished, Problem

from initstudy.core.devices import choose_device
from initstudy.networks.architectures import lenet5
from initstudy.networks.residual import resnet

ARCHITECTURES = {"lenet5": lenet5, "resnet": resnet}
CLASSES = 10
IMAGES = 4096
WARM_UP = 1.0
MEASURED = 2.0
"""Seconds."""


class Stopwatch:
    """Counts the steps after the warm-up, and ends the training."""

    def __init__(self, device: torch.device):
        self.device = device
        self.steps = 0
        self.first = time.perf_counter()
        self.start: float | None = None
        self.elapsed = 0.0

    def __call__(self, loss: Tensor) -> None:
        now = time.perf_counter()
        if self.start is None:
            if now - self.first > WARM_UP:
                self._wait()
                self.start = time.perf_counter()
            return
        self.steps += 1
        if now - self.start > MEASURED:
            self._wait()
            self.elapsed = time.perf_counter() - self.start
            raise Finished

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def made_up_problem(arguments: argparse.Namespace, device: torch.device) -> Problem:
    """CIFAR-10's shapes, random content."""
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    return Problem(
        networks=[
            ARCHITECTURES[arguments.network](CLASSES, arguments.depth, arguments.norm)
            for _ in range(arguments.replicas)
        ],
        images=random.integers(0, 256, (IMAGES, 3, 32, 32), dtype=np.uint8),
        labels=random.integers(0, CLASSES, IMAGES),
        batch_size=arguments.batch_size,
        device=device,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=WAYS, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--replicas", type=int, required=True)
    parser.add_argument("--network", choices=ARCHITECTURES, required=True)
    parser.add_argument("--depth", type=int, required=True)
    parser.add_argument("--norm", choices=["none", "batch"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    way, device = WAYS[arguments.way], choose_device("auto")
    problem = made_up_problem(arguments, device)
    stopwatch = Stopwatch(device)
    try:
        way.train(problem, stopwatch)
    except Finished:
        networks = len(problem.networks) if way.all_networks else 1
        print(stopwatch.steps * problem.batch_size * networks / stopwatch.elapsed)


if __name__ == "__main__":
    main()
