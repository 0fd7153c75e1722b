"""What flows through a replicated network: K replicas' tensors as one tensor."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import torch
from torch import Tensor
from torch.fx.node import map_aggregate


class Layout(Enum):
    """Where the replicas are in a tensor that is B x C x ... in one of them."""

    SHARED = "B x C x ..., the same for all: the images, before the first weights"
    GROUPED = "B x (K*C) x ..., replicas as groups of channels"
    STACKED = "K x B x C x ..., replicas first; parameters are K x ..., too"


@dataclass(frozen=True)
class Activations:
    """A tensor of each of K replicas."""

    tensor: Tensor
    layout: Layout
    replicas: int

    def stacked(self) -> Tensor:
        """K x B x C x ..., a view."""
        match self.layout:
            case Layout.SHARED:
                return self.tensor.expand(self.replicas, *self.tensor.shape)
            case Layout.GROUPED:
                return self.tensor.unflatten(1, (self.replicas, -1)).transpose(0, 1)
        return self.tensor

    def grouped(self) -> Tensor:
        """B x (K*C) x ..., a view where memory has the replicas beside the channels."""
        if self.layout is Layout.GROUPED:
            return self.tensor
        return self.stacked().transpose(0, 1).flatten(1, 2)

    def one(self) -> Tensor:
        """The first replica's."""
        return self.tensor if self.layout is Layout.SHARED else self.stacked()[0]

    def like(self, tensor: Tensor) -> "Activations":
        """`tensor` in this layout."""
        return Activations(tensor, self.layout, self.replicas)

    def by_position(self, channels: int) -> Tensor:
        """N x K x C; N counts images and positions. channels: their dimension in one replica.

        A view where channels are last in memory.
        """
        if self.layout is Layout.GROUPED:
            last = self.tensor.movedim(1, -1).unflatten(-1, (self.replicas, -1))
        else:
            last = self.stacked().movedim(channels + 1 if channels >= 0 else channels, -1)
            last = last.movedim(0, -2)
        return last.flatten(0, -3)


def stacked(tensor: Tensor) -> Activations:
    """K x ... as activations."""
    return Activations(tensor, Layout.STACKED, len(tensor))


def activations_in(values: Any) -> list[Activations]:
    """All activations in nested tuples, lists and dictionaries."""
    found = []
    map_activations(values, found.append)
    return found


def map_activations(values: Any, function: Callable) -> Any:
    """Nested tuples, lists and dictionaries with function(x) in the place of activations x."""
    return map_aggregate(
        values, lambda value: function(value) if isinstance(value, Activations) else value
    )


def map_tensors(values: Any, function: Callable) -> Any:
    """Nested tuples, lists and dictionaries with function(x) in the place of tensors x."""
    return map_aggregate(
        values, lambda value: function(value) if isinstance(value, torch.Tensor) else value
    )
