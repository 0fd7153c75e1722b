"""A cell that takes a second, and what trains it without the workflow."""

from pathlib import Path

import torch

from initstudy.records.run import Run
from initstudy.training.cell import run_cell
from initstudy.training.checkpoints import Checkpoint
from initstudy.training.initial import Methods

METHODS = Methods("architectures.lenet5", "fixed.he_normal")
CELL = {
    "network": "lenet5",
    "depth": 3,
    "norm": "none",
    "activation": "relu",
    "initializer": "he_normal",
    "options": {},
    "network_options": {},
    "optimizer": "sgd",
    "learning_rate": 0.002,
    "momentum": 0.9,
    "weight_decay": 0.0,
    "schedule": "constant",
    "schedule_options": {},
    "warmup": 0.0,
    "augmentation": "none",
    "batch_size": 16,
    "train_size": 160,
    "calibration_size": 0,
    "calibration_source": "none",
    "epochs": 1,
    "seed": 4,
    "first_replica": 0,
    "replicas": 2,
    "output_std": 0.1,
    "dataset": "noise",
}


def trained(data: Path, methods: Methods = METHODS, **axes: object) -> Run:
    """The small cell's run, with other axes and options where given."""
    never = Checkpoint(data.with_suffix(".checkpoint"), {}, minutes=60)
    return run_cell(CELL | axes, methods, data, None, torch.device("cpu"), never)
