"""No network is trained that is not the user's: replicas are compared with each by itself."""

import copy
import functools
import sys
import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from initstudy.core.errors import InputError
from initstudy.networks.layers import after_each_layer
from initstudy.networks.replicated.functions import ReplicatedFunction
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.networks.replicated.slower import ReplicatedModule
from initstudy.networks.replicated.streams import ReplicaRandom

TOLERANCE = {torch.float64: 1e-6, torch.float32: 1e-2}
"""Of a tensor's largest number. Deep networks with BatchNorm amplify float32's rounding so far."""
ERRORS = (RuntimeError, TypeError, ValueError, AttributeError, NameError, KeyError, IndexError)
"""What PyTorch raises where a network cannot be taken apart or mapped."""


def replicate(networks: Sequence[nn.Module], images: Tensor) -> ReplicatedNetwork:
    """The networks as one, compared on a few images with each of them.

    Alike have to be the outputs, also those of weighted layers, and what passes change (running
    statistics), in training and in evaluation mode, and the last replica's gradients; in float64,
    where that is possible, so that no rounding hides a difference. Networks that cannot be taken
    apart into operations, or come out otherwise, are replicated as a whole, which the log says.
    Raises InputError for one that comes out otherwise then, too.
    """
    reason = ""
    for whole in (False, True):
        if whole:
            print(
                f"Replicas are whole networks, which is slower than layer by layer: {reason}",
                file=sys.stderr,
            )
        try:
            reason = difference(networks, images, whole)
            if not reason:
                return _told(ReplicatedNetwork(networks, images, whole), images)
        except ERRORS as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
    raise InputError(f"this network cannot be trained in replicas: {reason}")


def difference(networks: Sequence[nn.Module], images: Tensor, whole: bool) -> str:
    """Where replicas differ from the networks beyond rounding, in words; else ""."""
    networks, images = _in_float64(networks, images.contiguous())
    replicated = ReplicatedNetwork(networks, images, whole)
    random = ReplicaRandom(len(networks))
    for training in (True, False):
        ours = _replicas_pass(replicated.train(training), images)
        for replica, network in enumerate(networks):
            with random.as_global(replica, images.device):
                expected = _plain_pass(network.train(training), images)
            for name in _unlike({key: part[replica] for key, part in ours.items()}, expected):
                mode = "training" if training else "evaluation"
                return f"{name} of replica {replica} differs from the plain network's in {mode}"
    with random.as_global(len(networks) - 1, images.device):
        expected = _gradients(networks[-1].train()(images), dict(networks[-1].named_parameters()))
    stacks = {name: replicated.stacks[name] for name in expected}
    ours = _gradients(replicated.train()(images)[-1], stacks)
    for name in _unlike({name: gradient[-1] for name, gradient in ours.items()}, expected):
        return f"the gradient of {name} differs from the plain network's"
    return ""


def _in_float64(networks: Sequence[nn.Module], images: Tensor) -> tuple[list[nn.Module], Tensor]:
    """Copies, to be changed, in float64 if they work so, and the images."""
    try:
        precise = [copy.deepcopy(network).double() for network in networks]
        with torch.no_grad(), torch.random.fork_rng():
            copy.deepcopy(precise[0]).eval()(images.double())
        return precise, images.double()
    except ERRORS:
        return [copy.deepcopy(network) for network in networks], images


@torch.no_grad()
def _replicas_pass(network: ReplicatedNetwork, images: Tensor) -> dict[str, Tensor]:
    """What a pass computes and changes, K x ..., by what it is."""
    seen = {}
    outputs = network.observe(
        images, lambda name, values: seen.update({name: values.movedim(1, 0)})
    )
    return _described(seen, outputs, network.stacks.buffers())


@torch.no_grad()
def _plain_pass(network: nn.Module, images: Tensor) -> dict[str, Tensor]:
    seen: dict[str, Tensor] = {}
    with after_each_layer(network, seen.__setitem__):
        outputs = network(images)
    return _described(seen, outputs, dict(network.named_buffers()))


def _described(
    layers: dict[str, Tensor], outputs: Tensor, buffers: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The parts of a pass, in the order in which a difference would be told of."""
    return (
        {f"the output of layer {name}": values for name, values in layers.items()}
        | {"the output": outputs}
        | {f"{name}, after a pass,": buffer.clone() for name, buffer in buffers.items()}
    )


def _gradients(outputs: Tensor, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those of a sum of the outputs at random weights; zero where nothing depends on it."""
    generator = torch.Generator().manual_seed(0)
    direction = torch.randn(outputs.shape, generator=generator).to(outputs)
    trained = {name: tensor for name, tensor in parameters.items() if tensor.requires_grad}
    found = torch.autograd.grad(
        (outputs * direction).sum(),
        list(trained.values()),
        materialize_grads=True,
        allow_unused=True,
    )
    return dict(zip(trained, found, strict=True))


def _unlike(ours: dict[str, Tensor], expected: dict[str, Tensor]) -> list[str]:
    """The names of the tensors that differ; numbers that are all but zero are not looked at."""
    if not expected:
        return []
    largest = max(float(tensor.abs().max()) for tensor in expected.values() if tensor.numel())
    return [
        name
        for name, tensor in expected.items()
        if name not in ours or not _alike(ours[name], tensor, largest)
    ]


def _alike(ours: Tensor, expected: Tensor, largest: float) -> bool:
    if ours.shape != expected.shape:
        return False
    if not expected.is_floating_point():
        return torch.equal(ours, expected)
    scale = max(
        float(expected.abs().max()) if expected.numel() else 0.0,
        torch.finfo(expected.dtype).eps ** 0.5 * largest,
    )
    tolerance = TOLERANCE[expected.dtype] * scale
    return torch.allclose(ours, expected, rtol=0, atol=tolerance, equal_nan=True)


def _told(network: ReplicatedNetwork, images: Tensor) -> ReplicatedNetwork:
    """`network`; the log says what it does not do for all replicas at once, and what that takes."""
    slow = {
        name: operation
        for name, operation in network.operations.items()
        if isinstance(operation, ReplicatedModule)
        or (isinstance(operation, ReplicatedFunction) and not operation.each.vmaps)
    }
    spent = dict.fromkeys(slow, 0.0)

    def start(name: str, *_: object) -> None:
        spent[name] -= time.perf_counter()

    def stop(name: str, *_: object) -> None:
        spent[name] += time.perf_counter()

    hooks = [
        hook
        for name, operation in slow.items()
        for hook in (
            operation.register_forward_pre_hook(functools.partial(start, name)),
            operation.register_forward_hook(functools.partial(stop, name)),
        )
    ]
    with network.leaving_no_trace(), torch.no_grad():
        began = time.perf_counter()
        network(images)
        whole = time.perf_counter() - began
    for hook in hooks:
        hook.remove()
    for name, operation in slow.items():
        print(
            f"{operation.described} has no form for all replicas at once: it runs"
            f" {operation.each.way()} and takes {spent[name] / whole:.0%} of a forward pass",
            file=sys.stderr,
        )
    return network
