"""Initial networks that nobody should train are refused in one sentence."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, weight_norm

from helpers.initializing import initial_networks
from helpers.small_cell import trained
from helpers.small_data import bare_context, write_noise
from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.initializers import Calibration, initialize
from initstudy.initializers.fixed import he_normal
from initstudy.initializers.orthogonal import zero_hadamard
from initstudy.training.initial import Methods
from initstudy.training.initial_check import InitialCheck


def network(outputs: int = 10) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 32), nn.ReLU(), nn.Flatten(), nn.Linear(4, outputs))


def initialized(initializer, count: int = 2, outputs: int = 10) -> list[nn.Module]:
    """Networks made and checked as a job does it."""
    check = InitialCheck("mine.py:network", "mine.py:weights", classes=10)
    return initial_networks(lambda: network(outputs), initializer, count, check)


def not_finite(network, context):
    network[0].weight[0] = torch.nan


def reshaped(network, context):
    network[3] = nn.Linear(4, 10, bias=False)


def seeding(network, context):
    torch.manual_seed(0)
    nn.init.normal_(network[0].weight)
    nn.init.normal_(network[3].weight)
    nn.init.zeros_(network[0].bias)
    nn.init.zeros_(network[3].bias)


class Parameters(nn.Module):
    """Without any layer."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3 * 32 * 32, 10))

    def forward(self, images):
        return images.flatten(1) @ self.weight


def too_small() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 32), nn.Flatten(), nn.Linear(5, 10))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Parameters, r"a pass of mine.py:network calls no convolution .* nothing .* to set"),
        (too_small, r"mine.py:network fails with images of shape \(2, 3, 32, 32\): RuntimeError:"),
    ],
)
def test_a_network_that_cannot_be_initialized_is_refused(made, said):
    check = InitialCheck("mine.py:network", "fixed.he_normal", classes=10)
    with pytest.raises(InputError, match=said):
        initial_networks(made, he_normal, 1, check)


OWN_CODE = {
    "raises": (
        "def draw(network, context):\n    return {}['conv1']",
        r"own.py:draw fails: KeyError: 'conv1' \(own.py, line 2\)",
    ),
    "ends Python": (
        "import sys\n\n\ndef draw(network, context):\n    sys.exit(0)",
        r"own.py:draw fails: SystemExit: 0 \(own.py, line 5\)",
    ),
    "class": (
        "class draw:\n    def __init__(self, network, context): ...",
        "own.py:draw must be a function that sets parameters when it is called, neither a class",
    ),
    "async": ("async def draw(network, context): ...", "own.py:draw must be a function that sets"),
    "yields": (
        "def draw(network, context):\n    yield",
        "own.py:draw must be a function that sets",
    ),
}


@pytest.mark.parametrize(("code", "said"), OWN_CODE.values(), ids=OWN_CODE)
def test_an_initializer_that_fails_or_sets_nothing_is_refused(tmp_path, monkeypatch, code, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(code)
    data = write_noise(tmp_path / "data.h5", training=200, test=20, classes=10)
    with pytest.raises(InputError, match=said):
        trained(data, Methods("architectures.lenet5", "own.py:draw"))


@pytest.mark.parametrize(
    ("initializer", "outputs", "said"),
    [
        (
            not_finite,
            10,
            r"mine.py:weights sets 0.weight of mine.py:network to numbers that",
        ),
        (reshaped, 10, r"changes the shape or number of parameters of mine.py:network \(3.bias\)"),
        (seeding, 10, "all replicas of mine.py:network have the same weights.* does it set a seed"),
        (he_normal, 7, r"gives outputs of shape \(2, 7\).* 10 classes, so it must give \(2, 10\)"),
    ],
)
def test_what_is_wrong_is_named(initializer, outputs, said):
    with pytest.raises(InputError, match=said):
        initialized(initializer, outputs=outputs)


def test_what_is_the_same_without_chance_may_be():
    first, second = initialized(zero_hadamard)
    assert torch.equal(first[0].weight, second[0].weight)


def from_global_generators(network, context):
    """As public code does it: whatever generator is at hand, and `return model`."""
    nn.init.normal_(network[0].weight, std=0.02)
    network[3].weight.copy_(torch.from_numpy(np.random.randn(10, 4)))  # noqa: NPY002
    network[3].bias.fill_(random.random())
    return network


def test_global_generators_are_streams_of_the_replicas():
    state = seeds.GlobalState()
    three, two = initialized(from_global_generators, 3), initialized(from_global_generators, 2)
    assert state.is_current()
    for one, other in zip(three, two, strict=False):
        for parameter, again in zip(one.parameters(), other.parameters(), strict=True):
            assert torch.equal(parameter, again)
    # The first bias is left as constructed.
    for one, other in zip(three[0].parameters(), three[1].parameters(), strict=True):
        assert not torch.equal(one, other)


def test_only_a_calibration_that_is_returned_counts():
    assert initialize(network(), from_global_generators, {}, bare_context(0)) == Calibration()


def test_a_parametrization_is_set_by_its_inverse():
    normed, plain = network(), network()
    parametrizations.weight_norm(normed[0])
    for each in (normed, plain):
        initialize(each, he_normal, {}, bare_context(0))
    torch.testing.assert_close(normed[0].weight, plain[0].weight)
    assert torch.equal(normed[3].weight, plain[3].weight)


def test_a_weight_that_a_hook_computes_is_refused():
    hooked = network()
    with pytest.warns(FutureWarning):
        weight_norm(hooked[0])
    with pytest.raises(InputError, match=r"the weight of 0 is no parameter.*parametrizations"):
        initialize(hooked, he_normal, {}, bare_context(0))
