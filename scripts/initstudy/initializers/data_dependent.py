"""Published initializers that look at unlabelled data."""

from torch import nn

from initstudy.initializers import Calibration, Context
from initstudy.networks import layer_inputs


def lsuv(
    network: nn.Sequential, context: Context, tolerance: float = 0.1, max_iterations: int = 10
) -> Calibration:
    """Layer-sequential unit variance (Mishkin & Matas 2015, algorithm 1).

    Orthonormal weights and zero biases; then, layer by layer from the first to the last, weights
    are divided by the standard deviation of the layer's outputs until their variance is within
    `tolerance` of 1, at most `max_iterations` times.
    """
    samples = 0
    for layer, inputs in layer_inputs(network, context.images):
        nn.init.orthogonal_(layer.weight, generator=context.generator)
        layer.bias.zero_()
        for _ in range(max_iterations):
            variance = layer(inputs).var()
            samples += len(inputs)
            if abs(variance - 1) < tolerance:
                break
            layer.weight /= variance.sqrt()
    return Calibration(samples=samples)
