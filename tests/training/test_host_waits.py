"""No training step lets the host wait for the device: what would is looked for on the CPU.

On a GPU each of these operations copies a value to the host, which has to wait for all that was
queued before; the device then runs dry.
"""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from helpers.small_data import image_arrays
from initstudy.networks.architectures import lenet5
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.optimizers import make_optimizer
from initstudy.training.batches import MiniBatches, Normalizer
from initstudy.training.loop import Training
from initstudy.training.recorder import StatisticsRecorder

WAITING = {
    "_local_scalar_dense",  # .item(), float(tensor), if tensor
    "nonzero",
    "masked_select",
    "equal",
    "is_nonzero",
    "_unique2",
    "bincount",
}


class Waits(TorchDispatchMode):
    """Collects the operations whose results the host waits for."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        masked = name in ("index", "index_put_") and any(
            getattr(index, "dtype", None) == torch.bool for index in args[1]
        )
        if name in WAITING or masked:
            self.seen.append(name)
        return function(*args, **(kwargs or {}))


def training(optimizer: str, norm: str, augmentation: str = "none") -> Training:
    images, labels = map(torch.from_numpy, image_arrays(128, classes=10))
    normalize = Normalizer(np.full(3, 0.5), np.full(3, 0.25), torch.device("cpu"))
    network = ReplicatedNetwork([lenet5(10, 4, norm) for _ in range(3)], normalize(images[:4]))
    return Training(
        network,
        make_optimizer(optimizer, network.parameters(), 0.01, 0.9, 0.1),
        lambda _: 0.01,
        MiniBatches(images, labels, 16, 0, augmentation),
        {"test": (images, labels)},
        normalize,
        StatisticsRecorder(network, normalize(images), 0.1),
    )


@pytest.mark.parametrize(
    ("optimizer", "norm", "augmentation"),
    [
        ("adam", "none", "flip_crop"),
        ("adamw", "batch", "none"),
        ("sgd", "none", "flip"),
        ("nesterov", "batch", "flip_crop"),
    ],
)
def test_no_step_waits(optimizer, norm, augmentation):
    trained = training(optimizer, norm, augmentation)
    with Waits() as waits:
        for position in range(4):  # three of which are recorded
            trained._train_step(position)
        trained._end_epoch()
    assert waits.seen == []
    assert trained.recorder.steps == [0, 1, 2]


@pytest.mark.parametrize(
    "wait",
    [
        lambda tensor: float(tensor[0]),
        lambda tensor: tensor[tensor > 0],
        lambda tensor: bool(tensor.any()),
        lambda tensor: torch.equal(tensor, tensor + 0),
    ],
)
def test_what_waits_is_found(wait):
    with Waits() as waits:
        wait(torch.ones(3))
    assert waits.seen
