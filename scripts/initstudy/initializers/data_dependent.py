"""Published initializers that look at unlabelled data."""

import torch
from torch import Tensor, nn

from initstudy.initializers import Calibration, Context, zero_bias
from initstudy.networks.layers import channels_of, visit_layers, weighted_layers


def lsuv(
    network: nn.Module, context: Context, tolerance: float = 0.1, max_iterations: int = 10
) -> Calibration:
    """Layer-sequential unit variance (Mishkin & Matas 2015, algorithm 1).

    Orthonormal weights and zero biases; then, layer by layer from the first to the last, weights
    are divided by the standard deviation of the layer's outputs until their variance is within
    `tolerance` of 1, at most `max_iterations` times. Passing the set once more through each layer
    costs one pass.
    """
    passes = 1

    def visit(layer: nn.Conv2d | nn.Linear, inputs: Tensor) -> None:
        nonlocal passes
        nn.init.orthogonal_(layer.weight, generator=context.generator)
        zero_bias(layer)
        variance = layer(inputs).var()
        iterations = 0
        # No factor helps outputs that are constant (all inputs are dead, say).
        while variance > 0 and abs(variance - 1) >= tolerance and iterations < max_iterations:
            layer.weight /= variance.sqrt()
            variance = layer(inputs).var()
            iterations += 1
        passes = max(passes, 1 + iterations)

    visit_layers(network, context.images, visit)
    return Calibration(samples=passes * len(context.images))


def salimans_kingma(network: nn.Module, context: Context, std: float = 0.05) -> Calibration:
    """Weight normalization's data-dependent initialization (Salimans & Kingma 2016, section 3).

    Directions from N(0, std^2), then, layer by layer, scale g = 1 / sigma and bias b = -mu / sigma
    of every channel, mu and sigma of its outputs: what weight normalization starts as, in ordinary
    weights. Consistency by `channel` does the same from another base and has a target of its own
    for the logits.
    """
    draw_normalized(network, context, std)
    return Calibration(samples=len(context.images))


def kraehenbuehl(
    network: nn.Module,
    context: Context,
    tolerance: float = 0.01,
    max_iterations: int = 100,
    damping: float = 0.25,
) -> Calibration:
    """Data-dependent initialization with random filters (Kraehenbuehl et al. 2015).

    Within layers (algorithm 1): weights from N(0, 1), then every channel of a layer's outputs is
    brought to mean 0 (the paper's offset beta is 0) and standard deviation 1. Between layers
    (algorithm 2): layers are rescaled until the fastest changes by at most `tolerance` faster than
    the slowest, relative to its weights; one loss decides all the way. A layer that does not change
    at all (all its inputs are dead, say) ends it.
    """
    draw_normalized(network, context, std=1.0)
    layers = list(weighted_layers(network, context.example).values())
    logits = (len(context.images), len(layers[-1].weight))
    direction = torch.randn(logits, generator=context.generator)
    iterations = 0
    for _ in range(max_iterations):
        rates = rates_of_change(network, context, direction)
        iterations += 1
        spread = rates.max() / rates.min()
        if spread <= 1 + tolerance or not spread.isfinite():
            break
        balance(layers, rates, damping)
    size = len(context.images)
    return Calibration(samples=(1 + iterations) * size, backward_samples=iterations * size)


def draw_normalized(network: nn.Module, context: Context, std: float) -> None:
    """Weights from N(0, std^2), then every channel of outputs brought to mean 0, deviation 1."""

    def visit(layer: nn.Conv2d | nn.Linear, inputs: Tensor) -> None:
        nn.init.normal_(layer.weight, 0, std, generator=context.generator)
        zero_bias(layer)
        normalize_channels(layer, inputs)

    visit_layers(network, context.images, visit)


def normalize_channels(layer: nn.Conv2d | nn.Linear, inputs: Tensor) -> None:
    """Give each output channel mean 0 and standard deviation 1 over the inputs and positions.

    A channel that is constant (all its inputs are dead, say) is only centred.
    """
    outputs = layer(inputs).movedim(channels_of(layer), 0).flatten(1)
    std, mean = torch.std_mean(outputs, dim=1, correction=0)
    std = torch.where(std > 0, std, 1.0)
    layer.weight /= std.view(-1, *[1] * (layer.weight.dim() - 1))
    if layer.bias is not None:
        layer.bias.copy_((layer.bias - mean) / std)


def rates_of_change(network: nn.Module, context: Context, direction: Tensor) -> Tensor:
    """By how much a gradient step would change each layer, relative to its weights: L.

    The ratio of the gradient's norm to the weights', for the random linear loss <eta, logits>,
    eta from N(0, I), which is `direction`. As eta is drawn for each image by itself, the square of
    the batch's gradient is, in expectation, the sum of the squares of the images' gradients, which
    the paper averages.
    """
    weights = [layer.weight for layer in weighted_layers(network, context.example).values()]
    with torch.enable_grad():
        loss = (direction * network(context.images)).sum()
        gradients = torch.autograd.grad(loss, weights)
    pairs = zip(gradients, weights, strict=True)
    return torch.stack([gradient.norm() / weight.norm() for gradient, weight in pairs])


def balance(layers: list[nn.Conv2d | nn.Linear], rates: Tensor, damping: float) -> None:
    """Move every layer's rate of change towards the geometric mean of all of them.

    Weights times r divide their rate by r^2. The factors multiply to 1 and biases follow the scale
    of their layer's outputs, so that a network of ReLU and pooling, positively homogeneous,
    computes the same function as before.
    """
    log_rates = rates.log()
    factors = (0.5 * damping * (log_rates - log_rates.mean())).exp()
    output_scales = factors.cumprod(dim=0)
    for layer, factor, output_scale in zip(layers, factors, output_scales, strict=True):
        layer.weight *= factor
        if layer.bias is not None:
            layer.bias *= output_scale
