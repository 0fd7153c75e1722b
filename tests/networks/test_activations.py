"""Nonlinearities and their gains."""

import math
from dataclasses import replace

import pytest
import torch
from scipy import integrate, stats
from torch import nn

from helpers.small_data import bare_context
from initstudy.core.errors import InputError
from initstudy.initializers.fixed import he_normal
from initstudy.networks.activations import (
    ACTIVATIONS,
    PUBLISHED_GAINS,
    activation_module,
    gain,
)
from initstudy.networks.architectures import lenet5
from initstudy.networks.residual import resnet
from initstudy.study import axes


def test_they_are_those_of_the_axis():
    assert list(ACTIVATIONS) == axes.ACTIVATIONS
    with pytest.raises(InputError, match="choose one of relu, leaky_relu"):
        activation_module("swish")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gain_is_pytorchs_or_keeps_the_second_moment(name):
    known = {"identity": ("linear", None), "leaky_relu": ("leaky_relu", 0.01)}
    if name in PUBLISHED_GAINS:
        assert gain(name) == nn.init.calculate_gain(*known.get(name, (name, None)))
        return

    def weighted_square(z):
        phi = activation_module(name)(torch.tensor(z, dtype=torch.float64)).item()
        return phi**2 * stats.norm.pdf(z)

    halves = [integrate.quad(weighted_square, *ends)[0] for ends in ((-20, 0), (0, 20))]
    assert gain(name) == pytest.approx(1 / math.sqrt(sum(halves)), rel=1e-6)


def test_a_network_that_takes_none_counts_as_one_of_relu():
    assert gain("own") == gain("relu") == math.sqrt(2)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "gelu", "silu", "elu"])
def test_hes_weights_keep_the_second_moment_through_it(name):
    network = nn.Sequential(activation_module(name), nn.Linear(2000, 2000))
    samples = torch.randn(64, 2000, generator=torch.Generator().manual_seed(0))
    context = replace(bare_context(0), activation=name, images=samples)
    with torch.no_grad():
        he_normal(network, context)
        second_moment = network(samples).square().mean().item()
    assert second_moment == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("architecture", [lenet5, resnet])
def test_networks_have_the_nonlinearity_that_is_asked_for(architecture):
    network = architecture(10, 8, "none", activation="silu")
    kinds = {type(module) for module in network.modules()}
    assert nn.SiLU in kinds
    assert nn.ReLU not in kinds
