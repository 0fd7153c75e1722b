"""What a sample of images looks like in a layer: moments, similarity of images, dead units."""

import torch
from torch import Tensor

from initstudy.networks.moments import Moments, moments

SMALLEST_NORM = 1e-37
"""Of an image's pre-activations; the inverse of less is no float32."""


class LayerSignals:
    """A layer's pre-activations over a sample of images that comes in batches; K replicas.

    Added up are moments, and what tells how similar images are and which units are dead.
    """

    def __init__(self) -> None:
        self.moments: Moments | None = None
        self._largest: Tensor | None = None
        self._directions: Tensor | None = None
        self._images: Tensor | None = None

    def add(self, preactivations: Tensor, images: int) -> None:
        """preactivations: N x K x C of as many images, N being images times positions."""
        found = moments(preactivations)
        self.moments = found if self.moments is None else self.moments.merged(found)
        largest = preactivations.amax(dim=0)
        self._largest = largest if self._largest is None else largest.maximum(self._largest)
        # A layer that mixes images, or takes apart what they consist of, knows no image by itself.
        if len(preactivations) % images:
            return
        by_image = preactivations.unflatten(0, (images, -1))
        norms = torch.linalg.vector_norm(by_image, dim=(1, 3), dtype=torch.float64)
        inverse = torch.where(norms > SMALLEST_NORM, 1 / norms, 0.0).to(preactivations.dtype)
        directions = torch.einsum("bpkc,bk->pkc", by_image, inverse)
        counted = (norms > SMALLEST_NORM).sum(dim=0)
        if self._directions is None:
            self._directions, self._images = directions, counted
        else:
            self._directions, self._images = self._directions + directions, self._images + counted

    def dead_fraction(self) -> Tensor:
        """The fraction of units (channels) that are never above zero, on no image: K.

        Behind ReLU they give nothing and get no gradient. Pre-activations are those before a
        normalisation, which may wake a unit up.
        """
        return (self._largest <= 0).double().mean(dim=1)

    def cosine(self) -> Tensor:
        """The cosine between the pre-activations of two different images, on average: K.

        It follows from the sum of unit vectors. Images whose pre-activations are all zero have no
        direction and are left out; nan where fewer than two are left.
        """
        if self._directions is None:
            return torch.full_like(self._largest[:, 0], torch.nan)
        count = self._images
        square = self._directions.double().square().sum(dim=(0, 2))
        return torch.where(count > 1, (square - count) / (count * (count - 1)), torch.nan)

    def effective_rank(self) -> Tensor:
        """How many directions the pre-activations of channels take: K (Roy & Vetterli 2007).

        exp of the entropy of the covariance's eigenvalues, which are divided by their sum; 0 where
        nothing varies.
        """
        eigenvalues = self.moments.eigenvalues
        total = eigenvalues.sum(dim=1)
        shares = eigenvalues / torch.where(total > 0, total, 1.0)[:, None]
        entropy = -torch.xlogy(shares, shares).sum(dim=1)
        return torch.where(total > 0, entropy.exp(), total)
