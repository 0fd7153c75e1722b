"""Replicated training against K separate, plain PyTorch trainings."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from helpers.small_data import bare_context, image_arrays
from initstudy.core import seeds
from initstudy.initializers.fixed import he_normal, pytorch_default
from initstudy.networks.architectures import lenet5, plain
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.optimizers import make_optimizer
from initstudy.training.batches import MiniBatches, Normalizer
from initstudy.training.checkpoints import Checkpoint
from initstudy.training.loop import Training
from initstudy.training.recorder import StatisticsRecorder, replica_losses

STEPS = 50
LEARNING_RATE = {"adam": 1e-3, "sgd": 1e-2}


def networks(count: int, architecture=lenet5, depth: int = 3, norm: str = "none"):
    made = []
    for replica in range(count):
        network = architecture(10, depth, norm)
        with torch.no_grad():
            pytorch_default(network, bare_context(replica))
        made.append(network)
    return made


IMAGES = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def mini_batches(count: int, size: int = 16):
    generator = torch.Generator().manual_seed(7)
    images = torch.randn((count, size, 3, 32, 32), generator=generator)
    labels = torch.randint(0, 10, (count, size), generator=generator)
    return list(zip(images, labels, strict=True))


def plain_losses(network: nn.Sequential, optimizer: torch.optim.Optimizer, batches) -> list[float]:
    """The textbook loop, one network, as anybody would write it."""
    network.train()
    losses = []
    for images, labels in batches:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def replicated_losses(network: ReplicatedNetwork, optimizer, batches) -> torch.Tensor:
    losses = []
    for images, labels in batches:
        optimizer.zero_grad()
        loss = replica_losses(network(images), labels)
        loss.sum().backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def plain_optimizer(name: str, network: nn.Sequential) -> torch.optim.Optimizer:
    if name == "adam":
        return torch.optim.Adam(network.parameters(), lr=LEARNING_RATE[name])
    return torch.optim.SGD(network.parameters(), lr=LEARNING_RATE[name], momentum=0.9)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize(("architecture", "depth"), [(lenet5, 4), (plain, 4)])
def test_replicas_train_like_separate_plain_networks(architecture, depth, norm, optimizer):
    """In float64 to nine digits; in float32 to a thousandth of a nat, or as closely as plain
    networks whose initial weights differ by a rounding error follow each other, since training
    amplifies rounding (with BatchNorm a thousandfold and more)."""
    singles = networks(3, architecture, depth, norm)
    batches = mini_batches(STEPS)
    precise = [(images.double(), labels) for images, labels in batches]

    def replicated_training(networks, batches):
        replicated = ReplicatedNetwork(networks, IMAGES.to(batches[0][0].dtype))
        rate = LEARNING_RATE[optimizer]
        trained = make_optimizer(optimizer, replicated.parameters(), rate, 0.9)
        return replicated, replicated_losses(replicated, trained, batches).numpy().T

    def plain_training(networks, batches):
        return np.array(
            [plain_losses(one, plain_optimizer(optimizer, one), batches) for one in networks]
        )

    doubles = [copy.deepcopy(single).double() for single in singles]
    replicated, double_precision = replicated_training(doubles, precise)
    exact = plain_training(doubles, precise)
    np.testing.assert_allclose(double_precision, exact, rtol=1e-9)

    _, single_precision = replicated_training(singles, batches)
    moved = copy.deepcopy(singles)
    with torch.no_grad():
        for parameter in nn.ModuleList(moved).parameters():
            parameter.nextafter_(torch.tensor(torch.inf))
    rounding = max(
        np.abs(plain_training(singles, batches) - exact).max(),
        np.abs(plain_training(moved, batches) - exact).max(),
    )
    assert np.abs(single_precision - exact).max() < max(10 * rounding, 1e-3)
    assert np.abs(single_precision[:, 0] - exact[:, 0]).max() < 1e-5

    # In evaluation mode BatchNorm's running statistics count, too.
    replicated.eval()
    images = precise[0][0]
    for found, double in zip(replicated(images), doubles, strict=True):
        torch.testing.assert_close(found, double.eval()(images), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_one_gradient_is_that_of_the_plain_network(norm):
    singles = networks(4, depth=4, norm=norm)
    replicated = ReplicatedNetwork(singles, IMAGES)
    images, labels = mini_batches(1)[0]
    replica_losses(replicated(images), labels).sum().backward()
    for replica, single in enumerate(singles):
        nn.functional.cross_entropy(single(images), labels).backward()
        for name, layer in replicated.layers().items():
            expected = single.get_submodule(name).weight.grad
            torch.testing.assert_close(layer.weight.grad[replica], expected, rtol=1e-3, atol=1e-6)


def test_first_steps_do_not_depend_on_how_many_replicas_there_are():
    batches = mini_batches(STEPS)
    losses = {}
    for count in (1, 2, 7):
        replicated = ReplicatedNetwork(networks(count), IMAGES)
        optimizer = make_optimizer("adam", replicated.parameters(), 1e-3, 0.9)
        losses[count] = replicated_losses(replicated, optimizer, batches)[:, 0]
    torch.testing.assert_close(losses[1], losses[7], rtol=2e-3, atol=2e-4)
    torch.testing.assert_close(losses[2], losses[7], rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_diverging_replica_leaves_the_others_alone(norm):
    healthy = networks(3, norm=norm)
    sick = copy.deepcopy(healthy)
    with torch.no_grad():
        sick[1].C3.weight.fill_(torch.inf)
    batches = mini_batches(20)

    def run(singles):
        replicated = ReplicatedNetwork(singles, IMAGES)
        optimizer = make_optimizer("adam", replicated.parameters(), 1e-3, 0.9)
        return replicated_losses(replicated, optimizer, batches)

    expected, found = run(healthy), run(sick)
    assert not found[:, 1].isfinite().any()
    assert torch.equal(expected[:, [0, 2]], found[:, [0, 2]])


def test_preactivations_are_the_layers_outputs():
    singles = networks(2, depth=4, norm="batch")
    replicated = ReplicatedNetwork(singles, IMAGES)
    images = mini_batches(1)[0][0]
    found = {}
    with torch.no_grad(), replicated.leaving_no_trace():
        replicated.observe(images, lambda name, values: found.update({name: values}))
    for replica, single in enumerate(singles):
        single.train()
        activations = images
        for name, module in single.named_children():
            activations = module(activations)
            if name in found:
                expected = activations.movedim(1, -1).flatten(0, -2)
                torch.testing.assert_close(found[name][:, replica], expected, rtol=1e-3, atol=1e-4)
    assert list(found) == ["C1", "C3", "C3_1", "C5", "F6", "logits"]


def test_statistics_pass_leaves_running_statistics_alone():
    replicated = ReplicatedNetwork(networks(2, norm="batch"), IMAGES)
    before = copy.deepcopy(dict(replicated.named_buffers()))
    images, labels = mini_batches(1)[0]
    StatisticsRecorder(replicated, images, 0.1).record(0, images, labels)
    for name, buffer in replicated.named_buffers():
        assert torch.equal(buffer, before[name])
    replicated(images)
    name = "operations.module/C1_norm.running_mean"
    assert not torch.equal(replicated.get_buffer(name), before[name])


def run_training(epochs: int = 2, count: int = 2, batch_size: int = 32):
    """A short training on noise; everything that it returns is on the CPU."""
    images, labels = image_arrays(130, classes=10)
    normalize = Normalizer(np.full(3, 0.5), np.full(3, 0.25), torch.device("cpu"))
    held_out = {"validation": (torch.tensor(images), torch.tensor(labels))}
    held_out["test"] = tuple(part[:50] for part in held_out["validation"])
    replicated = ReplicatedNetwork(networks(count), IMAGES)
    recorder = StatisticsRecorder(replicated, normalize(held_out["validation"][0]), 0.1)
    batches = MiniBatches(*held_out["validation"], batch_size, seed=3)
    optimizer = make_optimizer("sgd", replicated.parameters(), 0.05, 0.9)
    training = Training(
        replicated, optimizer, lambda _: 0.05, batches, held_out, normalize, recorder
    )
    history = training.run(epochs, Checkpoint(Path("never"), {}, minutes=60), {})
    return replicated, recorder, history


def test_the_loop_records_what_a_plain_loop_sees():
    _, recorder, history = run_training()
    images, labels = image_arrays(130, classes=10)
    inputs = (torch.tensor(images) / 255 - 0.5) / 0.25
    single = networks(2)[1]
    initial = {name: p.detach().clone() for name, p in single.named_parameters()}
    optimizer = torch.optim.SGD(single.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for epoch in range(2):
        order = torch.randperm(130, generator=seeds.generator(seeds.DATA_ORDER, 3, epoch))
        chosen = [order[start : start + 32] for start in range(0, 128, 32)]
        batches = [(inputs[rows], torch.tensor(labels)[rows]) for rows in chosen]
        losses.append(plain_losses(single, optimizer, batches))
    assert history.steps == [0, 4, 8]
    assert recorder.steps == [0, 1, 2, 4, 8]
    np.testing.assert_allclose(
        history.metrics["train_loss"][1:, 1], np.mean(losses, axis=1), rtol=1e-3
    )
    np.testing.assert_allclose(history.progress_loss[:, 1], np.concatenate(losses), rtol=1e-3)
    assert history.progress_steps == list(range(1, 9))
    with torch.no_grad():
        logits = single(inputs)
    expected = nn.functional.cross_entropy(logits, torch.tensor(labels))
    torch.testing.assert_close(
        history.metrics["validation_loss"][-1, 1], expected, rtol=1e-3, atol=0
    )
    accuracy = (logits[:50].argmax(1) == torch.tensor(labels)[:50]).float().mean()
    torch.testing.assert_close(history.metrics["test_accuracy"][-1, 1], accuracy)
    statistics = recorder.statistics()
    delta = (single.C3.weight - initial["C3.weight"]).norm()
    torch.testing.assert_close(statistics["C3"]["weight_delta"][-1, 1], delta, rtol=1e-3, atol=0)
    assert statistics["C3"]["weight_update"][0].eq(0).all()
    assert statistics["C3"]["weight_norm"][0, 1] == initial["C3.weight"].norm()


def test_equal_runs_give_equal_bits():
    first, _, history = run_training()
    second, _, again = run_training()
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)
    assert torch.equal(history.progress_loss, again.progress_loss)


def test_mini_batches_visit_every_image_once_an_epoch_in_an_order_of_the_seed():
    images = torch.arange(10)[:, None, None, None].to(torch.uint8)
    labels = torch.arange(10)

    def epoch(number: int, seed: int) -> list[int]:
        batches = MiniBatches(images, labels, 3, seed)
        steps = range(3 * number, 3 * number + 3)
        return torch.cat([batches[step][1] for step in steps]).tolist()

    assert len(set(epoch(0, seed=0))) == 9
    assert epoch(0, seed=0) == epoch(0, seed=0)
    assert epoch(0, seed=0) != epoch(1, seed=0)
    assert epoch(0, seed=0) != epoch(0, seed=1)


def test_he_draw_is_copied_into_the_replicas_unchanged():
    singles = networks(2)
    with torch.no_grad():
        he_normal(singles[1], bare_context(5))
    replicated = ReplicatedNetwork(singles, IMAGES)
    assert torch.equal(replicated.layers()["C5"].weight[1], singles[1].C5.weight)
