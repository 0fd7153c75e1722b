"""The sequential networks of the study, as ordinary PyTorch.

A network is a function (classes, depth, norm) -> nn.Module that takes B x 3 x 32 x 32 images and
whose last linear layer or convolution gives the logits. Name a new one in config.yaml and it runs
in every experiment.
"""

from collections import OrderedDict

from torch import nn

from initstudy.core.errors import InputError

IMAGE_CHANNELS = 3
PLAIN_WIDTH = 16


def lenet5(classes: int, depth: int, norm: str) -> nn.Sequential:
    """LeNet-5 (LeCun et al. 1998) with three input channels, ReLU and max-pooling.

    C1, C3 and C5 are its three convolutions, F6 and `logits` its linear layers. Each unit of
    `depth` beyond 3 adds a 3x3 same-padding convolution of 16 channels after C3's pooling.

    Raises InputError for a depth below 3 or an unknown norm.
    """
    if depth < 3:
        raise InputError(f"depth {depth}: lenet5 has at least 3 convolutions")
    layers = block("C1", nn.Conv2d(IMAGE_CHANNELS, 6, kernel_size=5), norm)
    layers["S2"] = nn.MaxPool2d(2)
    layers |= block("C3", nn.Conv2d(6, 16, kernel_size=5), norm)
    layers["S4"] = nn.MaxPool2d(2)
    for i in range(depth - 3):
        layers |= block(f"C3_{i + 1}", nn.Conv2d(16, 16, kernel_size=3, padding=1), norm)
    layers |= block("C5", nn.Conv2d(16, 120, kernel_size=5), norm)
    layers["flatten"] = nn.Flatten()
    layers |= block("F6", nn.Linear(120, 84), norm)
    layers["logits"] = nn.Linear(84, classes)
    return nn.Sequential(OrderedDict(layers))


def plain(classes: int, depth: int, norm: str) -> nn.Sequential:
    """`depth` 3x3 convolutions of 16 channels and a linear layer, for signal propagation.

    The first two convolutions halve the image (32 to 8 pixels). Padding is circular, so that every
    position has the full fan-in and mean-field theory (Xiao et al. 2018) holds at the border too.
    There is no pooling before the end.

    Raises InputError for a depth below 2 or an unknown norm.
    """
    if depth < 2:
        raise InputError(f"depth {depth}: plain has at least 2 convolutions")
    layers: dict[str, nn.Module] = {}
    for i in range(depth):
        convolution = nn.Conv2d(
            IMAGE_CHANNELS if i == 0 else PLAIN_WIDTH,
            PLAIN_WIDTH,
            kernel_size=3,
            stride=2 if i < 2 else 1,
            padding=1,
            padding_mode="circular",
        )
        layers |= block(f"C{i + 1}", convolution, norm)
    layers["pool"] = nn.AvgPool2d(8)
    layers["flatten"] = nn.Flatten()
    layers["logits"] = nn.Linear(PLAIN_WIDTH, classes)
    return nn.Sequential(OrderedDict(layers))


def block(name: str, layer: nn.Conv2d | nn.Linear, norm: str) -> dict[str, nn.Module]:
    """A hidden layer with its normalisation (`norm`: none or batch) and ReLU, by name."""
    if norm not in ("none", "batch"):
        raise InputError(f"norm {norm!r}: choose none or batch")
    modules: dict[str, nn.Module] = {name: layer}
    if norm == "batch":
        if isinstance(layer, nn.Conv2d):
            modules[f"{name}_norm"] = nn.BatchNorm2d(layer.out_channels)
        else:
            modules[f"{name}_norm"] = nn.BatchNorm1d(layer.out_features)
    modules[f"{name}_relu"] = nn.ReLU()
    return modules
