"""Nonlinearities by the names of the axis `activation`, and the gains that belong to them."""

import functools
import math

import torch
from torch import nn

from initstudy.core.errors import InputError

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "identity": nn.Identity,
}
"""Each with PyTorch's own settings: a slope of 0.01 for leaky_relu, say."""
PUBLISHED_GAINS = {
    "relu": nn.init.calculate_gain("relu"),
    "leaky_relu": nn.init.calculate_gain("leaky_relu", nn.LeakyReLU().negative_slope),
    "tanh": nn.init.calculate_gain("tanh"),
    "selu": nn.init.calculate_gain("selu"),
    "identity": nn.init.calculate_gain("linear"),
}
"""What PyTorch recommends."""
FARTHEST = 12.0
"""Standard deviations, beyond which a normal distribution has no weight that counts."""


def activation_module(name: str) -> nn.Module:
    """A new module of a nonlinearity. Raises InputError for a name that is none of ACTIVATIONS."""
    if name not in ACTIVATIONS:
        raise InputError(f"activation {name!r}: choose one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]()


@functools.cache
def gain(name: str) -> float:
    """The factor of weights with variance 1 / fan that makes up for a nonlinearity.

    PyTorch's where it recommends one; else 1 / sqrt(E phi(z)^2), z from N(0, 1), which keeps the
    second moment of pre-activations from layer to layer (He et al. 2015, for ReLU). A network that
    takes no activation (`own`) counts as one of ReLU.
    """
    if name == "own":
        return gain("relu")
    if name in PUBLISHED_GAINS:
        return PUBLISHED_GAINS[name]
    points = torch.linspace(-FARTHEST, FARTHEST, 100_001, dtype=torch.float64)
    density = torch.exp(-points.square() / 2) / math.sqrt(2 * math.pi)
    second_moment = torch.trapezoid(activation_module(name)(points).square() * density, points)
    return 1 / math.sqrt(second_moment.item())
