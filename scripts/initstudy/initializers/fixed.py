"""Initializers that draw from a fixed distribution, without looking at data.

fan_in and fan_out of a layer are its input and output channels times its kernel's positions.
Biases are zero everywhere but in PyTorch's default.
"""

import math
from collections.abc import Callable, Iterator

from torch import nn

from initstudy.core.errors import InputError
from initstudy.initializers import Context, zero_bias
from initstudy.networks.activations import gain
from initstudy.networks.layers import weighted_layers

TRUNCATED_DEVIATION = 0.87962566103423978
"""Standard deviation of a standard normal distribution that is cut off at -2 and 2."""


def zero(network: nn.Module, context: Context) -> None:
    """Zero weights and biases: hidden layers never change, only the last bias moves."""
    for layer in weighted_layers(network, context.example).values():
        layer.weight.zero_()
        zero_bias(layer)


def normal(network: nn.Module, context: Context, std: float = 0.01) -> None:
    """Weights from N(0, std^2); by default as in AlexNet (Krizhevsky et al. 2012)."""
    if std < 0:
        raise InputError(f"std {std}: the standard deviation of normal must not be negative")
    _draw(network, context, nn.init.normal_, std=std)


def xavier_uniform(network: nn.Module, context: Context) -> None:
    """Weights from U(-b, b), b = sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010)."""
    _draw(network, context, nn.init.xavier_uniform_)


def xavier_normal(network: nn.Module, context: Context) -> None:
    """Weights from N(0, 2 / (fan_in + fan_out)), the normal twin of `xavier_uniform`."""
    _draw(network, context, nn.init.xavier_normal_)


def he_uniform(network: nn.Module, context: Context, mode: str = "fan_in") -> None:
    """Weights from U(-b, b), b = gain sqrt(3 / fan), the uniform twin of `he_normal`."""
    for layer, std in he_deviations(network, context, mode):
        bound = math.sqrt(3.0) * std
        nn.init.uniform_(layer.weight, -bound, bound, generator=context.generator)
        zero_bias(layer)


def he_normal(network: nn.Module, context: Context, mode: str = "fan_in") -> None:
    """Weights from N(0, gain^2 / fan) (He et al. 2015); for ReLU, as published, N(0, 2 / fan).

    The gain is that of the network's nonlinearity (networks.activations.gain). mode: fan_in keeps
    the forward signal's second moment through the layers, fan_out the gradient's.
    """
    for layer, std in he_deviations(network, context, mode):
        nn.init.normal_(layer.weight, 0, std, generator=context.generator)
        zero_bias(layer)


def he_deviations(
    network: nn.Module, context: Context, mode: str
) -> Iterator[tuple[nn.Conv2d | nn.Linear, float]]:
    """Every layer with the standard deviation of its weights: gain / sqrt(fan).

    Raises InputError for a mode other than fan_in and fan_out.
    """
    if mode not in ("fan_in", "fan_out"):
        raise InputError(f"mode {mode!r}: choose fan_in or fan_out")
    for layer in weighted_layers(network, context.example).values():
        # As torch.nn.init has it, whatever the groups: a weight is out x (in / groups) x kh x kw.
        channels = layer.weight.shape[1 if mode == "fan_in" else 0]
        fan = channels * layer.weight[0, 0].numel()
        yield layer, gain(context.activation) / math.sqrt(fan)


def he_truncated(network: nn.Module, context: Context) -> None:
    """He's normal distribution, cut off at two standard deviations and as wide as before.

    What Keras calls he_normal: the deviation is divided by that of a standard normal distribution
    which is cut off so.
    """
    for layer, std in he_deviations(network, context, "fan_in"):
        wide = std / TRUNCATED_DEVIATION
        nn.init.trunc_normal_(
            layer.weight, 0, wide, -2 * wide, 2 * wide, generator=context.generator
        )
        zero_bias(layer)


def dirac(network: nn.Module, context: Context) -> None:
    """The identity: torch.nn.init.dirac_ for convolutions, each group by itself, eye_ for the rest.

    Channels beyond the smaller of both numbers are zero. Known from Zagoruyko & Komodakis (2017).
    """
    for layer in weighted_layers(network, context.example).values():
        if isinstance(layer, nn.Conv2d):
            nn.init.dirac_(layer.weight, layer.groups)
        else:
            nn.init.eye_(layer.weight)
        zero_bias(layer)


def lecun_normal(network: nn.Module, context: Context) -> None:
    """Weights from N(0, 1 / fan_in) (LeCun et al. 1998, Efficient BackProp)."""
    _draw(network, context, nn.init.kaiming_normal_, nonlinearity="linear")


def pytorch_default(network: nn.Module, context: Context) -> None:
    """What torch.nn's layers draw by themselves: U(-b, b), b = 1 / sqrt(fan_in), biases too."""
    for layer in weighted_layers(network, context.example).values():
        nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=context.generator)
        bound = 1 / math.sqrt(layer.weight[0].numel())
        if layer.bias is not None:
            nn.init.uniform_(layer.bias, -bound, bound, generator=context.generator)


def _draw(network: nn.Module, context: Context, distribution: Callable, **options) -> None:
    """Draw every layer's weights from a distribution of torch.nn.init; biases are zero."""
    for layer in weighted_layers(network, context.example).values():
        distribution(layer.weight, generator=context.generator, **options)
        zero_bias(layer)
