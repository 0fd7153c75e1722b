"""Orthogonal, delta-orthogonal and ZerO weights."""

from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from scipy.linalg import hadamard
from torch import nn

from helpers.initializing import made
from helpers.small_data import BLANK, bare_context
from initstudy.core.errors import InputError
from initstudy.initializers.orthogonal import delta_orthogonal, orthogonal, zero_hadamard
from initstudy.networks.architectures import lenet5
from initstudy.networks.layers import weighted_layers


def centre(layer):
    """The matrix at the centre of a kernel; a linear layer's weight itself."""
    if isinstance(layer, nn.Linear):
        return layer.weight.detach()
    return layer.weight.detach()[:, :, layer.kernel_size[0] // 2, layer.kernel_size[1] // 2]


def is_orthogonal(matrix):
    """Whether the shorter side's vectors are orthonormal to 1e-5."""
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    return torch.allclose(wide @ wide.T, torch.eye(len(wide)), rtol=0, atol=1e-5)


# 100 classes make the last layer one with more rows than columns.
@pytest.mark.parametrize("classes", [10, 100])
def test_orthogonal_weights_are_orthogonal_matrices(classes):
    network, _ = made(orthogonal, lenet5(classes, 4, "none"), bare_context(0))
    for layer in weighted_layers(network, BLANK).values():
        assert is_orthogonal(layer.weight.detach().flatten(1))
        assert not layer.bias.any()


@pytest.mark.parametrize("classes", [10, 100])
def test_delta_orthogonal_weights_are_orthogonal_at_the_centre_and_zero_elsewhere(classes):
    network, _ = made(delta_orthogonal, lenet5(classes, 4, "none"), bare_context(0))
    for layer in weighted_layers(network, BLANK).values():
        assert is_orthogonal(centre(layer))
        assert layer.weight.count_nonzero() == centre(layer).count_nonzero()
        assert not layer.bias.any()


@pytest.mark.parametrize("initializer", [orthogonal, delta_orthogonal])
def test_gain_is_a_factor_and_replicas_differ(initializer):
    one, _ = made(initializer, context=bare_context(0))
    scaled, _ = made(initializer, context=bare_context(0), gain=2.0)
    other, _ = made(initializer, context=bare_context(1))
    torch.testing.assert_close(scaled.C3.weight, 2 * one.C3.weight)
    assert not torch.allclose(other.C3.weight, one.C3.weight)


def test_delta_orthogonal_takes_the_first_of_two_middles():
    """As TensorFlow's ConvolutionDeltaOrthogonal, at (size - 1) // 2."""
    network = nn.Sequential(nn.Conv2d(3, 8, (4, 6)))
    made(delta_orthogonal, network, bare_context(0))
    assert network[0].weight.nonzero()[:, 2:].unique(dim=0).tolist() == [[1, 2]]


@pytest.mark.parametrize("initializer", [orthogonal, delta_orthogonal])
def test_gain_may_be_that_of_the_nonlinearity(initializer):
    context = replace(bare_context(0), activation="tanh")
    network, _ = made(initializer, context=context, gain="activation")
    expected, _ = made(initializer, context=bare_context(0), gain=5 / 3)
    assert torch.equal(network.C3.weight, expected.C3.weight)
    with pytest.raises(InputError, match="gain 'relu': choose activation or a number"):
        made(initializer, context=bare_context(0), gain="relu")


def test_delta_orthogonal_keeps_the_norm_through_100_linear_convolutions():
    convolutions = OrderedDict(
        (f"C{i}", nn.Conv2d(16, 16, kernel_size=3, padding=1)) for i in range(100)
    )
    images = torch.randn(4, 16, 8, 8, generator=torch.Generator().manual_seed(0))
    context = replace(bare_context(0), images=images)
    network, _ = made(delta_orthogonal, nn.Sequential(convolutions), context)
    with torch.no_grad():
        norms = network(images).flatten(1).norm(dim=1)
    torch.testing.assert_close(norms, images.flatten(1).norm(dim=1), rtol=1e-4, atol=0)


def test_zero_hadamard_is_a_partial_identity_or_a_corner_of_a_hadamard_matrix():
    network, _ = made(zero_hadamard, context=bare_context(0))
    for name, (outputs, inputs) in {"C1": (6, 3), "C3": (16, 6), "C5": (120, 16)}.items():
        size = {"C1": 8, "C3": 16, "C5": 128}[name]
        corner = torch.tensor(hadamard(size)[:outputs, :inputs] / size**0.5, dtype=torch.float32)
        layer = network.get_submodule(name)
        torch.testing.assert_close(centre(layer), corner)
        assert layer.weight.count_nonzero() == outputs * inputs
    assert torch.equal(network.F6.weight, torch.eye(84, 120))
    assert torch.equal(network.logits.weight, torch.eye(10, 84))
    assert not any(layer.bias.any() for layer in weighted_layers(network, BLANK).values())
    # Without randomness all replicas are equal.
    again, _ = made(zero_hadamard, context=bare_context(1))
    assert torch.equal(again.C5.weight, network.C5.weight)
