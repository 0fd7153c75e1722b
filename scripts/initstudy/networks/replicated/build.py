"""From K networks' graph to operations for all of them."""

import copy
from collections.abc import Callable, Sequence

import torch.nn.functional as F
from torch import fx, nn

from initstudy.networks.replicated.functions import (
    CHANNELWISE_MODULES,
    ELEMENTWISE_MODULES,
    Channelwise,
    Elementwise,
    ReplicatedDropout,
    ReplicatedDropoutFunction,
    ReplicatedFlatten,
    ReplicatedFunction,
    StackedTensor,
)
from initstudy.networks.replicated.normalizing import NORMS
from initstudy.networks.replicated.operation import Operation
from initstudy.networks.replicated.slower import ReplicatedModule
from initstudy.networks.replicated.stacks import Stacks
from initstudy.networks.replicated.streams import ReplicaRandom
from initstudy.networks.replicated.tracing import does_as_its_class, traced
from initstudy.networks.replicated.weighted import (
    PooledConvolution,
    ReplicatedConv2d,
    ReplicatedLinear,
)

WEIGHTED = {nn.Conv2d: ReplicatedConv2d, nn.Linear: ReplicatedLinear}


class Builder:
    """Makes the operations of a replicated network; a module has one, however often it is called,
    in training and in evaluation mode."""

    def __init__(self, networks: Sequence[nn.Module], layers: Sequence[str]):
        """layers: the names of the weighted layers that a pass calls, in order."""
        # torch.fx may leave marks.
        self.network = copy.deepcopy(networks[0])
        self.layers = layers
        self.stacks = Stacks(networks)
        self.random = ReplicaRandom(len(networks))
        self.operations: dict[str, Operation] = {}

    def whole(self) -> Callable:
        """The network as one operation."""
        return self._operation("network", lambda: self._any_module(""))

    def program(self, training: bool) -> fx.GraphModule:
        """Activations -> activations, as the network does in training or evaluation mode."""
        graph = traced(self.network, training)
        for node in list(graph.nodes):
            self._replace(node, training)
        _fuse_pooled_convolutions(graph, self.operations)
        graph.lint()
        return fx.GraphModule(self.operations, graph)

    def _replace(self, node: fx.Node, training: bool) -> None:
        """Let a node call the operation that does it for all replicas."""
        if node.op == "call_module":
            # A dot would make it a module of a module.
            name = f"module/{node.target.replace('.', '/')}"
            path = node.target
            single = len(node.args) == 1 and not node.kwargs
            self._operation(name, lambda: self._of_module(path, single))
        elif node.op in ("call_function", "call_method"):
            name = f"{'training' if training else 'evaluation'}/{node.name}"
            self._operation(name, lambda: self._of_function(node.target))
        elif node.op == "get_attr":
            name = f"tensor/{node.target.replace('.', '/')}"
            self._operation(name, lambda: StackedTensor(self.stacks[node.target]))
        else:
            return
        node.op, node.target = "call_module", name

    def _operation(self, name: str, make: Callable[[], Operation]) -> Operation:
        if name not in self.operations:
            self.operations[name] = make()
        return self.operations[name]

    def _of_module(self, path: str, single: bool) -> Operation:
        module = self.network.get_submodule(path)
        tensors = self.stacks.of(path, module)
        kind = type(module)
        if not single or not does_as_its_class(module):
            return self._any_module(path)
        if kind in WEIGHTED:
            return WEIGHTED[kind](path, module, tensors)
        if kind in NORMS:
            return NORMS[kind](module, tensors)
        if kind in ELEMENTWISE_MODULES:
            return Elementwise(_out_of_place(module))
        if kind in CHANNELWISE_MODULES and not getattr(module, "return_indices", False):
            return Channelwise(module)
        if kind in (nn.Dropout, nn.Dropout2d):
            return ReplicatedDropout(module, self.random)
        if kind is nn.Flatten and (module.start_dim, module.end_dim) == (1, -1):
            return ReplicatedFlatten()
        return self._any_module(path)

    def _any_module(self, path: str) -> ReplicatedModule:
        module = self.network.get_submodule(path)
        tensors = self.stacks.of(path, module)
        return ReplicatedModule(path, module, tensors, self.layers, self.random)

    def _of_function(self, target: Callable | str) -> Operation:
        if target is F.dropout:
            return ReplicatedDropoutFunction(self.random)
        return ReplicatedFunction(target, self.random)


def _out_of_place(module: nn.Module) -> nn.Module:
    if getattr(module, "inplace", False):
        module = copy.deepcopy(module)
        module.inplace = False
    return module


def _fuse_pooled_convolutions(graph: fx.Graph, operations: dict[str, Operation]) -> None:
    """Convolution, max-pooling and ReLU in a row become one operation."""
    for relu in list(graph.nodes):
        chain = _chain(relu, operations)
        if chain is None:
            continue
        convolution, pooling = chain
        name = f"pooled/{convolution.target}"
        if name not in operations:
            operations[name] = PooledConvolution(
                operations[convolution.target], operations[pooling.target].module
            )
        relu.target, relu.args = name, convolution.args
        graph.erase_node(pooling)
        graph.erase_node(convolution)


def _chain(relu: fx.Node, operations: dict[str, Operation]) -> tuple[fx.Node, fx.Node] | None:
    """The convolution and the max-pooling before a ReLU that nothing else reads."""
    nodes = [relu]
    for kinds in ((Elementwise, nn.ReLU), (Channelwise, nn.MaxPool2d)):
        node = nodes[-1]
        operation = operations.get(node.target) if node.op == "call_module" else None
        if not isinstance(operation, kinds[0]) or not isinstance(operation.module, kinds[1]):
            return None
        before = node.args[0]
        if len(before.users) > 1:
            return None
        nodes.append(before)
    convolution = operations.get(nodes[2].target) if nodes[2].op == "call_module" else None
    return (nodes[2], nodes[1]) if isinstance(convolution, ReplicatedConv2d) else None
