"""What has no grouped form: by torch.func.vmap, or where that cannot, one replica after another."""

import copy
import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.networks.layers import channels_of
from initstudy.networks.replicated.activations import (
    activations_in,
    map_activations,
    map_tensors,
    stacked,
)
from initstudy.networks.replicated.operation import Layer, Operation
from initstudy.networks.replicated.streams import ReplicaRandom


class EachReplica:
    """Calls a function for each replica: all at once, until that turns out to be impossible."""

    def __init__(self, random: ReplicaRandom):
        self.random = random
        self.vmaps = True
        self.worked = False

    def __call__(self, function: Callable, args: tuple, kwargs: dict) -> Any:
        """`function` of the replicas' tensors, as activations."""
        values = activations_in((args, kwargs))
        tensors = [value.stacked() for value in values]

        def of_one(*parts: Tensor) -> Any:
            remaining = iter(parts)
            own, named = map_activations((args, kwargs), lambda _: next(remaining))
            return function(*own, **named)

        return map_tensors(self.mapped(of_one, tensors), stacked)

    def way(self) -> str:
        return "by torch.func.vmap" if self.vmaps else "one replica after another"

    def mapped(self, function: Callable, tensors: Sequence[Tensor]) -> Any:
        """function(*parts), parts being a replica's part of each tensor; results K x ..."""
        if self.vmaps and self.worked:
            return vmap(function, randomness="error")(*tensors)
        if self.vmaps:
            self.worked, found = _tried(vmap(function, randomness="error"), tensors)
            self.vmaps = self.worked
            if self.worked:
                return found
        device = tensors[0].device
        results = []
        for replica in range(len(tensors[0])):
            with self.random.as_global(replica, device):
                # What is drawn at random for a tensor's places is drawn in the order of memory.
                results.append(function(*(tensor[replica].contiguous() for tensor in tensors)))
        return _together(results)


class ReplicatedModule(Operation):
    """Any module, down to a whole network, with the replicas' parameters and buffers put in."""

    def __init__(
        self,
        name: str,
        module: nn.Module,
        tensors: dict[str, Tensor],
        layers: Sequence[str],
        random: ReplicaRandom,
    ):
        """name: the module's in the network; layers: the names there of weighted layers that the
        network calls; some may be in the module."""
        super().__init__()
        self.described = name or "the network"
        self.hold(tensors)
        self.names = list(tensors)
        # In a tuple, where its own parameters do not count as this network's.
        self.module = (copy.deepcopy(module),)
        self.each = EachReplica(random)
        self.inner = {
            layer: inside for layer in layers if (inside := _inside(layer, name)) is not None
        }

    def train(self, mode: bool = True) -> "ReplicatedModule":
        self.module[0].train(mode)
        return super().train(mode)

    def layers(self) -> dict[str, Layer]:
        return {
            name: Layer(self.held(_joined(inside, "weight")), self.held(_joined(inside, "bias")))
            for name, inside in self.inner.items()
        }

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        held = {name: self.held(name) for name in self.names}
        inputs = [value.stacked() for value in activations_in((args, kwargs))]

        def of_one(*parts: Tensor) -> tuple:
            tensors = dict(zip(held, parts, strict=False))
            remaining = iter(parts[len(held) :])
            own, named = map_activations((args, kwargs), lambda _: next(remaining))
            return self._of_one(tensors, own, named)

        outputs, seen, replaced = self.each.mapped(of_one, [*held.values(), *inputs])
        for name, tensor in replaced.items():
            held[name].copy_(tensor.detach())
        for name, tensor in seen.items() if self.observer else ():
            self.observer(name, stacked(tensor).by_position(self._channels(name)))
        return map_tensors(outputs, stacked)

    def _of_one(self, tensors: dict[str, Tensor], args: tuple, kwargs: dict) -> tuple:
        """In one replica: the outputs, those of its layers if they are observed, and the buffers
        that it has replaced."""
        module, own, seen = self.module[0], dict(tensors), {}
        hooks = [
            module.get_submodule(inside).register_forward_hook(
                functools.partial(_see, seen, name, bool(self.observer))
            )
            for name, inside in self.inner.items()
        ]
        try:
            outputs = functional_call(module, own, args, kwargs, tie_weights=False)
        finally:
            for hook in hooks:
                hook.remove()
        replaced = {name: own[name] for name in own if own[name] is not tensors[name]}
        return outputs, seen, replaced

    def _channels(self, name: str) -> int:
        return channels_of(self.module[0].get_submodule(self.inner[name]))


def _tried(mapped: Callable, tensors: Sequence[Tensor]) -> tuple[bool, Any]:
    """Whether vmap can do it, and the result. What draws random numbers it would do wrongly."""
    before = seeds.GlobalState()
    try:
        with warnings.catch_warnings():
            # Operations that vmap has no rule for: how long it takes is told of otherwise.
            warnings.filterwarnings("ignore", "There is a performance drop")
            found = mapped(*tensors)
    except (RuntimeError, ValueError, TypeError, NotImplementedError):
        found = None
    if found is None or not before.is_current():
        before.restore()
        return False, None
    return True, found


def _see(
    seen: dict, name: str, observed: bool, _module: nn.Module, _inputs: tuple, outputs: Tensor
) -> None:
    """Keep a layer's outputs, of its first call, from what works in place on them later.

    Where nobody observes them it counts alone that it was called.
    """
    if name not in seen:
        seen[name] = outputs.clone() if observed else outputs.new_empty(0)


def _inside(layer: str, name: str) -> str | None:
    """The name of a layer of the network within the module `name`; None if it is not in there."""
    if not name or layer == name:
        return layer if not name else ""
    return layer.removeprefix(f"{name}.") if layer.startswith(f"{name}.") else None


def _joined(*names: str) -> str:
    return ".".join(name for name in names if name)


def _together(results: list) -> Any:
    """The replicas' results, one by one, as K x ..."""
    first = results[0]
    if isinstance(first, Tensor):
        return torch.stack(results)
    if isinstance(first, dict):
        return {key: _together(parts) for key, parts in _same_names(results).items()}
    if isinstance(first, tuple | list):
        return type(first)(_together(list(parts)) for parts in zip(*results, strict=True))
    if any(result != first for result in results):
        raise TypeError(f"replicas differ in what is no tensor: {first!r}, {results[1:]!r}")
    return first


def _same_names(results: list[dict[str, Tensor]]) -> dict[str, list[Tensor]]:
    """Name -> a tensor of each replica.

    Raises InputError for a layer that a replica has left out: its weights must then stay as they
    are, but the optimizer updates those of all replicas together.
    """
    names = {name for result in results for name in result}
    for name in sorted(names):
        if any(name not in result for result in results):
            raise InputError(
                f"{name} is left out of a pass in some replicas and not in others, which are"
                " trained together: let the network multiply what it leaves out by zero"
            )
    return {name: [result[name] for result in results] for name in results[0]}
