"""What is recorded of a layer's pre-activations, against plain numpy over all pairs of images."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from initstudy.networks import signals as module
from initstudy.networks.replicated.checked import replicate
from initstudy.networks.residual import resnet
from initstudy.networks.signals import LayerSignals

IMAGES, POSITIONS, REPLICAS, CHANNELS = 12, 6, 3, 5


def sample(seed=0):
    """images x positions x K x C, with a mean in common, as behind a ReLU."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(IMAGES, POSITIONS, REPLICAS, CHANNELS, generator=generator)
    return values + torch.randn(1, POSITIONS, REPLICAS, CHANNELS, generator=generator)


def signals_of(values, sizes=(12,)):
    """Of images that come in batches of these sizes."""
    signals = LayerSignals()
    for batch in values.split(list(sizes)):
        signals.add(batch.flatten(0, 1), len(batch))
    return signals


def cosine_of_pairs(values):
    """values: images x positions x C."""
    flat = values.double().flatten(1).numpy()
    pairs = [(a, b) for a, b in itertools.combinations(flat, 2) if a.any() and b.any()]
    return np.mean([a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs])


@pytest.mark.parametrize("scale", [1.0, 1e-30])
@pytest.mark.parametrize("sizes", [(12,), (5, 4, 3)])
@pytest.mark.parametrize("cached", [module.CACHED, 200, 1])
def test_the_cosine_is_that_of_all_pairs_of_the_first_batch(scale, sizes, cached, monkeypatch):
    """By however many images it is computed."""
    monkeypatch.setattr(module, "CACHED", cached)
    values = sample()
    values[2, :, 1] = 0  # an image without a direction, in one replica
    found = signals_of(values * scale, sizes).cosine()
    first = values[: sizes[0]]
    expected = [cosine_of_pairs(first[:, :, replica]) for replica in range(REPLICAS)]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_without_two_directions_there_is_no_cosine():
    assert signals_of(torch.zeros(12, 6, 1, 5)).cosine().isnan().all()
    values = torch.zeros(12, 6, 1, 5)
    values[3] = 1
    assert signals_of(values).cosine().isnan().all()


def test_the_effective_rank_is_exp_of_the_entropy_of_the_spectrum():
    values = sample()
    found = signals_of(values, (7, 5)).effective_rank()
    for replica in range(REPLICAS):
        flat = values[:, :, replica].flatten(0, 1).double().numpy()
        spectrum = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False) ** 2
        shares = spectrum / spectrum.sum()
        expected = math.exp(-(shares * np.log(shares)).sum())
        assert found[replica].item() == pytest.approx(expected, rel=1e-5)
    line = sample()[:, :, :, :1] * torch.arange(1.0, 6.0)
    assert signals_of(line).effective_rank().tolist() == pytest.approx(REPLICAS * [1], rel=1e-3)
    assert signals_of(torch.zeros(12, 6, 2, 5)).effective_rank().tolist() == [0, 0]


def test_units_that_are_never_above_zero_are_dead():
    values = sample()
    values[:, :, 0, 1] = -values[:, :, 0, 1].abs()
    values[:, :, 2, :3] = 0
    assert signals_of(values, (11, 1)).dead_fraction().tolist() == [1 / 5, 0, 3 / 5]
    for image in (5, 11):  # once is enough, in whatever image of a batch
        alive = values.clone()
        alive[image, 2, 0, 1] = 0.1
        assert signals_of(alive, (11, 1)).dead_fraction()[0] == 0


def test_a_layer_that_mixes_images_has_no_cosine():
    signals = LayerSignals()
    signals.add(torch.randn(7, 2, 3), 4)
    assert signals.cosine().isnan().all()
    assert signals.effective_rank().isfinite().all()


def outputs_of(network, names, images):
    """Of layers, by their names."""
    seen = {}
    for name in names:
        network.get_submodule(name).register_forward_hook(
            lambda *given, name=name: seen.setdefault(name, given[-1].detach())
        )
    network(images)
    return seen


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_replicas_have_the_signals_of_each_network(norm):
    """In whatever layout the replicated network holds a layer's outputs."""
    networks = [resnet(10, 8, norm, width=4) for _ in range(REPLICAS)]
    images = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    found = {}

    def add(name, preactivations):
        found.setdefault(name, LayerSignals()).add(preactivations, len(images))

    replicated = replicate(networks, images)
    with torch.no_grad():
        replicated.observe(images, add)
    for replica, network in enumerate(networks):
        seen = outputs_of(network, list(found), images)
        for name, signals in found.items():
            expected = cosine_of_pairs(seen[name][:, None].flatten(2))
            assert signals.cosine()[replica].item() == pytest.approx(expected, abs=1e-4), name


def test_relu_layers_change_the_cosine_by_the_arc_cosine_kernel():
    """He's weights, width 4000: c' = (sqrt(1 - c^2) + c (pi - arccos c)) / pi (Cho & Saul 2009)."""
    torch.manual_seed(0)
    one, other = torch.randn(2, 4000)
    images = torch.stack([one, 0.3 * one + 0.954 * other])
    cosines = []
    with torch.no_grad():
        for _ in range(6):
            layer = nn.Linear(4000, 4000, bias=False)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
            images = layer(images)
            signals = LayerSignals()
            signals.add(images[:, None], 2)
            cosines.append(signals.cosine().item())
            images = images.relu() * math.sqrt(2)
    for before, after in itertools.pairwise(cosines):
        expected = (math.sqrt(1 - before**2) + before * (math.pi - math.acos(before))) / math.pi
        assert after == pytest.approx(expected, abs=0.03)
