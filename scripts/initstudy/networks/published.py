"""Convolutional networks of other publications, as ordinary PyTorch.

What is not about their first weights is left out: dropout, and the ReLU that All-CNN-C has behind
its logits.
"""

from collections import OrderedDict

from torch import nn

from initstudy.core.errors import InputError
from initstudy.networks.architectures import IMAGE_CHANNELS, block

VGG = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Convolutions before each pooling, by depth (configurations A, B, D and E)."""


def vgg(
    classes: int,
    depth: int,
    norm: str,
    activation: str = "relu",
    size: int = 32,
    width: int = 64,
    hidden: int = 512,
) -> nn.Sequential:
    """VGG (Simonyan & Zisserman 2014), table 1, with 11, 13, 16 or 19 layers.

    3x3 convolutions in five stages of width, 2, 4, 8 and 8 width channels, each with a max-pooling
    behind it, and two hidden linear layers of `hidden` units. With width 64, hidden 4096 and images
    of 224 pixels it is the published one, of 138 million parameters at depth 16.

    Raises InputError for another depth, a size below 32, and an unknown norm or activation.
    """
    if depth not in VGG:
        raise InputError(f"depth {depth}: vgg has one of {', '.join(map(str, VGG))} layers")
    if size < 32:
        raise InputError(f"size {size}: vgg halves images five times; take at least 32 pixels")
    layers: dict[str, nn.Module] = {}
    before = IMAGE_CHANNELS
    for stage, convolutions in enumerate(VGG[depth]):
        channels = width * min(2**stage, 8)
        for number in range(convolutions):
            layer = nn.Conv2d(before, channels, 3, padding=1)
            layers |= block(f"C{stage + 1}_{number + 1}", layer, norm, activation)
            before = channels
        layers[f"S{stage + 1}"] = nn.MaxPool2d(2)
    layers["flatten"] = nn.Flatten()
    units = before * (size // 32) ** 2
    layers |= block("F1", nn.Linear(units, hidden), norm, activation)
    layers |= block("F2", nn.Linear(hidden, hidden), norm, activation)
    layers["logits"] = nn.Linear(hidden, classes)
    return nn.Sequential(OrderedDict(layers))


def deepobs_3c3d(
    classes: int, norm: str, activation: str = "relu", size: int = 32
) -> nn.Sequential:
    """3c3d of DeepOBS (Schneider et al. 2019): three convolutions and three linear layers.

    895,210 parameters with 10 classes and images of 32 pixels.

    Raises InputError for a size below 20, and for an unknown norm or activation.
    """
    if size < 20:
        raise InputError(f"size {size}: 3c3d takes images of at least 20 pixels")
    layers: dict[str, nn.Module] = {}
    side, before = size, IMAGE_CHANNELS
    for number, (channels, kernel, padding) in enumerate([(64, 5, 0), (96, 3, 0), (128, 3, 1)], 1):
        layer = nn.Conv2d(before, channels, kernel, padding=padding)
        layers |= block(f"C{number}", layer, norm, activation)
        # TensorFlow's `same` pads an image of even size at its end, which is to round up.
        layers[f"S{number}"] = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        side = -(-(side - kernel + 1 + 2 * padding - 3) // 2) + 1
        before = channels
    layers["flatten"] = nn.Flatten()
    layers |= block("F1", nn.Linear(before * side**2, 512), norm, activation)
    layers |= block("F2", nn.Linear(512, 256), norm, activation)
    layers["logits"] = nn.Linear(256, classes)
    return nn.Sequential(OrderedDict(layers))


def all_cnn_c(classes: int, norm: str, activation: str = "relu", width: int = 96) -> nn.Sequential:
    """All-CNN-C (Springenberg et al. 2014), table 1: nine convolutions, no pooling before the end.

    `width` and 2 width channels, strides of 2 in the place of pooling; 1,369,738 parameters as
    published, width 96 and 10 classes.

    Raises InputError for an unknown norm or activation.
    """
    wide = 2 * width
    plan = [
        # channels, kernel, stride, padding
        *((width, 3, 1, 1), (width, 3, 1, 1), (width, 3, 2, 1)),
        *((wide, 3, 1, 1), (wide, 3, 1, 1), (wide, 3, 2, 1)),
        *((wide, 3, 1, 0), (wide, 1, 1, 0)),
    ]
    layers: dict[str, nn.Module] = {}
    before = IMAGE_CHANNELS
    for number, (channels, kernel, stride, padding) in enumerate(plan, start=1):
        layer = nn.Conv2d(before, channels, kernel, stride, padding)
        layers |= block(f"C{number}", layer, norm, activation)
        before = channels
    layers["logits"] = nn.Conv2d(before, classes, 1)
    layers["pool"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    return nn.Sequential(OrderedDict(layers))
