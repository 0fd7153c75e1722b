"""Weight initializers, one function each, in the file of its family.

An initializer is a function (network, context, **options) that sets every parameter of an
nn.Sequential in place, with gradients off. It returns a Calibration if it looked at data, or None.

Each one is as published. What a publication leaves open for the networks of this study, such as
LeNet-5, is decided here, alike for all of them:

- Biases are zero, unless the method sets them (PyTorch's default, Kraehenbuehl, consistency).
- The last layer is drawn like the others; only consistency has a target of its own for the logits.
- Every convolution is a convolution: C5, whose kernel covers its whole input, too. fan_in counts
  the kernel's positions and input channels, fan_out the positions and output channels, whatever
  the stride; a weight as a matrix is out x (in kh kw).
- A gain belongs to a method that names one: He's sqrt(2) for ReLU. Xavier, LeCun and the
  orthogonal ones keep theirs of 1 although ReLU halves the second moment.
- Pooling has no weights and changes no rule; "outputs of a layer" are those before ReLU, pooling
  and BatchNorm.
- BatchNorm starts at scale 1 and shift 0 and normalises by batch statistics meanwhile (by none in
  MetaInit, as published).
- Methods that rescale what another one has drawn (MetaInit, GradInit) start from He's weights.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from initstudy.optimizers import Optimizer


@dataclass(frozen=True)
class Calibration:
    """What an initialization cost, and what it chose."""

    samples: int = 0
    """Samples passed forward; one that passes twice counts twice."""
    steps: int = 0
    """Optimizer steps taken on the way."""
    strength: float = torch.nan
    """The strength that was applied, where the method has one."""


@dataclass(frozen=True)
class Context:
    """What an initializer may use; all of it belongs to one replica."""

    generator: torch.Generator
    """Source of the weights' randomness."""
    images: Tensor
    """The calibration set: n x 3 x 32 x 32 unlabelled inputs, normalised as in training."""
    labelled_batch: Callable[[int], tuple[Tensor, Tensor]]
    """labelled_batch(size): the next images and labels of the training set, in an order of the
    replica's own; successive batches are disjoint until the set is used up."""
    optimizer: Callable[[Iterable[Tensor]], Optimizer]
    """optimizer(parameters): a new optimizer of the kind and settings used in training."""
    output_std: float
    """The target standard deviation of the logits."""


def initialize(
    network: nn.Sequential, initializer: Callable, options: dict, context: Context
) -> Calibration:
    """Set the parameters of `network` in place.

    BatchNorm normalises by batch statistics meanwhile; its running statistics start afresh after.
    """
    network.train()
    with torch.no_grad():
        calibration = initializer(network, context, **options)
    for module in network:
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.reset_running_stats()
    return calibration or Calibration()
