"""Residual networks, as ordinary PyTorch; see `architectures` for what a network is."""

import functools
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.core.errors import InputError
from initstudy.networks.activations import activation_module
from initstudy.networks.architectures import IMAGE_CHANNELS, has_norm

STAGES = 3


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut without parameters; a nonlinearity of their sum.

    Where the block halves the image and doubles the channels, the shortcut takes every second
    pixel and appends channels of zeros (option A of He et al. 2015).
    """

    def __init__(self, before: int, channels: int, norm: str, activation: str, scaled: bool):
        super().__init__()
        self.stride = channels // before
        self.appended = channels - before
        self.conv1, self.norm1 = convolution(before, channels, self.stride, norm)
        self.activation = activation_module(activation)
        self.conv2, self.norm2 = convolution(channels, channels, 1, norm)
        self.scale = scalar(1.0) if scaled else None

    def forward(self, x: Tensor) -> Tensor:
        branch = self.norm2(self.conv2(self.activation(self.norm1(self.conv1(x)))))
        if self.scale is not None:
            branch = branch * self.scale
        return self.activation(branch + shortened(x, self.stride, self.appended))


class FixupBlock(nn.Module):
    """A block with Fixup's scalars in the place of normalisation (Zhang et al. 2019, figure 1).

    A scalar bias before and after the first convolution and before the second, a scale and a bias
    after it; the first bias is added in front of a shortcut that halves the image, too, as in the
    authors' code.
    """

    def __init__(self, before: int, channels: int, activation: str):
        super().__init__()
        self.stride = channels // before
        self.appended = channels - before
        self.activation = activation_module(activation)
        self.bias1a, self.bias1b, self.bias2a, self.bias2b = (scalar(0.0) for _ in range(4))
        self.conv1 = nn.Conv2d(before, channels, 3, self.stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.scale = scalar(1.0)

    def forward(self, x: Tensor) -> Tensor:
        shifted = x + self.bias1a
        branch = self.activation(self.conv1(shifted) + self.bias1b)
        branch = self.conv2(branch + self.bias2a) * self.scale + self.bias2b
        source = shifted if self.appended else x
        return self.activation(branch + shortened(source, self.stride, self.appended))


class Shift(nn.Module):
    """Adds a scalar, zero at first."""

    def __init__(self):
        super().__init__()
        self.bias = scalar(0.0)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias


def resnet(
    classes: int,
    depth: int,
    norm: str,
    activation: str = "relu",
    width: int = 16,
    branch_scale: bool = False,
    fixup: bool = False,
) -> nn.Sequential:
    """The residual network for CIFAR of He et al. (2015), section 4.2, with 6n + 2 layers.

    A 3x3 convolution of `width` channels, three stages of n blocks of once, twice and four times as
    many, the mean over positions, and a linear layer. As published, width 16: 0.27 million
    parameters at depth 20, 0.85 at 56; ReLU; no biases in convolutions under BatchNorm. Without it
    (norm: none) they have biases.

    branch_scale: every block multiplies its branch by a scalar that is trained, as SkipInit and
    ReZero need. fixup: blocks have the scalars of Fixup, and convolutions no biases.

    Raises InputError for another depth, an unknown norm or activation, and for fixup with a norm
    or another scale.
    """
    blocks, rest = divmod(depth - 2, 2 * STAGES)
    if blocks < 1 or rest:
        raise InputError(f"depth {depth}: resnet has 6n + 2 layers, at least 8, such as 20 or 56")
    if fixup and (has_norm(norm) or branch_scale):
        raise InputError("fixup: its scalars replace norm and branch_scale; leave these out")
    if fixup:
        stem = nn.Conv2d(IMAGE_CHANNELS, width, 3, padding=1, bias=False)
        stem_norm, last_shift = Shift(), {"shift": Shift()}
        block = functools.partial(FixupBlock, activation=activation)
    else:
        stem, stem_norm = convolution(IMAGE_CHANNELS, width, 1, norm)
        last_shift = {}
        block = functools.partial(Block, norm=norm, activation=activation, scaled=branch_scale)
    stages, before = OrderedDict(), width
    for stage in range(STAGES):
        channels = width * 2**stage
        for number in range(blocks):
            stages[f"{stage + 1}_{number + 1}"] = block(before, channels)
            before = channels
    modules = {
        "stem": stem,
        "stem_norm": stem_norm,
        "activation": activation_module(activation),
        "blocks": nn.Sequential(stages),
        "pool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        **last_shift,
        "logits": nn.Linear(before, classes),
    }
    return nn.Sequential(OrderedDict(modules))


def convolution(
    before: int, channels: int, stride: int, norm: str
) -> tuple[nn.Conv2d, nn.BatchNorm2d | nn.Identity]:
    """A 3x3 convolution and its normalisation, `norm`: none or batch."""
    normalized = has_norm(norm)
    convolution = nn.Conv2d(before, channels, 3, stride, padding=1, bias=not normalized)
    return convolution, nn.BatchNorm2d(channels) if normalized else nn.Identity()


def shortened(x: Tensor, stride: int, appended: int) -> Tensor:
    """Every `stride`th pixel, with channels of zeros appended."""
    if not appended:
        return x
    return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, appended))


def scalar(value: float) -> nn.Parameter:
    return nn.Parameter(torch.full((1,), value))
