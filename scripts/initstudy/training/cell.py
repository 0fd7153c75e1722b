"""One cell of the study, from prepared data to a Run."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from initstudy.data.store import read_dataset
from initstudy.devices import describe_device
from initstudy.initializers import Calibration
from initstudy.runs import Run
from initstudy.training.batches import MiniBatches, Normalizer, training_subset
from initstudy.training.initial import initial_networks
from initstudy.training.loop import History, train
from initstudy.training.optimizers import make_optimizer
from initstudy.training.recorder import StatisticsRecorder
from initstudy.training.replicated import ReplicatedNetwork

PROBE_SIZE = 1024


def run_cell(
    cell: dict, data: str | Path, calibration_data: str | Path | None, device: torch.device
) -> Run:
    """Initialize and train the replicas of `cell` (every axis and option, see `study.Cell`).

    data: the prepared data set; calibration_data: the one that calibration inputs come from, if it
    is another. Raises InputError where the cell asks for what the data cannot give.
    """
    dataset = read_dataset(data)
    images, labels = training_subset(dataset, cell["train_size"])
    networks, calibrations = initial_networks(cell, dataset, images, labels, calibration_data)
    network = ReplicatedNetwork(networks).to(device)
    initial = {
        name: {"weight": as_numpy(layer.weight).copy(), "bias": as_numpy(layer.bias).copy()}
        for name, layer in network.layers().items()
    }
    normalize = Normalizer(dataset.mean, dataset.std, device)
    held_out = {
        split: (
            torch.from_numpy(dataset.images[split]).to(device),
            torch.from_numpy(dataset.labels[split]).to(device),
        )
        for split in ("validation", "test")
    }
    recorder = StatisticsRecorder(
        network, normalize(held_out["validation"][0][:PROBE_SIZE]), cell["output_std"]
    )
    history = train(
        network,
        make_optimizer(
            cell["optimizer"], network.parameters(), cell["learning_rate"], cell["momentum"]
        ),
        MiniBatches(
            torch.from_numpy(images).to(device),
            torch.from_numpy(labels).to(device),
            cell["batch_size"],
            cell["seed"],
        ),
        held_out,
        normalize,
        recorder,
        tqdm(range(1, cell["epochs"] + 1), unit="epoch", file=sys.stderr),
    )
    attributes = run_attributes(cell, network, calibrations, device)
    attributes["chance_accuracy"] = majority_accuracy(labels, dataset.labels["test"])
    return assembled(attributes, history, recorder, initial)


def run_attributes(
    cell: dict,
    network: ReplicatedNetwork,
    calibrations: Sequence[Calibration],
    device: torch.device,
) -> dict:
    """The attributes of run.h5, but for its schema version."""
    parameters = sum(parameter[0].numel() for parameter in network.parameters())
    return {
        "cell": cell,
        "software": {name: version(name) for name in ("torch", "numpy", "h5py")},
        "device": describe_device(device),
        "layers": network.layer_names,
        "parameters": parameters,
        "calibration_samples": np.array([c.samples for c in calibrations]),
        "calibration_steps": np.array([c.steps for c in calibrations]),
        "strength": np.array([c.strength for c in calibrations]),
    }


def majority_accuracy(training: np.ndarray, test: np.ndarray) -> float:
    """The test accuracy of always answering the most frequent training class."""
    return float(np.mean(test == np.bincount(training).argmax()))


def assembled(
    attributes: dict,
    history: History,
    recorder: StatisticsRecorder,
    initial: dict[str, dict[str, np.ndarray]],
) -> Run:
    """All parts of a run, as numpy arrays."""
    return Run(
        attributes=attributes,
        history={
            "step": np.array(history.steps),
            "epoch": np.arange(len(history.steps)),
            **{name: as_numpy(values) for name, values in history.metrics.items()},
        },
        progress={
            "step": np.array(history.progress_steps),
            "loss": as_numpy(history.progress_loss),
        },
        statistics_step=np.array(recorder.steps),
        statistics={
            layer: {name: as_numpy(values) for name, values in quantities.items()}
            for layer, quantities in recorder.statistics().items()
        },
        initial=initial,
    )


def as_numpy(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
