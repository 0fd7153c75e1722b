"""Initializers that draw from a fixed distribution: PyTorch's bits, the formulas, propagation."""

import dataclasses
import math

import pytest
import torch
from scipy import stats
from torch import nn

from helpers.initializing import made, preactivations
from helpers.small_data import BLANK, bare_context
from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.initializers import fixed, initialize
from initstudy.networks.architectures import lenet5, plain
from initstudy.networks.layers import weighted_layers

# False-alarm rate of each Kolmogorov-Smirnov test; a run makes about 40 of them.
ALPHA = 1e-6

TORCH = {
    "normal": (fixed.normal, {"std": 0.02}, nn.init.normal_, {"std": 0.02}),
    "xavier_uniform": (fixed.xavier_uniform, {}, nn.init.xavier_uniform_, {}),
    "xavier_normal": (fixed.xavier_normal, {}, nn.init.xavier_normal_, {}),
    "he_uniform": (fixed.he_uniform, {}, nn.init.kaiming_uniform_, {"nonlinearity": "relu"}),
    "he_normal": (fixed.he_normal, {}, nn.init.kaiming_normal_, {"nonlinearity": "relu"}),
    "he_fan_out": (
        fixed.he_normal,
        {"mode": "fan_out"},
        nn.init.kaiming_normal_,
        {"mode": "fan_out", "nonlinearity": "relu"},
    ),
}


@pytest.mark.parametrize("name", TORCH)
def test_weights_are_pytorchs_bit_for_bit_and_biases_zero(name):
    initializer, options, function, torch_options = TORCH[name]
    network, _ = made(initializer, context=bare_context(3), **options)
    generator = seeds.generator(seeds.WEIGHTS, 3)
    for layer in weighted_layers(network, BLANK).values():
        expected = function(torch.empty_like(layer.weight), generator=generator, **torch_options)
        assert torch.equal(layer.weight, expected)
        assert not layer.bias.any()


def test_pytorch_default_is_what_layers_draw_by_themselves():
    context = bare_context(3)
    with torch.random.fork_rng():
        torch.manual_seed(context.generator.initial_seed())
        expected = lenet5(10, 3, "none").state_dict()
    network, _ = made(fixed.pytorch_default, context=context)
    for name, parameter in network.state_dict().items():
        assert torch.equal(parameter, expected[name])


@pytest.mark.parametrize("activation", ["tanh", "selu", "leaky_relu"])
def test_hes_gain_is_that_of_the_nonlinearity(activation):
    context = dataclasses.replace(bare_context(3), activation=activation)
    network, _ = made(fixed.he_normal, lenet5(10, 3, "none", activation), context)
    generator = seeds.generator(seeds.WEIGHTS, 3)
    for layer in weighted_layers(network, BLANK).values():
        expected = nn.init.kaiming_normal_(
            torch.empty_like(layer.weight), a=0.01, nonlinearity=activation, generator=generator
        )
        assert torch.equal(layer.weight, expected)


def test_dirac_is_the_identity():
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.Conv2d(8, 8, 3, padding=1, groups=2),
        nn.Conv2d(8, 3, 1),
        nn.Flatten(),
        nn.Linear(3072, 10),
    )
    made(fixed.dirac, network, bare_context(0))
    images = torch.rand(2, 3, 32, 32)
    # Three of eight channels carry the image; the second group of the next layer has none of them.
    assert torch.equal(network[:3](images), images)
    assert torch.equal(network(images), images.flatten(1)[:, :10])


def test_zero_is_zero_everywhere():
    network, _ = made(fixed.zero, context=bare_context(0))
    assert not any(parameter.any() for parameter in network.parameters())


def uniform(bound):
    return stats.uniform(-bound, 2 * bound)


def truncated(std):
    """The normal distribution that is cut off at two deviations and then has deviation `std`."""
    return stats.truncnorm(-2, 2, scale=std / stats.truncnorm(-2, 2).std())


# The distribution of a weight by its fan_in and fan_out.
FORMULAS = {
    "normal": (fixed.normal, {"std": 0.02}, lambda i, o: stats.norm(0, 0.02)),
    "xavier_uniform": (fixed.xavier_uniform, {}, lambda i, o: uniform((6 / (i + o)) ** 0.5)),
    "xavier_normal": (fixed.xavier_normal, {}, lambda i, o: stats.norm(0, (2 / (i + o)) ** 0.5)),
    "he_uniform": (fixed.he_uniform, {}, lambda i, o: uniform((6 / i) ** 0.5)),
    "he_normal": (fixed.he_normal, {}, lambda i, o: stats.norm(0, (2 / i) ** 0.5)),
    "he_fan_out": (
        fixed.he_normal,
        {"mode": "fan_out"},
        lambda i, o: stats.norm(0, (2 / o) ** 0.5),
    ),
    "he_truncated": (fixed.he_truncated, {}, lambda i, o: truncated((2 / i) ** 0.5)),
    "lecun_normal": (fixed.lecun_normal, {}, lambda i, o: stats.norm(0, (1 / i) ** 0.5)),
    "pytorch_default": (fixed.pytorch_default, {}, lambda i, o: uniform(i**-0.5)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_weights_follow_the_formula(name):
    initializer, options, distribution = FORMULAS[name]
    network, _ = made(initializer, context=bare_context(0), **options)
    for layer in weighted_layers(network, BLANK).values():
        positions = math.prod(layer.weight.shape[2:])
        fan_in, fan_out = layer.weight.shape[1] * positions, layer.weight.shape[0] * positions
        expected = distribution(fan_in, fan_out)
        weights = layer.weight.detach().flatten().double()
        assert stats.kstest(weights, expected.cdf).pvalue > ALPHA
        low, high = expected.support()
        assert (weights >= low - 1e-7).all()
        assert (weights <= high + 1e-7).all()


# Each layer of `plain` has fan_in = fan_out = 16 * 9, and ReLU halves a symmetric second moment:
# a layer multiplies it by 16 * 9 * Var(weight) / 2, in expectation over the draws exactly.
RATES = {
    "he": (fixed.he_normal, {}, 1.0),
    "xavier": (fixed.xavier_uniform, {}, 0.5),
    "lecun": (fixed.lecun_normal, {}, 0.5),
    "small": (fixed.normal, {"std": 0.01}, 16 * 9 * 0.01**2 / 2),
}


@pytest.mark.parametrize("name", RATES)
def test_the_second_moment_changes_at_the_rate_of_the_formula(name):
    """The geometric rate a layer from C2 to C10 is that of the formula within 10 %.

    300 draws leave it a standard error of 1.6 %, found by repetition: a false-alarm rate of 1e-9.
    """
    initializer, options, rate = RATES[name]
    images = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    network = plain(10, 10, "none")
    first = last = 0.0
    for replica in range(300):
        initialize(network, initializer, options, bare_context(replica))
        outputs = preactivations(network, images)
        # Relative to the layer before, so that a draw's C1 does not weigh.
        scale = outputs["C1"].square().mean()
        first += float(outputs["C2"].square().mean() / scale)
        last += float(outputs["C10"].square().mean() / scale)
    assert (last / first) ** (1 / 8) == pytest.approx(rate, rel=0.1)


@pytest.mark.parametrize(
    ("initializer", "options", "key"),
    [
        (fixed.normal, {"std": -1}, "std"),
        (fixed.he_normal, {"mode": "fan"}, "mode"),
        (fixed.he_uniform, {"mode": "fan"}, "mode"),
    ],
)
def test_impossible_options_are_refused(initializer, options, key):
    with pytest.raises(InputError, match=key):
        made(initializer, context=bare_context(0), **options)
