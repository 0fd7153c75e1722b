"""Weight initializers, one function each, in the file of its family.

An initializer is a function (network, context, **options) that sets the parameters of an nn.Module
in place, with gradients off. It returns a Calibration if it looked at data; what else it returns
does not count.

Each one is as published. What a publication leaves open for the networks of this study, such as
LeNet-5, is decided here, alike for all of them:

- Biases are zero, unless the method sets them (PyTorch's default, Kraehenbuehl, consistency).
- The last layer is drawn like the others; only consistency has a target of its own for the logits.
- Every convolution is a convolution: C5, whose kernel covers its whole input, too. fan_in counts
  the kernel's positions and input channels, fan_out the positions and output channels, whatever
  the stride; a weight as a matrix is out x (in kh kw).
- A gain belongs to a method that names one: He's sqrt(2) for ReLU, and what stands in its place
  for other nonlinearities (networks.activations.gain). Xavier, LeCun and the orthogonal ones keep
  theirs of 1 although ReLU halves the second moment.
- Pooling has no weights and changes no rule; "outputs of a layer" are those before ReLU, pooling
  and BatchNorm.
- BatchNorm starts at scale 1 and shift 0 and normalises by batch statistics meanwhile (by none in
  MetaInit, as published).
- Methods that rescale what another one has drawn (MetaInit, GradInit) start from He's weights.
"""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from initstudy.core.errors import InputError
from initstudy.networks.layers import WEIGHTED
from initstudy.optimizers import Optimizer


@dataclass(frozen=True)
class Calibration:
    """What an initialization cost, and what it chose."""

    samples: int = 0
    """Samples passed forward; one that passes twice counts twice."""
    backward_samples: float = 0
    """Samples passed backward, at twice the arithmetic of forward. Where gradients are derived
    again, they count as many times as that costs (see gradient_based)."""
    steps: int = 0
    """Optimizer steps taken on the way."""
    strength: float = torch.nan
    """The strength that was applied, where the method has one."""
    discrepancies: dict[str, float] = field(default_factory=dict)
    """Of the layers on the calibration set, where there is one; no initializer needs to say it."""


@dataclass(frozen=True)
class Context:
    """What an initializer may use; all of it belongs to one replica."""

    generator: torch.Generator
    """Source of the weights' randomness."""
    images: Tensor
    """The calibration set: n x C x S x S unlabelled inputs, normalised as in training."""
    labelled_batch: Callable[[int], tuple[Tensor, Tensor]]
    """labelled_batch(size): the next images and labels of the training set, in an order of the
    replica's own; successive batches are disjoint until the set is used up."""
    optimizer: Callable[[Iterable[Tensor]], Optimizer]
    """optimizer(parameters): a new optimizer of the kind and settings used in training."""
    output_std: float
    """The target standard deviation of the logits."""
    activation: str = "relu"
    """The network's nonlinearity, by its name on the axis; `own` of one that takes none."""

    @property
    def example(self) -> Tensor:
        """Two blank inputs of the network: enough to see which layers a pass calls.

        The calibration set is empty for initializers that do not look at it.
        """
        return self.images.new_zeros(2, *self.images.shape[1:])


def initialize(
    network: nn.Module, initializer: Callable, options: dict, context: Context
) -> Calibration:
    """Set the parameters of `network` in place.

    BatchNorm normalises by batch statistics meanwhile; its running statistics start afresh after.
    A weight that a layer computes from others (a parametrization, such as weight_norm) is set as if
    it were one, and the others by its inverse. Raises InputError if there is none.
    """
    plain = without_parametrizations(network)
    plain.train()
    with torch.no_grad():
        calibration = initializer(plain, context, **options)
        if plain is not network:
            take_over(network, plain)
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._NormBase):
            module.reset_running_stats()
    network.train()
    return calibration if isinstance(calibration, Calibration) else Calibration()


def without_parametrizations(network: nn.Module) -> nn.Module:
    """The network itself, or a copy in which every weight is a parameter.

    Raises InputError for a weight that a hook computes (the old torch.nn.utils.weight_norm).
    """
    for name, module in network.named_modules():
        settable = "weight" in module._parameters or parametrize.is_parametrized(module, "weight")
        if isinstance(module, WEIGHTED) and not settable:
            raise InputError(
                f"the weight of {name} is no parameter, so no initializer can set it; use"
                " torch.nn.utils.parametrizations in place of hooks"
            )
    if not any(map(parametrize.is_parametrized, network.modules())):
        return network
    plain = copy.deepcopy(network)
    for module in list(plain.modules()):
        for tensor in list(getattr(module, "parametrizations", ())):
            parametrize.remove_parametrizations(module, tensor, leave_parametrized=True)
    return plain


def take_over(network: nn.Module, plain: nn.Module) -> None:
    """Set the parameters of `network` to those of its copy without parametrizations."""
    own = dict(network.named_parameters())
    for name, value in plain.named_parameters():
        if name in own:
            own[name].copy_(value)
            continue
        path, _, tensor = name.rpartition(".")
        try:
            setattr(network.get_submodule(path), tensor, value)
        except NotImplementedError as error:
            raise InputError(
                f"the parametrization of {name} has no right_inverse, which an initializer needs"
            ) from error


def zero_bias(layer: nn.Conv2d | nn.Linear) -> None:
    """Set the bias to zero, if there is one."""
    if layer.bias is not None:
        layer.bias.zero_()
