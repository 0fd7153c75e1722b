"""The weighted layers of a network, in the order in which a forward pass calls them."""

import contextlib
import functools
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

WEIGHTED = (nn.Conv2d, nn.Linear)
FEW_IMAGES = 2
"""As many as BatchNorm needs."""


def channels_of(layer: nn.Conv2d | nn.Linear) -> int:
    """The dimension of the channels in a layer's outputs."""
    return 1 if isinstance(layer, nn.Conv2d) else -1


def weighted_layers(network: nn.Module, images: Tensor) -> dict[str, nn.Conv2d | nn.Linear]:
    """The convolutions and linear layers that a pass calls, by their names in `named_modules`.

    They are in the order of their first calls; the last gives the logits. images: inputs of the
    network, of which two are passed forward, in evaluation mode.
    """
    called: dict[str, nn.Module] = {}
    training = {module: module.training for module in network.modules()}
    network.eval()

    def add(name: str, layer: nn.Module, _inputs: Tensor) -> None:
        called[name] = layer

    with torch.no_grad(), before_each_layer(network, add):
        network(images[:FEW_IMAGES].to(next(network.parameters())))
    for module, mode in training.items():
        module.training = mode
    return called


def visit_layers(
    network: nn.Module, images: Tensor, visit: Callable[[nn.Conv2d | nn.Linear, Tensor], None]
) -> None:
    """Pass images forward, and call visit(layer, inputs) when a weighted layer's inputs are there.

    Weights that it sets count from there on: how data-dependent initializers go through a network
    in a single pass. A layer that is called several times is visited at its first call.
    """
    with before_each_layer(network, lambda _, layer, inputs: visit(layer, inputs)):
        network(images)


@contextlib.contextmanager
def before_each_layer(
    network: nn.Module, visit: Callable[[str, nn.Module, Tensor], None]
) -> Iterator[None]:
    """Passes call visit(name, layer, inputs) before each weighted layer's first call."""
    visited = set()

    def hook(name: str, layer: nn.Module, inputs: tuple) -> None:
        if layer not in visited:
            visited.add(layer)
            visit(name, layer, inputs[0])

    hooks = [
        module.register_forward_pre_hook(functools.partial(hook, name))
        for name, module in network.named_modules()
        if isinstance(module, WEIGHTED)
    ]
    try:
        yield
    finally:
        for handle in hooks:
            handle.remove()


@contextlib.contextmanager
def after_each_layer(network: nn.Module, visit: Callable[[str, Tensor], None]) -> Iterator[None]:
    """Passes call visit(name, outputs) after each weighted layer's first call; outputs: N x C.

    N counts images and positions. What works in place on the outputs later leaves them alone.
    """
    visited = set()

    def hook(name: str, layer: nn.Module, _inputs: tuple, outputs: Tensor) -> None:
        if layer not in visited:
            visited.add(layer)
            visit(name, outputs.clone().movedim(channels_of(layer), -1).flatten(0, -2))

    hooks = [
        module.register_forward_hook(functools.partial(hook, name))
        for name, module in network.named_modules()
        if isinstance(module, WEIGHTED)
    ]
    try:
        yield
    finally:
        for handle in hooks:
            handle.remove()
