"""Initializers that draw from a fixed distribution, without looking at data."""

import math

from torch import nn

from initstudy.initializers import Context
from initstudy.networks import weighted_layers


def zero(network: nn.Sequential, context: Context) -> None:
    """Zero weights and biases: hidden layers never change, only the last bias moves."""
    for layer in weighted_layers(network).values():
        layer.weight.zero_()
        layer.bias.zero_()


def normal(network: nn.Sequential, context: Context, std: float = 0.01) -> None:
    """Weights from N(0, std^2), zero biases."""
    for layer in weighted_layers(network).values():
        nn.init.normal_(layer.weight, std=std, generator=context.generator)
        layer.bias.zero_()


def he_normal(network: nn.Sequential, context: Context, mode: str = "fan_in") -> None:
    """Weights from N(0, 2 / fan) (He et al. 2015), zero biases; mode: fan_in or fan_out."""
    for layer in weighted_layers(network).values():
        nn.init.kaiming_normal_(
            layer.weight, mode=mode, nonlinearity="relu", generator=context.generator
        )
        layer.bias.zero_()


def pytorch_default(network: nn.Sequential, context: Context) -> None:
    """What torch.nn's layers draw by themselves: U(-b, b), b = 1 / sqrt(fan_in), biases too."""
    for layer in weighted_layers(network).values():
        nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=context.generator)
        bound = 1 / math.sqrt(layer.weight[0].numel())
        nn.init.uniform_(layer.bias, -bound, bound, generator=context.generator)
