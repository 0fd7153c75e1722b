"""Convolutions and linear layers of K replicas."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.networks.pooled_convolution import POOLING, pooled_convolution
from initstudy.networks.replicated.activations import Activations, Layout, stacked
from initstudy.networks.replicated.operation import Operation, WeightedOperation


class ReplicatedConv2d(WeightedOperation):
    """K convolutions as one with K times the groups. weight: K x out x in x kh x kw; bias: K x out.

    While all replicas see the same images it is one dense convolution.
    """

    channels = 1

    def __init__(self, name: str, convolution: nn.Conv2d, tensors: dict[str, Tensor]):
        super().__init__(name, tensors)
        self.stride = convolution.stride
        self.dilation = convolution.dilation
        self.groups = convolution.groups
        self.padding_mode = convolution.padding_mode
        self.margins = _margins(convolution)

    def outputs(self, x: Activations) -> Activations:
        if x.layout is not Layout.SHARED and self._covers(x.tensor):
            return self._matrix_product(x)
        images, groups = self._sources(x)
        padding = self._symmetric_zeros()
        if padding is None:
            images = _padded(images, self.margins, self.padding_mode)
            padding = (0, 0)
        bias = None if self.bias is None else self.bias.flatten()
        weight = self.weight.flatten(0, 1)
        convolved = F.conv2d(images, weight, bias, self.stride, padding, self.dilation, groups)
        return Activations(convolved, Layout.GROUPED, x.replicas)

    def pooled(self, x: Activations) -> Activations:
        """ReLU of the max-pooled outputs, as one operation, where it `is_unpadded`."""
        images, groups = self._sources(x)
        pooled = pooled_convolution(images, self.weight.flatten(0, 1), self.bias.flatten(), groups)
        return Activations(pooled, Layout.GROUPED, x.replicas)

    def is_unpadded(self) -> bool:
        """Whether a square kernel goes over the input in steps of one, and never beyond it."""
        height, width = self.weight.shape[3:]
        return (
            height == width
            and self.stride == self.dilation == (1, 1)
            and not any(self.margins)
            and self.groups == 1
            and self.bias is not None
        )

    def _sources(self, x: Activations) -> tuple[Tensor, int]:
        """What the convolution reads, and its number of groups."""
        if x.layout is Layout.SHARED and self.groups == 1:
            return x.tensor, 1
        return x.grouped(), x.replicas * self.groups

    def _symmetric_zeros(self) -> tuple[int, int] | None:
        left, right, top, bottom = self.margins
        zeros = self.padding_mode == "zeros" or not any(self.margins)
        return (top, left) if zeros and (left, top) == (right, bottom) else None

    def _covers(self, x: Tensor) -> bool:
        """Whether the kernel covers the whole input, which makes it a linear layer."""
        return (
            x.shape[-2:] == self.weight.shape[3:]
            and not any(self.margins)
            and self.groups == 1
            and self.dilation == (1, 1)
        )

    def _matrix_product(self, x: Activations) -> Activations:
        """K x B x out x 1 x 1; batched products take half the time of 1x1 grouped convolutions.

        Features are in the order of memory, channels last.
        """
        flat = x.stacked().permute(0, 1, 3, 4, 2).flatten(2)
        weight = self.weight.permute(0, 1, 3, 4, 2).flatten(2)
        return stacked(linear(flat, weight, self.bias)[..., None, None])


class ReplicatedLinear(WeightedOperation):
    """K linear layers. weight: K x out x in; bias: K x out."""

    channels = -1

    def __init__(self, name: str, _: nn.Linear, tensors: dict[str, Tensor]):
        super().__init__(name, tensors)

    def outputs(self, x: Activations) -> Activations:
        inputs = x.stacked()
        flat = inputs.flatten(1, -2) if inputs.dim() > 3 else inputs
        if inputs.dim() == 2:
            flat = inputs[:, None]
        found = linear(flat, self.weight, self.bias)
        return stacked(found if inputs.dim() == 3 else found.view(*inputs.shape[:-1], -1))


class PooledConvolution(Operation):
    """A convolution, max-pooling and ReLU in a row as one operation."""

    def __init__(self, convolution: ReplicatedConv2d, pooling: nn.MaxPool2d):
        super().__init__()
        # In a tuple, as they are operations of the network by themselves, too.
        self.parts = (convolution, pooling)

    def forward(self, x: Activations) -> Activations:
        convolution, pooling = self.parts
        fuses = convolution.is_unpadded() and _halves(pooling)
        if fuses and not convolution.observer:
            return convolution.pooled(x)
        pooled = pooling(convolution(x).grouped())
        return Activations(F.relu(pooled), Layout.GROUPED, x.replicas)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """K linear maps: x is K x B x in, weight K x out x in, bias K x out.

    With the weight as the left factor its gradient needs no transposing copy.
    """
    if bias is None:
        return torch.bmm(weight, x.transpose(1, 2)).transpose(1, 2)
    return torch.baddbmm(bias[:, :, None], weight, x.transpose(1, 2)).transpose(1, 2)


def _margins(convolution: nn.Conv2d) -> tuple[int, int, int, int]:
    """By how much the input is padded: left, right, top and bottom, as F.pad takes them."""
    if convolution.padding == "valid":
        return (0, 0, 0, 0)
    if convolution.padding == "same":
        totals = [
            dilation * (size - 1)
            for dilation, size in zip(convolution.dilation, convolution.kernel_size, strict=True)
        ]
        top, left = (total // 2 for total in totals)
        return (left, totals[1] - left, top, totals[0] - top)
    height, width = convolution.padding
    return (width, width, height, height)


def _padded(x: Tensor, margins: tuple[int, int, int, int], mode: str) -> Tensor:
    if mode == "circular":
        return _wrapped(x, margins)
    return F.pad(x, margins, mode="constant" if mode == "zeros" else mode)


def _wrapped(x: Tensor, margins: tuple[int, int, int, int]) -> Tensor:
    """Circular padding in channels last, which F.pad gives up; it takes four times as long."""
    left, right, top, bottom = margins
    x = x.permute(0, 2, 3, 1)
    x = torch.cat([x[:, x.shape[1] - top :], x, x[:, :bottom]], dim=1)
    x = torch.cat([x[:, :, x.shape[2] - left :], x, x[:, :, :right]], dim=2)
    return x.permute(0, 3, 1, 2)


def _halves(pooling: nn.MaxPool2d) -> bool:
    """Whether pooling takes squares side by side, of two by two."""
    options = (pooling.kernel_size, pooling.stride, pooling.padding, pooling.dilation)
    return options == (POOLING, POOLING, 0, 1) and not pooling.ceil_mode
