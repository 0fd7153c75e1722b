"""Random numbers in forward passes (dropout): a stream for each replica, which does not depend on
how many replicas there are."""

import contextlib
from collections.abc import Iterator

import torch
from torch import nn

from initstudy.core import seeds


class ReplicaRandom(nn.Module):
    """The replicas' streams; where they have got to is part of the network's state."""

    def __init__(self, replicas: int):
        super().__init__()
        self.numbers = range(replicas)
        self.generators: list[torch.Generator] = []
        self.of_others = self._started("cpu", 1)

    def count_from(self, first: int) -> None:
        """Start anew as the streams of replicas numbered from `first` on."""
        self.numbers = range(first, first + len(self.numbers))
        self.generators = []
        self.of_others = self._started("cpu", 1)

    def on(self, device: torch.device) -> list[torch.Generator]:
        """The generators, which start anew on another device."""
        if not self.generators or self.generators[0].device.type != device.type:
            self.generators = self._started(device, 0)
        return self.generators

    def _started(self, device: torch.device | str, purpose: int) -> list[torch.Generator]:
        seeded = [seeds.generator(seeds.FORWARD, k, purpose) for k in self.numbers]
        return [torch.Generator(device).manual_seed(one.initial_seed()) for one in seeded]

    @contextlib.contextmanager
    def as_global(self, replica: int, device: torch.device) -> Iterator[None]:
        """PyTorch's global generator goes on with a replica's stream, and those of Python and numpy
        start from it; afterwards they are as they were."""
        generator = self.on(device)[replica]
        before = seeds.GlobalState()
        number = int(torch.randint(2**32, (), generator=self.of_others[replica]))
        seeds.seed_globally(number)
        of_device = torch if device.type == "cpu" else torch.get_device_module(device)
        device_state = of_device.get_rng_state()
        of_device.set_rng_state(generator.get_state())
        try:
            yield
            generator.set_state(of_device.get_rng_state())
        finally:
            of_device.set_rng_state(device_state)
            before.restore()

    def get_extra_state(self) -> dict:
        states = [
            [generator.get_state() for generator in generators]
            for generators in (self.generators, self.of_others)
        ]
        return {
            "device": self.generators[0].device.type if self.generators else "",
            "states": states,
        }

    def set_extra_state(self, state: dict) -> None:
        own, others = state["states"]
        self.generators = self._started(state["device"], 0) if own else []
        for generator, found in zip(
            [*self.generators, *self.of_others], [*own, *others], strict=True
        ):
            generator.set_state(found.cpu())
