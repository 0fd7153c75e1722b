"""The replicas' initial networks. They are made one by one, on the CPU, each from its own random
streams: replica k is the same on every device and however many replicas there are."""

import copy
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.core.plugins import INITIALIZERS, SCHEDULES, failures_named, load_function
from initstudy.core.progress import Progress
from initstudy.data.store import Dataset, read_dataset
from initstudy.initializers import Calibration, Context, initialize
from initstudy.networks.construction import construct
from initstudy.networks.layers import after_each_layer
from initstudy.networks.moments import Moments, discrepancy, moments, target_deviations
from initstudy.optimizers import make_optimizer
from initstudy.schedules import CONSTANT
from initstudy.study.axes import ARCHITECTURE
from initstudy.training.batches import Normalizer
from initstudy.training.initial_check import InitialCheck
from initstudy.training.settings import Settings


@dataclass(frozen=True)
class Methods:
    """The functions that make a cell's networks, by the names that a study gives them."""

    network: str
    initializer: str
    schedule: str = CONSTANT
    """Of the learning rate; what is never trained has none of its own."""

    def initialization(self) -> Callable:
        """Raises InputError for what sets nothing when it is called: it would go unnoticed."""
        function = load_function(self.initializer, INITIALIZERS)
        kinds = (inspect.isclass, inspect.iscoroutinefunction, inspect.isgeneratorfunction)
        if any(is_kind(function) for is_kind in kinds):
            raise InputError(
                f"{self.initializer} must be a function that sets parameters when it is called,"
                " neither a class (give an instance with __call__) nor async nor with yield"
            )
        return function

    def decay(self) -> Callable:
        return load_function(self.schedule, SCHEDULES)


def initial_networks(
    cell: Settings,
    methods: Methods,
    dataset: Dataset,
    images: np.ndarray,
    labels: np.ndarray,
    calibration_data: str | Path | None,
) -> tuple[list[nn.Module], list[Calibration]]:
    """The replicas' networks and what their initialization cost.

    images, labels: the training images in use (uint8), for labelled batches and, unless the cell's
    calibration_source says otherwise, calibration.
    """
    initializer = methods.initialization()
    new_optimizer = functools.partial(
        make_optimizer,
        cell.optimizer,
        learning_rate=cell.learning_rate,
        momentum=cell.momentum,
        weight_decay=cell.weight_decay,
    )
    normalize = Normalizer(dataset.mean, dataset.std, torch.device("cpu"))
    pool = images
    if calibration_data is not None:
        pool = read_dataset(calibration_data).images["train"]
    networks, calibrations = [], []
    check = InitialCheck(methods.network, methods.initializer, len(dataset.classes))
    progress = Progress("initial network", cell.replicas)
    for replica in replica_numbers(cell):
        network = new_network(methods, cell, len(dataset.classes), images.shape[-1], replica)
        context = Context(
            generator=seeds.generator(seeds.WEIGHTS, replica),
            images=calibration_inputs(
                cell, pool, normalize, seeds.generator(seeds.CALIBRATION, replica)
            ),
            labelled_batch=LabelledBatches(
                images, labels, normalize, seeds.generator(seeds.LABELLED, replica)
            ),
            optimizer=new_optimizer,
            output_std=cell.output_std,
            activation=cell.activation,
        )
        own_streams = seeds.global_generators(seeds.GLOBAL, replica, 1)
        with own_streams, check.of(network, context), failures_named(methods.initializer):
            calibration = initialize(network, initializer, cell.options, context)
        if len(context.images):
            found = discrepancies(network, context.images, cell.output_std)
            calibration = replace(calibration, discrepancies=found)
        calibrations.append(calibration)
        networks.append(network)
        progress.report(len(networks))
    check.replicas_differ(networks)
    return networks, calibrations


def replica_numbers(cell: Settings) -> range:
    """Those of the replicas that a job trains."""
    return range(cell.first_replica, cell.first_replica + cell.replicas)


@torch.no_grad()
def discrepancies(network: nn.Module, images: Tensor, output_std: float) -> dict[str, float]:
    """Layer -> discrepancy on some images, BatchNorm normalising by them.

    On the calibration set it is what the method has reached; how much of that holds on others, the
    discrepancy on the probe set tells.
    """
    found: dict[str, Moments] = {}

    def add(name: str, outputs: Tensor) -> None:
        found[name] = moments(outputs[:, None])

    copied = copy.deepcopy(network)  # whose running statistics may change
    with after_each_layer(copied, add):
        copied(images)
    targets = target_deviations(found, output_std)
    return {name: discrepancy(sample, targets[name]).item() for name, sample in found.items()}


def new_network(
    methods: Methods, cell: Settings, classes: int, size: int, replica: int
) -> nn.Module:
    """A replica's network as it is constructed, for images of `size` pixels.

    Whatever it draws from starts from the replica.
    """
    with seeds.global_generators(seeds.GLOBAL, replica, 0):
        axes = {axis: getattr(cell, axis) for axis in ARCHITECTURE}
        return construct(methods.network, classes, size, axes, cell.network_options)


def calibration_inputs(
    cell: Settings, pool: np.ndarray, normalize: Normalizer, generator: torch.Generator
) -> Tensor:
    """The cell's `calibration_size` unlabelled inputs: drawn from `pool`, or standard normal noise.

    They are normalised by the moments of the data set trained on, wherever they come from, as the
    network's inputs are. Raises InputError if the pool is too small.
    """
    size = cell.calibration_size
    if cell.calibration_source == "noise":
        return torch.randn((size, *pool.shape[1:]), generator=generator)
    if size > len(pool):
        raise InputError(f"calibration_size {size} exceeds the {len(pool)} images; lower it")
    chosen = torch.randperm(len(pool), generator=generator)[:size]
    return normalize(torch.from_numpy(pool[chosen.numpy()]))


class LabelledBatches:
    """Labelled training batches in a random order; disjoint until the set is used up."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        normalize: Normalizer,
        generator: torch.Generator,
    ):
        self.images = images
        self.labels = labels
        self.normalize = normalize
        self.generator = generator
        self._remaining = np.empty(0, dtype=np.int64)

    def __call__(self, size: int) -> tuple[Tensor, Tensor]:
        """The next `size` normalised images and labels.

        Raises InputError if there are not as many training images.
        """
        if size > len(self.images):
            raise InputError(
                f"calibration needs {size} labelled images but there are {len(self.images)}; "
                "lower calibration_size or raise train_size"
            )
        if size > len(self._remaining):
            self._remaining = torch.randperm(len(self.images), generator=self.generator).numpy()
        chosen, self._remaining = self._remaining[:size], self._remaining[size:]
        return self.normalize(torch.from_numpy(self.images[chosen])), torch.from_numpy(
            self.labels[chosen]
        )
