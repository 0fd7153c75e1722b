"""K networks of one architecture as one network."""

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from initstudy.networks.layers import weighted_layers
from initstudy.networks.replicated.activations import Activations, Layout
from initstudy.networks.replicated.build import Builder
from initstudy.networks.replicated.operation import Layer


class ReplicatedNetwork(nn.Module):
    """K networks trained as one; forward maps images B x C x H x W to logits K x B x classes.

    Every operation keeps the replicas apart, so a sum of their losses gives each one its own
    gradient and a replica that diverges leaves the others alone.
    """

    def __init__(self, networks: Sequence[nn.Module], images: Tensor, whole: bool = False):
        """Copy the parameters of `networks`, which must share one architecture.

        images: some inputs, to see what a pass calls. whole: take the networks as they are, not
        apart into operations, which is slower. Raises what torch.fx raises for a network that it
        cannot take apart.
        """
        super().__init__()
        self.replicas = len(networks)
        self.layer_names = list(weighted_layers(networks[0], images))
        builder = Builder(networks, self.layer_names)
        if whole:
            self._programs = dict.fromkeys((True, False), builder.whole())
        else:
            self._programs = {mode: builder.program(mode) for mode in (True, False)}
        self.operations = nn.ModuleDict(builder.operations)
        self.random = builder.random
        self.stacks = builder.stacks
        # What cannot be done for all replicas at once is found out here, not while training.
        with self.leaving_no_trace(), torch.no_grad():
            for mode in (True, False):
                self.train(mode)(images)
        self.train()

    def forward(self, images: Tensor) -> Tensor:
        program = self._programs[self.training]
        return program(Activations(images, Layout.SHARED, self.replicas)).stacked()

    def observe(self, images: Tensor, observer: Callable[[str, Tensor], None]) -> Tensor:
        """forward(images), and `observer` is told of each weighted layer's name and outputs.

        Outputs are those before any normalisation, N x K x C, N being positions: images times
        pixels; of a layer that is called several times, those of its first call.
        """
        seen = set()

        def first_call(name: str, outputs: Tensor) -> None:
            if name not in seen:
                seen.add(name)
                observer(name, outputs)

        for operation in self._with_layers():
            operation.observer = first_call
        try:
            return self(images)
        finally:
            for operation in self._with_layers():
                operation.observer = None

    def layers(self) -> dict[str, Layer]:
        """The layers with weights, by name, in the order in which a forward pass calls them."""
        found = {}
        for operation in self._with_layers():
            found |= operation.layers()
        return {name: found[name] for name in self.layer_names}

    @contextlib.contextmanager
    def leaving_no_trace(self) -> Iterator[None]:
        """Running statistics and random streams are afterwards as they were before."""
        buffers = {name: buffer.clone() for name, buffer in self.named_buffers()}
        state = copy.deepcopy(self.random.get_extra_state())
        try:
            yield
        finally:
            for name, buffer in self.named_buffers():
                buffer.copy_(buffers[name])
            self.random.set_extra_state(state)

    def _with_layers(self) -> list:
        return [operation for operation in self.operations.values() if operation.layers()]
