"""Functions and modules without weights, for K replicas.

What acts on every number by itself, or on every channel by itself, acts on all replicas' in one
call. Everything else runs in `slower`.
"""

import operator
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from initstudy.networks.replicated.activations import (
    Activations,
    Layout,
    activations_in,
    map_activations,
    map_tensors,
    stacked,
)
from initstudy.networks.replicated.operation import Operation
from initstudy.networks.replicated.slower import EachReplica
from initstudy.networks.replicated.streams import ReplicaRandom

ELEMENTWISE = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus"),
    *("hardtanh", "hardswish", "hardsigmoid", "softsign", "tanh", "sigmoid", "logsigmoid"),
    *("abs", "exp", "neg", "sqrt", "square", "clamp", "pow", "contiguous", "clone"),
    *("add", "sub", "mul", "truediv", "div", "maximum", "minimum"),
)
"""Names of functions of numbers: of torch, torch.nn.functional and operator, and of methods."""
CHANNELWISE = (
    *("max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d", "interpolate"),
)
"""Names of functions of torch.nn.functional that take every image and channel by itself."""
METADATA = ("size", "dim", "numel", "ndimension")
"""Methods that tell of a tensor's shape."""
ATTRIBUTES = ("shape", "ndim", "dtype", "device")
ELEMENTWISE_MODULES = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish),
    *(nn.Softplus, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Softsign, nn.Tanh, nn.Sigmoid),
    *(nn.LogSigmoid, nn.Identity),
)
CHANNELWISE_MODULES = (
    *(nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d, nn.ZeroPad2d),
    *(nn.ReflectionPad2d, nn.ReplicationPad2d, nn.Upsample),
)


def _named(names: tuple[str, ...]) -> set:
    """The functions of these names, and the names, which are those of methods."""
    places = (torch, F, operator)
    found = {getattr(place, name) for place in places for name in names if hasattr(place, name)}
    return found | set(names)


_ELEMENTWISE, _CHANNELWISE = _named(ELEMENTWISE), _named(CHANNELWISE)


def called(target: Callable | str) -> Callable:
    """The function that a graph's node calls: itself, or a method by its name."""
    if not isinstance(target, str):
        return target
    # A view may need other strides than those that replicas have.
    method = "reshape" if target == "view" else target
    return lambda tensor, *args, **kwargs: getattr(tensor, method)(*args, **kwargs)


class ReplicatedFunction(Operation):
    """A function of tensors, or a method by its name."""

    def __init__(self, target: Callable | str, random: ReplicaRandom):
        super().__init__()
        self.function = called(target)
        self.elementwise = target in _ELEMENTWISE
        self.channelwise = target in _CHANNELWISE
        self.metadata = target in METADATA
        self.reads_attribute = target is getattr
        self.flattens = target in (torch.flatten, "flatten")
        self.each = EachReplica(random)
        self.described = target if isinstance(target, str) else target.__name__

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        values = activations_in((args, kwargs))
        if not values:
            return self.function(*args, **kwargs)
        if self.metadata or (self.reads_attribute and args[1] in ATTRIBUTES):
            return self.function(values[0].one(), *args[1:], **kwargs)
        if all(value.layout is Layout.SHARED for value in values):
            return self._directly(values[0], args, kwargs)
        if self.elementwise and _aligned(values):
            return self._directly(values[0], args, kwargs)
        if self.channelwise and values == [args[0]]:
            return channelwise(self.function, *args, **kwargs)
        if self.flattens and args[1:] == (1,) and not kwargs:
            return flattened(args[0])
        return self.each(self.function, args, kwargs)

    def _directly(self, like: Activations, args: tuple, kwargs: dict) -> Any:
        args, kwargs = map_activations((args, kwargs), lambda value: value.tensor)
        found = self.function(*args, **kwargs)
        return map_tensors(found, like.like)


class Elementwise(Operation):
    """A module that acts on every number by itself."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.module = module

    def forward(self, x: Activations) -> Activations:
        return x.like(self.module(x.tensor))


class Channelwise(Operation):
    """A module that acts on every channel of every image by itself."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.module = module

    def forward(self, x: Activations) -> Activations:
        return channelwise(self.module, x)


class ReplicatedFlatten(Operation):
    """Everything but the images' dimension into one."""

    def forward(self, x: Activations) -> Activations:
        return flattened(x)


class ReplicatedDropout(Operation):
    """Dropout; each replica's masks come from its own stream."""

    def __init__(self, module: nn.Dropout | nn.Dropout2d, random: ReplicaRandom):
        super().__init__()
        self.module = module
        self.random = random

    def forward(self, x: Activations) -> Activations:
        if not self.training:
            return x
        return dropped_out(x, self.module.p, isinstance(self.module, nn.Dropout2d), self.random)


class ReplicatedDropoutFunction(Operation):
    """torch.nn.functional.dropout."""

    def __init__(self, random: ReplicaRandom):
        super().__init__()
        self.random = random

    def forward(
        self, x: Activations, p: float = 0.5, training: bool = True, inplace: bool = False
    ) -> Activations:
        return dropped_out(x, p, False, self.random) if training else x


class StackedTensor(Operation):
    """A parameter or buffer of the network that its forward pass uses by itself."""

    def __init__(self, tensor: torch.Tensor):
        super().__init__()
        self.hold({"value": tensor})

    def forward(self) -> Activations:
        return stacked(self.value)


def channelwise(function: Callable, x: Activations, *args: Any, **kwargs: Any) -> Activations:
    if x.layout is Layout.STACKED:
        found = function(x.tensor.flatten(0, 1), *args, **kwargs)
        return stacked(found.unflatten(0, (x.replicas, -1)))
    return x.like(function(x.tensor, *args, **kwargs))


def flattened(x: Activations) -> Activations:
    """K x B x features."""
    if x.layout is Layout.SHARED:
        return x.like(x.tensor.flatten(1))
    if x.layout is Layout.GROUPED:
        split = x.tensor.unflatten(1, (x.replicas, -1))
        return stacked(split.flatten(2).transpose(0, 1))
    return stacked(x.tensor.flatten(2))


def dropped_out(
    x: Activations, probability: float, whole_channels: bool, random: ReplicaRandom
) -> Activations:
    """The masks are those that torch.nn.functional draws for contiguous inputs."""
    values = x.stacked()
    shape = values.shape[1:3] + (1,) * (values.dim() - 3) if whole_channels else values.shape[1:]
    masks = [
        torch.empty(shape, device=values.device, dtype=values.dtype)
        .bernoulli_(1 - probability, generator=generator)
        .div_(1 - probability)
        for generator in random.on(values.device)
    ]
    return stacked(values * torch.stack(masks))


def _aligned(values: list[Activations]) -> bool:
    """Whether numbers that belong together are in the same places of the tensors."""
    first = values[0]
    dimensions = first.tensor.dim()
    return all(
        value.layout is first.layout
        and value.tensor.dim() == dimensions
        and (value.layout is Layout.STACKED or value.tensor.shape[1] == first.tensor.shape[1])
        for value in values
    )
