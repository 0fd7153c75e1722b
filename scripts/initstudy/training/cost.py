"""What a study costs, from a short measurement on the machine that asks."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

import pandas as pd
import torch

from initstudy.core.code import SCRIPTS
from initstudy.networks.construction import construct
from initstudy.networks.replicated.checked import replicate
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.optimizers import make_optimizer
from initstudy.study.axes import ARCHITECTURE, TUNED
from initstudy.study.cells import Block, Cell, Experiment, Network, blocks
from initstudy.study.tuning import Tuning, trained
from initstudy.training.batches import Normalizer
from initstudy.training.recorder import EVALUATION_BATCH, evaluate, replica_losses

SHORTEST_MEASUREMENT = 0.5
"""Seconds."""
SPEED_AXES = ("network", *ARCHITECTURE, "optimizer", "batch_size")


def study_cost(
    experiments: list[Experiment],
    block: int,
    networks: dict[str, Network],
    sizes: dict[str, dict],
    device: torch.device,
    common_rates: dict[str, float],
    tuning: Tuning | None,
) -> pd.DataFrame:
    """One row an experiment, and a last one, total, in which shared cells count once.

    Of one that is tuned, the first round of the search has a row of its own; what it goes on to,
    and how many tuned cells are common ones at the same time, only the search tells.

    block: how many replicas a job trains at most; networks: by their names; sizes: per data set its
    images by split, its `classes`, and `side`, the height of its images in pixels; common_rates: by
    optimizer; tuning: of the experiments that are tuned.
    Columns: cells, networks, model_samples (images trained on, times networks) and hours: of
    training, evaluation and start-up of jobs on one core or device. Calibration and statistics
    come on top.
    """
    start_up = measure_start_up()
    speeds = {}

    def speed(cell: Cell, replicas: int) -> tuple[float, float]:
        size = sizes[cell.dataset]
        axes = [getattr(cell, axis) for axis in SPEED_AXES]
        key = (*axes, size["classes"], size["side"], replicas)
        if key not in speeds:
            replicated = replicas_of(networks[cell.network], cell, size, replicas).to(device)
            speeds[key] = measure_speed(replicated, cell, size, device)
        return speeds[key]

    def costs(cells: Iterable[Cell], jobs: list[Block]) -> dict[str, list[dict]]:
        return {
            cell.folder: [
                block_cost(cell, job.count, sizes[cell.dataset], *speed(cell, job.count), start_up)
                for job in jobs
            ]
            for cell in cells
        }

    rows, distinct = [], {}
    for experiment in experiments:
        if experiment.tuned:
            search = costs(tuning.grid(experiment.cells), [tuning.block])
            rows.append(summary(f"{experiment.name}, search", search))
            distinct |= {f"{folder}, search": jobs for folder, jobs in search.items()}
        known = [
            point if point.rate == TUNED else trained(point, common_rates, {})
            for point in experiment.cells
        ]
        compared = costs(known, blocks(experiment.replicas, block))
        rows.append(summary(experiment.name, compared))
        distinct |= compared
    return pd.DataFrame([*rows, summary("total", distinct)])


def workers_of(device: torch.device) -> int:
    """How many trainings run side by side here: on all GPUs, or on the cores that are ours."""
    if device.type == "cuda":
        return torch.cuda.device_count()
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def block_cost(
    cell: Cell,
    replicas: int,
    size: dict,
    step_seconds: float,
    evaluation_seconds: float,
    start_up: float,
) -> dict:
    """Networks, model_samples and seconds of a job that trains so many replicas of a cell.

    step_seconds: of one training step of all replicas; evaluation_seconds: of one image's pass
    through all of them.
    """
    images = size["train"] if cell.train_size == "all" else cell.train_size
    steps = images // cell.batch_size * cell.epochs
    evaluated = (size["validation"] + size["test"]) * (cell.epochs + 1)
    return {
        "networks": replicas,
        "model_samples": steps * cell.batch_size * replicas,
        "seconds": start_up + steps * step_seconds + evaluated * evaluation_seconds,
    }


def summary(name: str, costs: dict[str, list[dict]]) -> dict:
    """The row of an experiment; costs: of the jobs of each of its cells."""
    jobs = [cost for of_cell in costs.values() for cost in of_cell]
    return {
        "experiment": name,
        "cells": len(costs),
        "networks": sum(cost["networks"] for cost in jobs),
        "model_samples": sum(cost["model_samples"] for cost in jobs),
        "hours": sum(cost["seconds"] for cost in jobs) / 3600,
    }


def replicas_of(network: Network, cell: Cell, size: dict, replicas: int) -> ReplicatedNetwork:
    """A cell's networks as they are constructed."""
    parts = (size["classes"], size["side"], cell.values(), network.options)
    networks = [construct(network.method, *parts) for _ in range(replicas)]
    return replicate(networks, torch.randn(4, 3, size["side"], size["side"]))


def measure_speed(
    network: ReplicatedNetwork, cell: Cell, size: dict, device: torch.device
) -> tuple[float, float]:
    """Seconds of a training step of all replicas, and of one image's evaluation by all of them."""
    optimizer = make_optimizer(cell.optimizer, network.parameters(), 1e-3, cell.momentum)
    shape = (3, size["side"], size["side"])
    images = torch.randint(0, 256, (cell.batch_size, *shape), dtype=torch.uint8)
    most = max(EVALUATION_BATCH, len(images))
    labels = torch.randint(0, size["classes"], (most,), device=device)
    normalize = Normalizer(torch.full((3,), 0.5).numpy(), torch.full((3,), 0.25).numpy(), device)
    batch = normalize(images.to(device))
    held_out = torch.randint(0, 256, (EVALUATION_BATCH, *shape), dtype=torch.uint8).to(device)

    def step() -> None:
        optimizer.zero_grad()
        replica_losses(network(batch), labels[: len(batch)]).sum().backward()
        optimizer.step()

    def evaluation() -> None:
        evaluate(network, held_out, labels[:EVALUATION_BATCH], normalize)

    return seconds_a_call(step, device), seconds_a_call(evaluation, device) / EVALUATION_BATCH


def seconds_a_call(function: Callable[[], None], device: torch.device) -> float:
    """The mean duration of a call, after two that warm up."""
    for _ in range(2):
        function()
    calls, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < SHORTEST_MEASUREMENT:
        function()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        calls += 1
    return elapsed / calls


def measure_start_up() -> float:
    """Seconds until a training job has imported what it needs."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, SCRIPTS / "train.py", "--help"], check=True, capture_output=True
    )
    return time.perf_counter() - start
