"""What has to be true of initial networks, whoever wrote network and initializer."""

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import nn

from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.core.plugins import failure
from initstudy.initializers import Context
from initstudy.networks.layers import before_each_layer


class InitialCheck:
    """Looks at each replica's network before and after its initializer."""

    def __init__(self, network: str, initializer: str, classes: int):
        """network, initializer: how the study calls the functions, for messages."""
        self.network = network
        self.initializer = initializer
        self.classes = classes
        self.drew = False

    @contextlib.contextmanager
    def of(self, network: nn.Module, context: Context) -> Iterator[None]:
        """Within, `network` is initialized, with the streams of its own that it may draw from.

        Raises InputError if a pass fails, calls no layers with weights, or gives other outputs than
        one number a class, or if the initializer leaves it with other parameters, or with numbers
        that are not finite.
        """
        self._passes(network, context)
        shapes = _shapes(network)
        own, of_all = context.generator.get_state(), seeds.GlobalState()
        yield
        self.drew |= not torch.equal(own, context.generator.get_state())
        self.drew |= not of_all.is_current()
        if _shapes(network) != shapes:
            changed = dict(set(_shapes(network).items()) ^ set(shapes.items()))
            raise InputError(
                f"{self.initializer} changes the shape or number of parameters of {self.network}"
                f" ({', '.join(sorted(changed))}); it must set them in place"
            )
        for name, parameter in network.named_parameters():
            if not parameter.isfinite().all():
                raise InputError(
                    f"{self.initializer} sets {name} of {self.network} to numbers that are not"
                    " finite"
                )

    @torch.no_grad()
    def _passes(self, network: nn.Module, context: Context) -> None:
        """Raise InputError if a pass in evaluation mode is not as a study needs it."""
        images, layers = context.example, []
        with seeds.global_generators(seeds.GLOBAL):
            network.eval()
            try:
                with before_each_layer(network, lambda name, _layer, _inputs: layers.append(name)):
                    outputs = network(images)
            except Exception as error:
                raise InputError(
                    f"{self.network} fails with images of shape {tuple(images.shape)}:"
                    f" {failure(error)}"
                ) from error
            network.train()
        if not layers:
            raise InputError(
                f"a pass of {self.network} calls no convolution (nn.Conv2d) and no linear layer"
                " (nn.Linear), so there is nothing for an initializer to set"
            )
        is_tensor = isinstance(outputs, torch.Tensor)
        shape = tuple(outputs.shape) if is_tensor else type(outputs).__name__
        wanted = (len(images), self.classes)
        if shape != wanted:
            raise InputError(
                f"{self.network} gives outputs of shape {shape} for {wanted[0]} images; there are"
                f" {self.classes} classes, so it must give {wanted}"
            )

    def replicas_differ(self, networks: Sequence[nn.Module]) -> None:
        """Raise InputError if random numbers were drawn, and all networks are the same.

        Without any randomness (ZerO's identities, say) they may be.
        """
        first, *others = ([*network.parameters()] for network in networks)
        same = all(all(map(torch.equal, first, other)) for other in others)
        if others and same and self.drew:
            raise InputError(
                f"all replicas of {self.network} have the same weights, although"
                f" {self.initializer} draws random numbers: does it set a seed? Replicas have"
                " theirs; take that line out"
            )


def _shapes(network: nn.Module) -> dict[str, tuple]:
    return {name: tuple(tensor.shape) for name, tensor in network.named_parameters()}
