"""What all operations of a replicated network have in common."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor, nn

from initstudy.networks.replicated.activations import Activations


class Layer(NamedTuple):
    """The parameters of a weighted layer: K x out x in (x kh x kw) and K x out."""

    weight: Tensor | None
    """None if the layer computes it from others (a parametrization)."""
    bias: Tensor | None


class Operation(nn.Module):
    """Does to all replicas at once what a module or a function does to one.

    Calls take and give Activations where the module takes and gives tensors.
    """

    observer: Callable[[str, Tensor], None] | None = None
    """Told of the outputs of weighted layers, N x K x C, by name, when they are computed."""

    def hold(self, tensors: dict[str, Tensor]) -> None:
        """Make stacked parameters and buffers this module's own, under their names."""
        for name, tensor in tensors.items():
            own = name.replace(".", "/")
            if isinstance(tensor, nn.Parameter):
                self.register_parameter(own, tensor)
            else:
                self.register_buffer(own, tensor)

    def held(self, name: str) -> Tensor | None:
        """The parameter or buffer of that name, if there is one."""
        own = name.replace(".", "/")
        return self._parameters.get(own, self._buffers.get(own))

    def layers(self) -> dict[str, Layer]:
        """The weighted layers that this operation computes, by their names in the network."""
        return {}


class WeightedOperation(Operation):
    """A layer with weights in a form for all replicas at once."""

    channels: int
    """The dimension of the channels in one replica's outputs."""

    def __init__(self, name: str, tensors: dict[str, Tensor]):
        super().__init__()
        self.name = name
        self.hold({"bias": None} | tensors)

    def layers(self) -> dict[str, Layer]:
        return {self.name: Layer(self.weight, self.bias)}

    def forward(self, x: Activations) -> Activations:
        outputs = self.outputs(x)
        if self.observer:
            self.observer(self.name, outputs.by_position(self.channels))
        return outputs

    def outputs(self, x: Activations) -> Activations:
        raise NotImplementedError
