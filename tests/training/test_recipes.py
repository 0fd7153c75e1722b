"""Whole recipes, as a cell trains them, against a plain loop of one network over 50 updates."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler
from torchvision.transforms import functional

from helpers.small_cell import CELL, trained
from helpers.small_data import write_noise
from initstudy.core import seeds
from initstudy.data.store import read_dataset
from initstudy.networks.architectures import lenet5
from initstudy.training.augmentation import drawn
from initstudy.training.initial import Methods

IMAGES, BATCH, RATE = CELL["train_size"], CELL["batch_size"], CELL["learning_rate"]
EPOCHS, DECAY = 5, 0.1  # 50 updates, 10 an epoch.
WARMUP = 0.5  # Epochs, that is 5 updates.
OPTIMIZERS = {
    "adamw": lambda weights: torch.optim.AdamW(weights, RATE, weight_decay=DECAY),
    "nesterov": lambda weights: torch.optim.SGD(
        weights, RATE, momentum=0.9, weight_decay=DECAY, nesterov=True
    ),
}
SCHEDULERS = {
    "decay.cosine": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=45),
    "decay.step": lambda optimizer: lr_scheduler.MultiStepLR(optimizer, milestones=[23, 34]),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_noise(tmp_path_factory.mktemp("data") / "noise.h5", 250, 50, classes=4)


def plain_loop(dataset, initial, replica, optimizer, scheduler, augmentation):
    """The losses and rates of every update of one network."""
    network = lenet5(4, 3, "none")
    with torch.no_grad():
        for name, parameters in initial.items():
            layer = network.get_submodule(name)
            layer.weight.copy_(torch.tensor(parameters["weight"][replica]).view_as(layer.weight))
            layer.bias.copy_(torch.tensor(parameters["bias"][replica]))
    order = torch.randperm(len(dataset.images["train"]), generator=seeds.generator(3))
    chosen = np.sort(order[:IMAGES].numpy())  # The cell's subset of the training images.
    images, labels = (
        torch.from_numpy(of_split["train"][chosen]) for of_split in (dataset.images, dataset.labels)
    )
    mean, std = (torch.tensor(of)[:, None, None] for of in (dataset.mean, dataset.std))
    optimizer = optimizer(network.parameters())
    warmup = lr_scheduler.LinearLR(optimizer, 1 / 6, total_iters=5)
    schedule = lr_scheduler.SequentialLR(optimizer, [warmup, scheduler(optimizer)], [5])
    losses, rates = [], []
    for epoch in range(EPOCHS):
        permutation = torch.randperm(IMAGES, generator=seeds.generator(seeds.DATA_ORDER, 4, epoch))
        changes = drawn(augmentation, 4, epoch, images)
        for start in range(0, IMAGES, BATCH):
            batch = []
            for place, row in enumerate(permutation[start : start + BATCH], start):
                image = images[row]
                if changes.flipped[place]:
                    image = functional.hflip(image)
                if augmentation == "flip_crop":
                    corner = changes.offsets[place].tolist()
                    image = functional.crop(functional.pad(image, 4), *corner, 32, 32)
                batch.append(((image / 255 - mean) / std).float())
            rows = permutation[start : start + BATCH]
            loss = F.cross_entropy(network(torch.stack(batch)), labels[rows])
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    return losses, rates


@pytest.mark.filterwarnings("ignore::UserWarning")  # SequentialLR's own, of an argument it gives.
@pytest.mark.parametrize(
    ("optimizer", "scheduler", "augmentation"),
    [("adamw", "decay.cosine", "flip_crop"), ("nesterov", "decay.step", "flip")],
)
def test_a_recipe_is_that_of_a_plain_loop(data, optimizer, scheduler, augmentation):
    run = trained(
        data,
        Methods("architectures.lenet5", "fixed.he_normal", scheduler),
        optimizer=optimizer,
        augmentation=augmentation,
        schedule="mine",
        warmup=WARMUP,
        weight_decay=DECAY,
        epochs=EPOCHS,
    )
    for replica in range(2):
        losses, rates = plain_loop(
            *(read_dataset(data), run.initial, replica),
            *(OPTIMIZERS[optimizer], SCHEDULERS[scheduler], augmentation),
        )
        np.testing.assert_allclose(run.progress["loss"][:, replica], losses, rtol=2e-3)
    recorded = run.recorded["step"] < 50
    expected = np.array(rates)[run.recorded["step"][recorded]]
    np.testing.assert_allclose(run.recorded["learning_rate"][recorded], expected)
    assert len(set(rates)) > 4
