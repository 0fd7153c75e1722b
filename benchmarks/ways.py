"""Ways to train K networks of one architecture on the same mini-batches, as people do it.

A way is a function (problem, after_step): it trains until `after_step(loss)`, which it calls after
every update with the loss of the networks it trains, raises Finished. It trains one network of the
problem or all of them, as WAYS says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import (
    functional_call,
    grad_and_value,
    replace_all_batch_norm_modules_,
    stack_module_state,
    vmap,
)
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from initstudy.networks import pooled_convolution
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.optimizers import make_optimizer
from initstudy.training.batches import MiniBatches, Normalizer
from initstudy.training.recorder import replica_losses

MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)
RATE = 1e-3
AfterStep = Callable[[Tensor], None]


class Finished(Exception):
    """Enough was trained."""


@dataclass(frozen=True)
class Problem:
    """What is trained, on what."""

    networks: list[nn.Sequential]
    images: np.ndarray
    """N x 3 x 32 x 32, uint8."""
    labels: np.ndarray
    batch_size: int
    device: torch.device


class Pictures(Dataset):
    """PIL images, made into normalised tensors one by one, as torchvision's data sets are used."""

    def __init__(self, problem: Problem):
        to_picture = transforms.ToPILImage()
        self.pictures = [to_picture(torch.from_numpy(image)) for image in problem.images]
        self.labels = problem.labels.tolist()
        self.transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
        )

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.pictures[index]), self.labels[index]


def picture_loader(problem: Problem) -> DataLoader:
    return DataLoader(
        Pictures(problem),
        problem.batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=torch.get_num_threads(),
        persistent_workers=True,
    )


def textbook(problem: Problem, after_step: AfterStep) -> None:
    """PIL images, a DataLoader with workers, an eager module, one network on all cores."""
    network = problem.networks[0].to(problem.device)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    loader = picture_loader(problem)
    while True:
        for images, labels in loader:
            loss = F.cross_entropy(network(images.to(problem.device)), labels.to(problem.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            after_step(loss.detach())


def lightning(problem: Problem, after_step: AfterStep) -> None:
    """Lightning's Trainer on the data of `textbook`."""
    from lightning.pytorch import LightningModule, Trainer

    class Module(LightningModule):
        def __init__(self):
            super().__init__()
            self.network = problem.networks[0]

        def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
            images, labels = batch
            return F.cross_entropy(self.network(images), labels)

        def on_train_batch_end(self, outputs: dict, *_: object) -> None:
            after_step(outputs["loss"].detach())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), RATE)

    trainer = Trainer(
        max_epochs=-1,
        accelerator=problem.device.type,
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Module(), picture_loader(problem))


def sequential(problem: Problem, after_step: AfterStep) -> None:
    """Data resident as one tensor, channels last, a fused optimizer, one network."""
    one_network(problem, after_step, lambda network: network)


def compiled(problem: Problem, after_step: AfterStep) -> None:
    """`sequential`, its network compiled; on a GPU passes are CUDA graphs."""
    one_network(problem, after_step, partial(torch.compile, mode="reduce-overhead"))


def one_network(
    problem: Problem, after_step: AfterStep, prepared: Callable[[nn.Module], Callable]
) -> None:
    """prepared: makes what is called of the network."""
    network = problem.networks[0].to(problem.device, memory_format=torch.channels_last)
    forward = prepared(network)
    optimizer = torch.optim.Adam(network.parameters(), RATE, fused=True)
    for images, labels in resident_batches(problem):
        loss = F.cross_entropy(forward(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        after_step(loss.detach())


def stacked(problem: Problem, after_step: AfterStep) -> None:
    """torch.func.vmap over modules whose parameters are stacked; data and optimizer as above.

    It cannot update the running statistics of BatchNorm, so there are none.
    """
    networks = [
        replace_all_batch_norm_modules_(network.to(problem.device)) for network in problem.networks
    ]
    parameters, buffers = stack_module_state(networks)
    optimizer = torch.optim.Adam(parameters.values(), RATE, fused=True)

    def loss_of_one(parameters: dict, buffers: dict, images: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(
            functional_call(networks[0], (parameters, buffers), (images,)), labels
        )

    losses_and_gradients = vmap(grad_and_value(loss_of_one), in_dims=(0, 0, None, None))
    for images, labels in resident_batches(problem):
        gradients, losses = losses_and_gradients(parameters, buffers, images, labels)
        for name, parameter in parameters.items():
            # The fused kernel takes for granted that both are laid out alike.
            parameter.grad = gradients[name].contiguous()
        optimizer.step()
        after_step(losses.detach())


def replicated(problem: Problem, after_step: AfterStep) -> None:
    """Ours: K networks as groups of channels of one."""
    network = ReplicatedNetwork(problem.networks, torch.randn(4, 3, 32, 32)).to(problem.device)
    optimizer = make_optimizer("adam", network.parameters(), RATE, 0.9)
    for images, labels in resident_batches(problem):
        losses = replica_losses(network(images), labels)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        after_step(losses.detach())


def without_kernel(problem: Problem, after_step: AfterStep) -> None:
    """Ours, but for gradients of max-pooled convolutions, which are PyTorch's own."""
    with mock.patch.object(pooled_convolution, "compiled", return_value=None):
        replicated(problem, after_step)


def resident_batches(problem: Problem) -> Iterator[tuple[Tensor, Tensor]]:
    """Normalised mini-batches, from uint8 images that stay on the device."""
    images, labels = (
        torch.from_numpy(array).to(problem.device) for array in (problem.images, problem.labels)
    )
    batches = MiniBatches(images, labels, problem.batch_size, seed=0)
    normalize = Normalizer(np.float32(MEAN), np.float32(STD), problem.device)
    step = 0
    while True:
        images, labels = batches[step]
        yield normalize(images), labels
        step += 1


@dataclass(frozen=True)
class Way:
    """A function of this module, and what it makes use of."""

    train: Callable[[Problem, AfterStep], None]
    all_networks: bool
    """Else one network at a time."""
    all_cores: bool
    """Else a process a core, each with one thread."""
    devices: tuple[str, ...] = ("cpu", "cuda")
    """Kinds of devices on which it is worth a measurement."""


WAYS = {
    "textbook": Way(textbook, all_networks=False, all_cores=True),
    "lightning": Way(lightning, all_networks=False, all_cores=True),
    "sequential": Way(sequential, all_networks=False, all_cores=False),
    # On a CPU it is slower than what it compiles.
    "compiled": Way(compiled, all_networks=False, all_cores=False, devices=("cuda",)),
    "vmap": Way(stacked, all_networks=True, all_cores=False),
    "without kernel": Way(without_kernel, all_networks=True, all_cores=False, devices=("cpu",)),
    "ours": Way(replicated, all_networks=True, all_cores=False),
}
