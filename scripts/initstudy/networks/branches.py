"""Where a network's residual branches are: read from the graph of its forward pass."""

import copy
import operator
import warnings
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from initstudy.core.errors import InputError
from initstudy.networks.layers import weighted_layers
from initstudy.networks.replicated.tracing import traced

SUMS = (operator.add, torch.add, "add")
PRODUCTS = (operator.mul, torch.mul, "mul")


@dataclass(frozen=True)
class Branch:
    """What is added to a shortcut."""

    layers: tuple[str, ...]
    """The branch's weighted layers, in the order in which a pass calls them."""
    shortcut: tuple[str, ...]
    """The shortcut's, which has fewer; none if it is the identity."""
    norms: tuple[str, ...]
    """The branch's modules with a scale for each channel (normalisations), in that order."""
    last_norm: str | None
    """The one that comes after all of the layers, if there is one."""
    scales: tuple[str, ...]
    """The parameters of a single number that something of the branch is multiplied by."""


def residual_branches(network: nn.Module, images: Tensor) -> list[Branch]:
    """The branches of a network, in the order of their sums.

    A sum of two values that come from different weighted layers joins a branch, which has more of
    them than the other, and a shortcut. Raises InputError for a network whose forward pass cannot
    be read as a graph.
    """
    try:
        graph = traced(copy.deepcopy(network), training=True)
    except (fx.proxy.TraceError, TypeError, RuntimeError) as error:
        raise InputError(
            f"the residual branches of this network cannot be found: {error}; write its forward"
            " pass so that torch.fx can trace it"
        ) from error
    order = list(weighted_layers(network, images))
    before = _ancestors(graph)
    images_node = next(node for node in graph.nodes if node.op == "placeholder")
    branches = []
    for node in graph.nodes:
        terms = [before[term] for term in node.args if isinstance(term, fx.Node)]
        # A parameter that is added is not computed from the images.
        if node.target not in SUMS or sum(images_node in term for term in terms) != 2:
            continue
        sides = [sorted(terms[0] - terms[1]), sorted(terms[1] - terms[0])]
        shortcut, branch = sorted(sides, key=lambda side: len(_layers(side, order)))
        if len(_layers(branch, order)) > len(_layers(shortcut, order)):
            branches.append(_branch(network, branch, shortcut, order))
    return branches


def branches_if_known(network: nn.Module, images: Tensor) -> list[Branch]:
    """As `residual_branches`; none, with a warning, where the graph cannot be read."""
    try:
        return residual_branches(network, images)
    except InputError as error:
        warnings.warn(f"{error}; it is initialized as if it had none", stacklevel=2)
        return []


def _branch(
    network: nn.Module, nodes: list[fx.Node], shortcut: list[fx.Node], order: list[str]
) -> Branch:
    """What the nodes of a branch, and of its shortcut, are; order: of the weighted layers."""
    modules, layers = _modules(nodes), _layers(nodes, order)
    norms = [
        name
        for name in modules
        if name not in order and getattr(network.get_submodule(name), "weight", None) is not None
    ]
    behind = modules[1 + max(map(modules.index, layers)) :]
    scalars = {
        name
        for name, parameter in network.named_parameters(remove_duplicate=False)
        if parameter.numel() == 1
    }
    factors = [
        factor for node in nodes if node.target in PRODUCTS for factor in node.all_input_nodes
    ]
    return Branch(
        layers=layers,
        shortcut=_layers(shortcut, order),
        norms=tuple(norms),
        last_norm=norms[-1] if norms and norms[-1] in behind else None,
        scales=tuple(factor.target for factor in factors if factor.target in scalars),
    )


def _ancestors(graph: fx.Graph) -> dict[fx.Node, frozenset[fx.Node]]:
    """What each node is computed from, itself included."""
    found: dict[fx.Node, frozenset] = {}
    for node in graph.nodes:
        found[node] = frozenset({node}.union(*(found[each] for each in node.all_input_nodes)))
    return found


def _modules(nodes: list[fx.Node]) -> list[str]:
    """The names of the modules that nodes call."""
    return [node.target for node in nodes if node.op == "call_module"]


def _layers(nodes: list[fx.Node], order: list[str]) -> tuple[str, ...]:
    """Those that are weighted layers, in the order of the pass."""
    called = _modules(nodes)
    return tuple(name for name in order if name in called)
