"""Where a network's residual branches are: read from the graph of its forward pass."""

import copy
import operator
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from initstudy.core.errors import InputError
from initstudy.networks.layers import weighted_layers
from initstudy.networks.replicated.tracing import traced

SUMS = (operator.add, torch.add, "add")


@dataclass(frozen=True)
class Branch:
    """What is added to a shortcut."""

    layers: tuple[str, ...]
    """The branch's weighted layers, in the order in which a pass calls them."""
    shortcut: tuple[str, ...]
    """The shortcut's, which has fewer; none if it is the identity."""
    norms: tuple[str, ...]
    """The branch's modules with a scale for each channel (normalisations), in that order."""


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
        sides = [_modules(terms[0] - terms[1]), _modules(terms[1] - terms[0])]
        weighted = [tuple(name for name in order if name in side) for side in sides]
        if len(weighted[0]) < len(weighted[1]):
            sides.reverse()
            weighted.reverse()
        branch, shortcut = weighted
        if len(branch) > len(shortcut):
            modules = [(name, network.get_submodule(name)) for name in sides[0]]
            norms = tuple(
                name
                for name, module in modules
                if name not in order and getattr(module, "weight", None) is not None
            )
            branches.append(Branch(branch, shortcut, norms))
    return branches


def _ancestors(graph: fx.Graph) -> dict[fx.Node, frozenset[fx.Node]]:
    """What each node is computed from, itself included."""
    found: dict[fx.Node, frozenset] = {}
    for node in graph.nodes:
        found[node] = frozenset({node}.union(*(found[each] for each in node.all_input_nodes)))
    return found


def _modules(nodes: frozenset) -> list[str]:
    """The names of the modules that nodes call, in the order of the graph."""
    return [node.target for node in sorted(nodes) if node.op == "call_module"]
