"""The parameters and buffers of K networks, stacked."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Stacks:
    """Name -> the networks' tensors of that name as one, K x ...

    Two names of one tensor (tied weights) are two names of one stack; what is frozen stays frozen.
    As built: buffers that move to another device are others there.
    """

    def __init__(self, networks: Sequence[nn.Module]):
        self._tensors = [
            dict(network.named_parameters(remove_duplicate=False))
            | dict(network.named_buffers(remove_duplicate=False))
            for network in networks
        ]
        self._made: dict[int, Tensor] = {}

    def of(self, path: str, module: nn.Module) -> dict[str, Tensor]:
        """The stacks of a module at `path` ("" for the network), by their names in the module."""
        names = [
            name
            for named in (module.named_parameters, module.named_buffers)
            for name, _ in named(remove_duplicate=False)
        ]
        return {name: self[f"{path}.{name}" if path else name] for name in names}

    def buffers(self) -> dict[str, Tensor]:
        """Name -> stack of all buffers that the network uses."""
        return {
            name: self._made[id(tensor)]
            for name, tensor in self._tensors[0].items()
            if id(tensor) in self._made and not isinstance(tensor, nn.Parameter)
        }

    def __getitem__(self, name: str) -> Tensor:
        first = self._tensors[0][name]
        if id(first) not in self._made:
            stack = _stacked([tensors[name] for tensors in self._tensors])
            if isinstance(first, nn.Parameter):
                stack = nn.Parameter(stack, requires_grad=first.requires_grad)
            self._made[id(first)] = stack
        return self._made[id(first)]


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    """K x ...; a convolution's weights, K x out x in x kh x kw, in memory K x out x kh x kw x in.

    As activations are channels last, too, no pass rearranges weights or their gradients.
    """
    tensors = [tensor.detach() for tensor in tensors]
    if tensors[0].dim() == 4:
        return torch.stack([tensor.permute(0, 2, 3, 1) for tensor in tensors]).permute(
            0, 1, 4, 2, 3
        )
    return torch.stack(tensors)
