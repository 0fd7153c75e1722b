"""How far signals get through networks that were initialized and never trained."""

import functools
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.core.devices import describe_device
from initstudy.core.errors import InputError
from initstudy.data.store import read_dataset
from initstudy.networks.layers import channels_of, weighted_layers
from initstudy.networks.moments import discrepancy, target_deviations
from initstudy.networks.signals import LayerSignals
from initstudy.records.probe import Probe
from initstudy.training.batches import Normalizer
from initstudy.training.initial import Methods, initial_networks
from initstudy.training.settings import Settings

DEVICE = torch.device("cpu")
"""Where initial networks are made anyway; all of a probe takes seconds there."""


def probe_initializer(task: dict, methods: Methods, data: str | Path) -> Probe:
    """Draw as many initial networks as replicas are asked for; pass a batch forward and back.

    task: axes and options, as `study.cells.Task` has them, without those of training alone;
    methods: network and initializer. Draw k is the start of training's replica k. Calibration
    inputs come from the training split; the batch is the first `batch_size` images of the
    validation split, which calibration does not see. Raises InputError if there are fewer, or an
    axis that nothing reads.
    """
    cell = Settings(task)
    dataset = read_dataset(data, ("train", "validation"))
    size, available = cell.batch_size, len(dataset.images["validation"])
    if size > available:
        raise InputError(f"probe.batch_size {size} exceeds the {available} validation images")
    normalize = Normalizer(dataset.mean, dataset.std, DEVICE)
    images = normalize(torch.from_numpy(dataset.images["validation"][:size]))
    labels = torch.from_numpy(dataset.labels["validation"][:size])
    networks, _ = initial_networks(
        cell, methods, dataset, dataset.images["train"], dataset.labels["train"], None
    )
    # One after another: the activations of a hundred layers of all draws would take gigabytes.
    output_std = cell.output_std
    cell.check_all_read()
    draws = [network_signals(network, images, labels, output_std) for network in networks]
    layers = list(draws[0])
    return Probe(
        attributes={
            "probe": {key: value for key, value in task.items() if "replica" not in key}
            | {"draws": task["replicas"]},
            "software": {name: version(name) for name in ("torch", "numpy", "h5py")},
            "device": describe_device(DEVICE),
            "layers": layers,
        },
        signals={
            layer: {name: np.array([draw[layer][name] for draw in draws]) for name in quantities}
            for layer, quantities in draws[0].items()
        },
    )


def network_signals(
    network: nn.Module, images: Tensor, labels: Tensor, output_std: float
) -> dict[str, dict[str, float | np.ndarray]]:
    """Layer -> quantity -> value (see `signals`), by one pass forward and one back.

    The loss is the mean cross-entropy. The network computes in float32 as in training; squares are
    taken in float64, so that a weak signal does not vanish in them.
    """
    layers = weighted_layers(network, images)
    outputs: dict[str, Tensor] = {}

    def keep(name: str, _layer: nn.Module, _inputs: tuple, output: Tensor) -> Tensor | None:
        if name in outputs:
            return None
        outputs[name] = output
        return output.clone()  # what works in place on it leaves the kept one alone

    hooks = [
        layer.register_forward_hook(functools.partial(keep, name)) for name, layer in layers.items()
    ]
    logits = network(images)
    for hook in hooks:
        hook.remove()
    loss = F.cross_entropy(logits, labels)
    weights = [layer.weight for layer in layers.values()]
    gradients = torch.autograd.grad(loss, [*weights, *outputs.values()])
    targets = target_deviations(layers, output_std)
    return {
        name: output_signals(output, channels_of(layers[name]), targets[name])
        | {
            "singular_values": singular_values(layers[name].weight),
            "gradient_norm": weight_gradient.double().norm().item(),
            "preactivation_gradient_norm": output_gradient.double().norm().item(),
        }
        for (name, output), weight_gradient, output_gradient in zip(
            outputs.items(), gradients[: len(layers)], gradients[len(layers) :], strict=True
        )
    }


def output_signals(output: Tensor, channels: int, target_std: float) -> dict[str, float]:
    """The moments of a layer's outputs, and what follows from them; channels: their dimension."""
    samples = output.detach().movedim(channels, -1).flatten(0, -2).double()
    signals = LayerSignals()
    signals.add(samples[:, None], len(output))
    sample = signals.moments
    return {
        "second_moment": samples.square().mean().item(),
        "mean": sample.grand_mean().item(),
        "variance": sample.channel_variance().item(),
        "discrepancy": discrepancy(sample, target_std).item(),
        "dead_fraction": signals.dead_fraction().item(),
        "effective_rank": signals.effective_rank().item(),
        "cosine": signals.cosine().item(),
    }


def singular_values(weight: Tensor) -> np.ndarray:
    """Of a weight as a matrix out x (in kh kw), in float64, largest first."""
    return torch.linalg.svdvals(weight.detach().double().flatten(1)).numpy()
