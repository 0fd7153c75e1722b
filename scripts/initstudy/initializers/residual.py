"""Initializers for residual networks: every block starts as its shortcut, or close to it.

What a method adds to a network (a scalar for every branch, say) is an option of the network's; here
it is set, and a network without it is refused.
"""

from torch import nn

from initstudy.core.errors import InputError
from initstudy.initializers import Context
from initstudy.initializers.fixed import he_normal, pytorch_default
from initstudy.networks.branches import Branch, residual_branches
from initstudy.networks.layers import weighted_layers


def fixup(network: nn.Module, context: Context) -> None:
    """Fixup (Zhang et al. 2019): training without normalisation.

    With L branches of m layers, a branch's layers are He's times L^(-1 / (2m - 2)), its last layer
    zero, as is the one that gives the logits; branches are multiplied by 1. Scalars that are added
    stay as the network has them, at 0. As in the authors' code, fan_out counts. Layers outside of
    branches are He's.

    Raises InputError for a network without Fixup's scalars.
    """
    branches = branches_of(network, context, "fixup")
    layers = weighted_layers(network, context.example)
    inside = {name for branch in branches for name in branch.layers}
    for branch in branches:
        if not branch.scales or any(layers[name].bias is not None for name in branch.layers):
            raise InputError(
                "fixup needs its scalars in every residual branch in the place of biases; give the"
                " network the option fixup: true"
            )
    set_scales(network, branches, 1.0)
    he_normal(network, context, mode="fan_out")
    for branch in branches:
        shrink = len(branches) ** (-1 / (2 * max(len(branch.layers), 2) - 2))
        for name in branch.layers:
            layers[name].weight *= shrink
        layers[branch.layers[-1]].weight.zero_()
    last = list(layers)[-1]
    if last not in inside:
        layers[last].weight.zero_()


def skipinit(network: nn.Module, context: Context, scale: float = 0.0) -> None:
    """SkipInit (De & Smith 2020): He's weights; the scalar of every branch starts at `scale`.

    0 as published; the paper also tries 1 / sqrt(d), with d branches.

    Raises InputError for a network without a scalar in every branch.
    """
    set_scales(network, scaled_branches(network, context, "skipinit"), scale)
    he_normal(network, context)


def rezero(network: nn.Module, context: Context) -> None:
    """ReZero (Bachlechner et al. 2020): PyTorch's own weights; every branch's scalar starts at 0.

    As in the authors' code, which leaves layers as they are constructed.

    Raises InputError for a network without a scalar in every branch.
    """
    set_scales(network, scaled_branches(network, context, "rezero"), 0.0)
    pytorch_default(network, context)


def zero_gamma(network: nn.Module, context: Context) -> None:
    """He's weights; the last normalisation of every branch starts at scale 0 (Goyal et al. 2017).

    Raises InputError for a network without a normalisation at the end of every branch.
    """
    he_normal(network, context)
    for branch in branches_of(network, context, "zero_gamma"):
        if branch.last_norm is None:
            raise InputError(
                "zero_gamma needs a normalisation behind the last layer of every residual branch;"
                " choose norm: batch"
            )
        network.get_submodule(branch.last_norm).weight.zero_()


def branches_of(network: nn.Module, context: Context, method: str) -> list[Branch]:
    """The network's residual branches. Raises InputError if there are none."""
    branches = residual_branches(network, context.example)
    if not branches:
        raise InputError(
            f"{method} is about residual branches, which this network has none of; choose a"
            " residual network, such as resnet"
        )
    return branches


def scaled_branches(network: nn.Module, context: Context, method: str) -> list[Branch]:
    """As `branches_of`. Raises InputError for a branch that no scalar multiplies, too."""
    branches = branches_of(network, context, method)
    if not all(branch.scales for branch in branches):
        raise InputError(
            f"{method} needs a scalar in every residual branch; give the network the option"
            " branch_scale: true"
        )
    return branches


def set_scales(network: nn.Module, branches: list[Branch], value: float) -> None:
    """Set the scalars that multiply branches."""
    for branch in branches:
        for name in branch.scales:
            network.get_parameter(name).fill_(value)
