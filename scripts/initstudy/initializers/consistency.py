"""Consistency-aware initialization: the samples that the network generates match a target.

Layer by layer in forward order, on the outputs of the layers that are done, an affine map moves
the layer's pre-activations towards N(0, tau^2 I), tau = 1, or `output_std` at the logits and
`branch_std` at the end of a residual branch. The map is the one that brings their Gaussian closest
to the target in 2-Wasserstein distance, in a class named by `match`; it is folded into weight and
bias.
"""

import copy
import math
import warnings
from dataclasses import replace

import torch
from torch import Tensor, nn

from initstudy.core.errors import InputError
from initstudy.initializers import Calibration, Context, zero_bias
from initstudy.networks.branches import branches_if_known
from initstudy.networks.layers import channels_of, visit_layers, weighted_layers
from initstudy.networks.moments import Moments, moments

MATCHES = ("scalar", "channel", "joint")
BASES = (
    "orthogonal",
    "normal",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
)
AUTO_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
EIGENVALUE_FLOOR = 1e-3
FEW = 10
"""Outputs a channel, below which a covariance is hardly known."""


def consistency(
    network: nn.Module,
    context: Context,
    match: str = "channel",
    strength: float | str = 1.0,
    base: str = "orthogonal",
    output_std: float | None = None,
    branch_std: float | None = None,
) -> Calibration:
    """Match the pre-activations' moments on the calibration set.

    match: scalar (one factor for all; with output_std 1 the closed form of LSUV), channel (mean
    and variance of each channel) or joint (the whole covariance, as Ledoit & Wolf estimate it).
    strength: how far to go, from 0 (the base initializer) to 1 (the full match), along the
    displacement interpolation; `auto` lets one optimizer step decide (see choose_strength).
    base: the function torch.nn.init.<base>_ that draws the weights, one of BASES.
    output_std: tau at the logits; by default the study's.
    branch_std: tau at the last layer of every residual branch; by default 1 / sqrt(R) with R
    branches, so that their sum stays of order one.

    Raises InputError for an unknown match or base and for a strength outside of [0, 1].
    """
    if match not in MATCHES:
        raise InputError(f"match {match!r}: choose one of {', '.join(MATCHES)}")
    if base not in BASES:
        raise InputError(f"base {base!r}: choose one of {', '.join(BASES)}")
    if strength != "auto" and not (isinstance(strength, int | float) and 0 <= strength <= 1):
        raise InputError(f"strength {strength!r}: choose auto or a number from 0 to 1")
    output_std = context.output_std if output_std is None else output_std
    targets = matched_deviations(network, context, output_std, branch_std)
    if strength == "auto":
        return choose_strength(network, context, match, base, targets)
    match_moments(network, context, match, strength, base, targets)
    return Calibration(samples=len(context.images), strength=strength)


def matched_deviations(
    network: nn.Module, context: Context, output_std: float, branch_std: float | None
) -> dict[nn.Module, float]:
    """Layer -> tau, where it is not 1: at the ends of residual branches, and at the logits."""
    layers = weighted_layers(network, context.example)
    branches = branches_if_known(network, context.example)
    if branch_std is None and branches:
        branch_std = len(branches) ** -0.5
    ends = {layers[branch.layers[-1]]: branch_std for branch in branches}
    return ends | {list(layers.values())[-1]: output_std}


def match_moments(
    network: nn.Module,
    context: Context,
    match: str,
    strength: float,
    base: str,
    targets: dict[nn.Module, float],
) -> None:
    """Draw every layer from `base` and move its pre-activations towards their target."""
    draw = getattr(nn.init, f"{base}_")
    names = {layer: name for name, layer in network.named_modules()}

    def visit(layer: nn.Conv2d | nn.Linear, inputs: Tensor) -> None:
        draw(layer.weight, generator=context.generator)
        zero_bias(layer)
        if strength == 0:
            return
        outputs = layer(inputs).movedim(channels_of(layer), -1).flatten(0, -2)
        sample = moments(outputs[:, None])
        if match == "joint":
            sample = shrunk(sample, outputs, names[layer])
        matrix, offset = affine_map(sample, targets.get(layer, 1.0), match)
        matrix = torch.lerp(torch.eye(len(matrix), dtype=matrix.dtype), matrix, strength)
        weight = matrix @ layer.weight.flatten(1).to(matrix.dtype)
        layer.weight.copy_(weight.view_as(layer.weight))
        if layer.bias is not None:
            layer.bias.copy_(strength * offset)

    visit_layers(network, context.images, visit)


