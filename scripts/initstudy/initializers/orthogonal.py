"""Orthogonal matrices, and the deterministic ones of ZerO.

A weight of shape out x in (x kh x kw) becomes a matrix with orthonormal rows, or columns where
there are more rows than columns. Biases are zero.
"""

import math

import torch
from torch import Tensor, nn

from initstudy.core.errors import InputError
from initstudy.initializers import Context, zero_bias
from initstudy.networks import activations
from initstudy.networks.branches import branches_if_known
from initstudy.networks.layers import weighted_layers


def orthogonal(network: nn.Module, context: Context, gain: float | str = 1.0) -> None:
    """Uniformly random orthogonal matrices, out x (in kh kw) (Saxe et al. 2013).

    gain: factor of every weight; 1 is the published default, `activation` He's for the network's
    nonlinearity.
    """
    factor = factor_of(gain, context)
    for layer in weighted_layers(network, context.example).values():
        nn.init.orthogonal_(layer.weight, factor, generator=context.generator)
        zero_bias(layer)


def delta_orthogonal(network: nn.Module, context: Context, gain: float | str = 1.0) -> None:
    """A random orthogonal matrix at the kernel's centre, zero elsewhere (Xiao et al. 2018).

    A convolution then acts on every pixel alone and keeps its norm. The paper needs
    in <= out; a layer with fewer outputs gets orthonormal rows, which keep all that they can.
    gain: as in `orthogonal`.
    """
    factor = factor_of(gain, context)
    for layer in weighted_layers(network, context.example).values():
        matrix = torch.empty(layer.weight.shape[:2])
        nn.init.orthogonal_(matrix, factor, generator=context.generator)
        # Of a kernel of even size the first of both in the middle, as TensorFlow has it.
        set_tap(layer, matrix, [(size - 1) // 2 for size in layer.weight.shape[2:]])
        zero_bias(layer)


def zero_hadamard(network: nn.Module, context: Context) -> None:
    """ZerO (Zhao et al. 2021): zeros and ones up to a factor, without any randomness.

    A layer that does not widen is a partial identity; one that does is the corner of a Hadamard
    matrix, whose columns differ from each other, unlike the zeros that an identity would append.
    Kernels hold it at their centre. The Hadamard matrix is scaled to be orthogonal, as in the
    authors' code. The last layer of a residual branch is zero.
    """
    ends = {branch.layers[-1] for branch in branches_if_known(network, context.example)}
    for name, layer in weighted_layers(network, context.example).items():
        outputs, inputs = layer.weight.shape[:2]
        if name in ends:
            matrix = torch.zeros(outputs, inputs)
        elif outputs <= inputs:
            matrix = torch.eye(outputs, inputs)
        else:
            matrix = hadamard(math.ceil(math.log2(outputs)))[:outputs, :inputs]
        set_tap(layer, matrix, [size // 2 for size in layer.weight.shape[2:]])
        zero_bias(layer)


def factor_of(gain: float | str, context: Context) -> float:
    """A gain as a number. Raises InputError for text other than `activation`."""
    if gain == "activation":
        return activations.gain(context.activation)
    if isinstance(gain, str):
        raise InputError(f"gain {gain!r}: choose activation or a number")
    return gain


def hadamard(order: int) -> Tensor:
    """Sylvester's Hadamard matrix of 2^order rows, divided by its norm so that it is orthogonal."""
    matrix = torch.ones(1, 1)
    block = torch.tensor([[1.0, 1.0], [1.0, -1.0]])
    for _ in range(order):
        matrix = torch.kron(block, matrix)
    return matrix / math.sqrt(len(matrix))


def set_tap(layer: nn.Conv2d | nn.Linear, matrix: Tensor, place: list[int]) -> None:
    """Set a weight to `matrix` (out x in), at a place of a kernel whose rest is zero."""
    layer.weight.zero_()
    layer.weight[:, :, *place] = matrix
