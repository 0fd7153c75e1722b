"""What has to be true of initial networks, whoever wrote network and initializer."""

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import nn

from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.initializers import Context


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

        Raises InputError if its outputs are not one number a class, or if the initializer leaves
        it with other parameters, or with numbers that are not finite.
        """
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
        outputs = _outputs(network, context)
        wanted = (len(context.example), self.classes)
        if outputs != wanted:
            raise InputError(
                f"{self.network} gives outputs of shape {outputs} for {wanted[0]} images; there are"
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


@torch.no_grad()
def _outputs(network: nn.Module, context: Context) -> tuple:
    """The shape of the outputs in evaluation mode."""
    with seeds.global_generators(seeds.GLOBAL):
        network.eval()
        outputs = network(context.example)
        network.train()
    return tuple(outputs.shape) if isinstance(outputs, torch.Tensor) else (type(outputs).__name__,)
