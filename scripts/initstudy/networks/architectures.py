"""The networks that the article is about, as ordinary PyTorch.

A network is a function that returns an nn.Module from B x 3 x size x size images to B x classes
logits, which its last linear layer or convolution gives. It is called by name with those of
classes, size, depth, norm and activation that its signature has, and with the options of its entry
in config.yaml; what is named there runs in every experiment.
"""

import functools
from collections import OrderedDict

from torch import nn

from initstudy.core.errors import InputError
from initstudy.networks.activations import activation_module

IMAGE_CHANNELS = 3


def lenet5(
    classes: int, depth: int, norm: str, activation: str = "relu", size: int = 32
) -> nn.Sequential:
    """LeNet-5 (LeCun et al. 1998) with three input channels, ReLU and max-pooling.

    C1, C3 and C5 are its three convolutions, F6 and `logits` its linear layers. The kernel of C5
    covers its whole input, 5x5 of images of 32 pixels. Each unit of `depth` beyond 3 adds a 3x3
    same-padding convolution of 16 channels after C3's pooling.

    Raises InputError for a depth below 3, an unknown norm or activation, and a size below 16.
    """
    if depth < 3:
        raise InputError(f"depth {depth}: lenet5 has at least 3 convolutions")
    if size < 16:
        raise InputError(f"size {size}: lenet5 takes images of at least 16 pixels")
    hidden = functools.partial(block, norm=norm, activation=activation)
    layers = hidden("C1", nn.Conv2d(IMAGE_CHANNELS, 6, kernel_size=5))
    layers["S2"] = nn.MaxPool2d(2)
    layers |= hidden("C3", nn.Conv2d(6, 16, kernel_size=5))
    layers["S4"] = nn.MaxPool2d(2)
    for i in range(depth - 3):
        layers |= hidden(f"C3_{i + 1}", nn.Conv2d(16, 16, kernel_size=3, padding=1))
    side = ((size - 4) // 2 - 4) // 2
    layers |= hidden("C5", nn.Conv2d(16, 120, kernel_size=side))
    layers["flatten"] = nn.Flatten()
    layers |= hidden("F6", nn.Linear(120, 84))
    layers["logits"] = nn.Linear(84, classes)
    return nn.Sequential(OrderedDict(layers))


def plain(
    classes: int,
    depth: int,
    norm: str,
    activation: str = "relu",
    size: int = 32,
    width: int = 16,
) -> nn.Sequential:
    """`depth` 3x3 convolutions of `width` channels and a linear layer, for signal propagation.

    The first two convolutions halve the image (32 to 8 pixels). Padding is circular, so that every
    position has the full fan-in and mean-field theory (Xiao et al. 2018) holds at the border too.
    There is no pooling before the end.

    Raises InputError for a depth below 2, a size that is no multiple of 4, and an unknown norm or
    activation.
    """
    if size % 4:
        raise InputError(f"size {size}: plain halves images twice; take a multiple of 4")
    if depth < 2:
        raise InputError(f"depth {depth}: plain has at least 2 convolutions")
    layers: dict[str, nn.Module] = {}
    for i in range(depth):
        convolution = nn.Conv2d(
            IMAGE_CHANNELS if i == 0 else width,
            width,
            kernel_size=3,
            stride=2 if i < 2 else 1,
            padding=1,
            padding_mode="circular",
        )
        layers |= block(f"C{i + 1}", convolution, norm, activation)
    layers["pool"] = nn.AvgPool2d(size // 4)
    layers["flatten"] = nn.Flatten()
    layers["logits"] = nn.Linear(width, classes)
    return nn.Sequential(OrderedDict(layers))


def block(
    name: str, layer: nn.Conv2d | nn.Linear, norm: str, activation: str
) -> dict[str, nn.Module]:
    """A hidden layer with its normalisation (`norm`: none or batch) and nonlinearity, by name."""
    modules: dict[str, nn.Module] = {name: layer}
    if has_norm(norm):
        if isinstance(layer, nn.Conv2d):
            modules[f"{name}_norm"] = nn.BatchNorm2d(layer.out_channels)
        else:
            modules[f"{name}_norm"] = nn.BatchNorm1d(layer.out_features)
    modules[f"{name}_{activation}"] = activation_module(activation)
    return modules


def has_norm(norm: str) -> bool:
    """Whether there is BatchNorm. Raises InputError for a norm that is neither none nor batch."""
    if norm not in ("none", "batch"):
        raise InputError(f"norm {norm!r}: choose none or batch")
    return norm == "batch"
