"""One cell of the study, from prepared data to a Run."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from initstudy.core.devices import describe_device
from initstudy.core.errors import InputError
from initstudy.data.store import Dataset, read_dataset
from initstudy.initializers import Calibration
from initstudy.networks.replicated.checked import replicate
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.optimizers import make_optimizer
from initstudy.records.run import RECORDED, Run
from initstudy.schedules import LearningRate
from initstudy.training.batches import MiniBatches, Normalizer, training_subset
from initstudy.training.checkpoints import Checkpoint
from initstudy.training.initial import Methods, initial_networks, new_network, replica_numbers
from initstudy.training.loop import History, Training
from initstudy.training.recorder import StatisticsRecorder
from initstudy.training.settings import Settings

PROBE_SET_SIZE = 1024
FEW_IMAGES = 4
"""On which replicas are compared with plain networks."""


def run_cell(
    task: dict,
    methods: Methods,
    data: str | Path,
    calibration_data: str | Path | None,
    device: torch.device,
    checkpoint: Checkpoint,
) -> Run:
    """Initialize and train the replicas of a cell.

    task: the cell's axes and options, as `study.cells.Task` has them; methods: its network and
    initializer; data: the prepared data set; calibration_data: the one that calibration inputs come
    from, if it is another. Goes on from the checkpoint if it has a state. Raises InputError where
    the cell asks for what the data cannot give, or has an axis that nothing reads.
    """
    cell = Settings(task)
    dataset = read_dataset(data)
    images, labels = training_subset(dataset, cell.train_size)
    state = checkpoint.load(device)
    if state is None:
        networks, calibrations = initial_networks(
            cell, methods, dataset, images, labels, calibration_data
        )
    else:
        # Their parameters come with the state.
        classes = len(dataset.classes)
        size = images.shape[-1]
        networks = [
            new_network(methods, cell, classes, size, replica) for replica in replica_numbers(cell)
        ]
        calibrations = [Calibration(**calibration) for calibration in state["calibrations"]]
    normalize = Normalizer(dataset.mean, dataset.std, torch.device("cpu"))
    few_images = normalize(torch.from_numpy(images[:FEW_IMAGES]))
    network = replicate(networks, few_images).to(device)
    network.random.count_from(cell.first_replica)
    for name in RECORDED:
        if name in network.layer_names:
            raise InputError(
                f"{methods.network}: a layer is named {name}, which in run.h5 is something else;"
                " rename it"
            )
    parameters = sum(parameter.numel() for parameter in networks[0].parameters())
    training = make_training(cell, network, methods.decay(), dataset, images, labels, device)
    initial = initial_parameters(network)
    if state is not None:
        training.load_state_dict(state["training"])
        initial = state["initial"]
    epochs = cell.epochs
    if state is None:
        cell.check_all_read()
    history = training.run(
        epochs,
        checkpoint,
        {"initial": initial, "calibrations": [asdict(entry) for entry in calibrations]},
    )
    attributes = run_attributes(task, network.layer_names, parameters, calibrations, device)
    attributes["chance_accuracy"] = majority_accuracy(labels, dataset.labels["test"])
    return assembled(attributes, history, training.recorder, initial)


def make_training(
    cell: Settings,
    network: ReplicatedNetwork,
    decay: Callable[..., float],
    dataset: Dataset,
    images: np.ndarray,
    labels: np.ndarray,
    device: torch.device,
) -> Training:
    """The training that a cell asks for.

    decay: of the learning rate, see `schedules`; images, labels: of the training set (uint8).
    Raises InputError for a warm-up as long as the training.
    """
    normalize = Normalizer(dataset.mean, dataset.std, device)

    def resident(*arrays: np.ndarray) -> tuple[Tensor, ...]:
        return tuple(torch.from_numpy(array).to(device) for array in arrays)

    held_out = {
        split: resident(dataset.images[split], dataset.labels[split])
        for split in ("validation", "test")
    }
    probe_set = normalize(held_out["validation"][0][:PROBE_SET_SIZE])
    batches = MiniBatches(*resident(images, labels), cell.batch_size, cell.seed, cell.augmentation)
    per_epoch = batches.steps_per_epoch
    learning_rate = LearningRate(
        cell.learning_rate,
        round(cell.warmup * per_epoch),
        per_epoch * cell.epochs,
        decay,
        cell.schedule_options,
    )
    optimizer = make_optimizer(
        *(cell.optimizer, network.parameters(), cell.learning_rate, cell.momentum),
        cell.weight_decay,
    )
    return Training(
        network,
        optimizer,
        learning_rate,
        batches,
        held_out,
        normalize,
        StatisticsRecorder(network, probe_set, cell.output_std),
    )


def initial_parameters(network: ReplicatedNetwork) -> dict[str, dict[str, Tensor]]:
    """Layer -> weight and bias as they are now, copied, where the layer has them."""
    return {
        name: {
            kind: tensor.detach().clone()
            for kind, tensor in layer._asdict().items()
            if tensor is not None
        }
        for name, layer in network.layers().items()
    }


def run_attributes(
    task: dict,
    layers: list[str],
    parameters: int,
    calibrations: Sequence[Calibration],
    device: torch.device,
) -> dict:
    """The attributes of run.h5, but for its schema version."""
    return {
        "cell": task,
        "software": {name: version(name) for name in ("torch", "numpy", "h5py")},
        "device": describe_device(device),
        "layers": layers,
        "parameters": parameters,
        "calibration_samples": np.array([c.samples for c in calibrations]),
        "calibration_backward_samples": np.array(
            [c.backward_samples for c in calibrations], dtype=np.float64
        ),
        "calibration_steps": np.array([c.steps for c in calibrations]),
        "strength": np.array([c.strength for c in calibrations]),
        "calibration_discrepancy": np.array(
            [[c.discrepancies.get(layer, np.nan) for layer in layers] for c in calibrations]
        ),
    }


def majority_accuracy(training: np.ndarray, test: np.ndarray) -> float:
    """The test accuracy of always answering the most frequent training class."""
    return float(np.mean(test == np.bincount(training).argmax()))


def assembled(
    attributes: dict,
    history: History,
    recorder: StatisticsRecorder,
    initial: dict[str, dict[str, Tensor]],
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
        recorded={
            "step": np.array(recorder.steps),
            "learning_rate": np.array(history.recorded_rates),
        },
        statistics={
            layer: {name: as_numpy(values) for name, values in quantities.items()}
            for layer, quantities in recorder.statistics().items()
        },
        initial={
            layer: {name: as_numpy(values) for name, values in parameters.items()}
            for layer, parameters in initial.items()
        },
    )


def as_numpy(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