def shrunk(sample: Moments, outputs: Tensor, layer: str) -> Moments:
    """Moments whose covariance is shrunk towards a multiple of the identity (Ledoit & Wolf 2004).

    outputs: N x C, of which `sample` are the moments. Without it the whole covariance would be
    matched on these outputs alone: with 120 channels and 256 of them, others' variance was 5.8.
    """
    try:
        from sklearn.covariance import ledoit_wolf_shrinkage  # takes a second to import
    except ImportError as error:
        raise InputError("match 'joint' needs scikit-learn: pip install scikit-learn") from error

    count, channels = outputs.shape
    if channels * FEW > count:
        warnings.warn(
            f"{layer} has {channels} channels and {count} outputs to match their covariance on,"
            f" fewer than {FEW} a channel: others will be far from the target; raise"
            " calibration_size",
            stacklevel=2,
        )
    share = ledoit_wolf_shrinkage(outputs.double().numpy())
    [covariance] = sample.covariance
    identity = torch.eye(channels, dtype=covariance.dtype)
    mixed = (1 - share) * covariance + share * covariance.trace() / channels * identity
    return replace(sample, covariance=mixed[None])


def affine_map(sample: Moments, tau: float, match: str) -> tuple[Tensor, Tensor]:
    """The map z -> A z + c of class `match` that takes `sample` (K = 1) closest to N(0, tau^2 I).

    Returns A, C x C, and c, C, in float64.
    """
    mean, covariance = sample.mean[0], sample.covariance[0]
    channels = len(mean)
    if match == "scalar":
        total_variance = covariance.diagonal().mean() + mean.var(correction=0)
        scale = inverse_deviation(total_variance)
        return tau * scale * torch.eye(channels, dtype=mean.dtype), torch.zeros_like(mean)
    if match == "channel":
        matrix = tau * torch.diag(inverse_deviation(covariance.diagonal()))
    else:
        eigenvalues, vectors = torch.linalg.eigh(covariance)
        floor = EIGENVALUE_FLOOR * covariance.trace() / channels
        scales = inverse_deviation(eigenvalues.clamp(min=floor))
        matrix = tau * (vectors * scales) @ vectors.T
    return matrix, -matrix @ mean


def inverse_deviation(variance: Tensor) -> Tensor:
    """1 / sqrt(variance); 1 where there is no variance to scale (all inputs are dead, say)."""
    return torch.where(variance > 0, variance, 1.0).rsqrt()


def choose_strength(
    network: nn.Module,
    context: Context,
    match: str,
    base: str,
    targets: dict[nn.Module, float],
) -> Calibration:
    """Initialize with the strength after which one optimizer step lowers the loss the most.

    For each strength the network is drawn anew from the same random numbers and takes one step on
    one labelled batch; the decrease is that of the loss on a second, disjoint batch, both as large
    as the calibration set. The decrease decides and not the loss after the step, since every first
    loss is close to ln(classes) and the smallest may be that of a start that does not move at all.
    A tie goes to the smaller strength; a loss that is not finite counts as no decrease.
    """
    size = len(context.images)
    images, labels = context.labelled_batch(2 * size)
    step_batch, probe_batch = zip(images.split(size), labels.split(size), strict=True)
    random_state = context.generator.get_state()
    best_decrease, best_strength, best_parameters = -math.inf, 0.0, None
    for strength in AUTO_STRENGTHS:
        context.generator.set_state(random_state)
        match_moments(network, context, match, strength, base, targets)
        parameters = copy.deepcopy(network.state_dict())
        decrease = decrease_after_step(network, context, step_batch, probe_batch)
        if best_parameters is None or decrease > best_decrease:
            best_decrease, best_strength, best_parameters = decrease, strength, parameters
    network.load_state_dict(best_parameters)
    # Strength 0 looks at no calibration inputs; every strength needs one batch for its step,
    # forward and backward, and the other one twice.
    matched = sum(strength > 0 for strength in AUTO_STRENGTHS)
    return Calibration(
        samples=size * (matched + 3 * len(AUTO_STRENGTHS)),
        backward_samples=size * len(AUTO_STRENGTHS),
        steps=len(AUTO_STRENGTHS),
        strength=best_strength,
    )


def decrease_after_step(
    network: nn.Module,
    context: Context,
    step_batch: tuple[Tensor, Tensor],
    probe_batch: tuple[Tensor, Tensor],
) -> float:
    """By how much one optimizer step on `step_batch` lowers the loss on `probe_batch`, in nats.

    -inf where a loss is not finite. The network is left after its step.
    """

    def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
        images, labels = batch
        return nn.functional.cross_entropy(network(images), labels)

    before = loss(probe_batch)
    optimizer = context.optimizer(network.parameters())
    optimizer.zero_grad()
    with torch.enable_grad():
        loss(step_batch).backward()
    optimizer.step()
    optimizer.zero_grad()
    decrease = float(before - loss(probe_batch))
    return decrease if math.isfinite(decrease) else -math.inf
