"""Residual networks, as ordinary PyTorch; see `architectures` for what a network is."""

import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.core.errors import InputError
from initstudy.networks.architectures import IMAGE_CHANNELS

WIDTH = 16
STAGES = 3


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut without parameters, and ReLU of their sum.

    Where the block halves the image and doubles the channels, the shortcut takes every second
    pixel and appends channels of zeros (option A of He et al. 2015).
    """

    def __init__(self, before: int, channels: int, norm: str):
        super().__init__()
        self.stride = channels // before
        self.appended = channels - before
        self.conv1, self.norm1 = convolution(before, channels, self.stride, norm)
        self.relu = nn.ReLU()
        self.conv2, self.norm2 = convolution(channels, channels, 1, norm)

    def forward(self, x: Tensor) -> Tensor:
        branch = self.norm2(self.conv2(self.relu(self.norm1(self.conv1(x)))))
        if self.appended:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.appended))
        return self.relu(branch + x)


def resnet(classes: int, depth: int, norm: str) -> nn.Sequential:
    """The residual network for CIFAR of He et al. (2015), section 4.2, with 6n + 2 layers.

    A 3x3 convolution of 16 channels, three stages of n blocks of 16, 32 and 64 channels, the mean
    over positions, and a linear layer. 0.27 million parameters at depth 20, 0.85 at 56.
    Convolutions have no biases under BatchNorm, as published; without it (norm: none) they have.

    Raises InputError for another depth or an unknown norm.
    """
    blocks, rest = divmod(depth - 2, 2 * STAGES)
    if blocks < 1 or rest:
        raise InputError(f"depth {depth}: resnet has 6n + 2 layers, at least 8, such as 20 or 56")
    stem, stem_norm = convolution(IMAGE_CHANNELS, WIDTH, 1, norm)
    stages, before = nn.Sequential(), WIDTH
    for stage in range(STAGES):
        channels = WIDTH * 2**stage
        for number in range(blocks):
            stages.add_module(f"{stage + 1}_{number + 1}", Block(before, channels, norm))
            before = channels
    network = nn.Sequential()
    for name, module in {
        "stem": stem,
        "stem_norm": stem_norm,
        "relu": nn.ReLU(),
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
    if norm not in ("none", "batch"):
        raise InputError(f"norm {norm!r}: choose none or batch")
    bare = norm == "none"
    convolution = nn.Conv2d(before, channels, 3, stride, padding=1, bias=bare)
    return convolution, nn.Identity() if bare else nn.BatchNorm2d(channels)
