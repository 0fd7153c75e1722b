"""The graph of a network's forward pass, without changes in place, pooling before ReLU."""

import operator
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import fx, nn
from torch.nn.utils import parametrize

from initstudy.core import seeds

WEIGHTED = (nn.Conv2d, nn.Linear)


class _Tracer(fx.Tracer):
    """Goes into modules but PyTorch's own, weighted ones, and those that it cannot follow."""

    proxy_buffer_attributes = True

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        known = super().is_leaf_module(module, name)
        return known or isinstance(module, WEIGHTED) or parametrize.is_parametrized(module)

    def call_module(self, module: nn.Module, forward: Callable, args: tuple, kwargs: dict):
        last, random_state = self._last_node(), seeds.GlobalState()
        attributes, buffers = vars(module).copy(), module._buffers.copy()
        try:
            output = super().call_module(module, forward, args, kwargs)
            changed = [*vars(module).values(), *module._buffers.values()]
            if random_state.is_current() and not any(isinstance(x, fx.Proxy) for x in changed):
                return output
        except (fx.proxy.TraceError, TypeError, RuntimeError):
            pass
        # It decides by numbers, draws some, or keeps some for the next pass: it is one node.
        while self._last_node() is not last:
            self.graph.erase_node(self._last_node())
        vars(module).update(attributes)
        module._buffers.update(buffers)
        random_state.restore()
        return self.create_proxy("call_module", self.path_of_module(module), args, kwargs)

    def _last_node(self) -> fx.Node:
        return next(iter(reversed(self.graph.nodes)))


def traced(network: nn.Module, training: bool) -> fx.Graph:
    """What `network` does in training or evaluation mode.

    Raises what torch.fx raises for a network that it cannot follow, and RuntimeError for one that
    draws random numbers of no module.
    """
    network.train(training)
    random_state = seeds.GlobalState()
    graph = _Tracer().trace(network)
    if not random_state.is_current():
        random_state.restore()
        raise RuntimeError("its forward pass draws random numbers")
    _replace_changes_in_place(graph, network)
    _pool_first(graph, network)
    graph.lint()
    return graph


def does_as_its_class(module: nn.Module) -> bool:
    """Whether a call of the module does what its class says: no hooks, no forward of its own."""
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
    more = (module._backward_pre_hooks, "forward" in vars(module))
    return not any(hooks) and not any(more)


def _replace_changes_in_place(graph: fx.Graph, network: nn.Module) -> None:
    """Functions that change their first argument make a new one, which what comes later takes.

    `functions` and `weighted` do not change their inputs either.
    """
    for node in graph.nodes:
        changed = node.args[0] if node.args else None
        if isinstance(changed, fx.Node) and _make_out_of_place(node, network):
            for user in list(changed.users):
                if node < user:
                    user.replace_input_with(changed, node)


def _make_out_of_place(node: fx.Node, network: nn.Module) -> bool:
    """Whether the node changed its first argument."""
    if node.op == "call_module":
        return getattr(network.get_submodule(node.target), "inplace", False)
    if node.op == "call_method" and node.target.endswith("_") and not node.target.endswith("__"):
        node.target = node.target[:-1]
        return True
    if node.op != "call_function":
        return False
    if node.kwargs.get("inplace"):
        node.kwargs = node.kwargs | {"inplace": False}
        return True
    name, module = node.target.__name__, getattr(node.target, "__module__", None)
    if module == "_operator" and name.startswith("i") and hasattr(operator, name[1:]):
        node.target = getattr(operator, name[1:])
        return True
    if name.endswith("_") and not name.endswith("__"):
        for place in (F, torch):
            if hasattr(place, name[:-1]):
                node.target = getattr(place, name[:-1])
                return True
    return False


def _pool_first(graph: fx.Graph, network: nn.Module) -> None:
    """Move each max-pooling before its ReLU.

    ReLU is monotone, so the function is the same, and ReLU has a quarter of the work.
    """
    for pooling in list(graph.nodes):
        relu = pooling.args[0] if pooling.args else None
        if not isinstance(relu, fx.Node) or len(relu.users) > 1 or not relu.args:
            continue
        if is_plain(pooling, network, nn.MaxPool2d) and is_plain(relu, network, nn.ReLU):
            before = relu.args[0]
            pooling.replace_all_uses_with(relu)
            pooling.args, relu.args = (before,), (pooling,)
            pooling.append(relu)


def is_plain(node: fx.Node, network: nn.Module, kind: type) -> bool:
    """Whether a node calls a module of just this class that does as its class says."""
    if node.op != "call_module":
        return False
    module = network.get_submodule(node.target)
    return type(module) is kind and does_as_its_class(module) and len(node.args) == 1
