"""Residual networks, as ordinary PyTorch; see `architectures` for what a network is."""

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

    def __init__(self, before: int, channels: int, norm: str, activation: str):
        super().__init__()
        self.stride = channels // before
        self.appended = channels - before
        self.conv1, self.norm1 = convolution(before, channels, self.stride, norm)
        self.activation = activation_module(activation)
        self.conv2, self.norm2 = convolution(channels, channels, 1, norm)

    def forward(self, x: Tensor) -> Tensor:
        branch = self.norm2(self.conv2(self.activation(self.norm1(self.conv1(x)))))
        if self.appended:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.appended))
        return self.activation(branch + x)


def resnet(
    classes: int, depth: int, norm: str, activation: str = "relu", width: int = 16
) -> nn.Sequential:
    """The residual network for CIFAR of He et al. (2015), section 4.2, with 6n + 2 layers.

    A 3x3 convolution of `width` channels, three stages of n blocks of once, twice and four times as
    many, the mean over positions, and a linear layer. As published, width 16: 0.27 million
    parameters at depth 20, 0.85 at 56; ReLU; no biases in convolutions under BatchNorm. Without it
    (norm: none) they have biases.

    Raises InputError for another depth, and for an unknown norm or activation.
    """
    blocks, rest = divmod(depth - 2, 2 * STAGES)
    if blocks < 1 or rest:
        raise InputError(f"depth {depth}: resnet has 6n + 2 layers, at least 8, such as 20 or 56")
    stem, stem_norm = convolution(IMAGE_CHANNELS, width, 1, norm)
    stages, before = nn.Sequential(), width
    for stage in range(STAGES):
        channels = width * 2**stage
        for number in range(blocks):
            block = Block(before, channels, norm, activation)
            stages.add_module(f"{stage + 1}_{number + 1}", block)
            before = channels
    network = nn.Sequential()
    for name, module in {
        "stem": stem,
        "stem_norm": stem_norm,
        "activation": activation_module(activation),
        "blocks": stages,
        "pool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "logits": nn.Linear(before, classes),
    }.items():
        network.add_module(name, module)
    return network


def convolution(
    before: int, channels: int, stride: int, norm: str
) -> tuple[nn.Conv2d, nn.BatchNorm2d | nn.Identity]:
    """A 3x3 convolution and its normalisation, `norm`: none or batch."""
    normalized = has_norm(norm)
    convolution = nn.Conv2d(before, channels, 3, stride, padding=1, bias=not normalized)
    return convolution, nn.BatchNorm2d(channels) if normalized else nn.Identity()
