"""What a sample of images looks like in a layer: moments, similarity of images, dead units."""

import torch
from torch import Tensor

from initstudy.networks.moments import Moments, moments

SMALLEST_SIZE = 1e-37
"""Root mean square of pre-activations, of which the inverse is a float32."""


CACHED = 2**18
"""So many numbers at a time stay in a processor's cache, and take a third of the time."""


class LayerSignals:
    """A layer's pre-activations over a sample of images that comes in batches; K replicas.

    Moments and dead units are those of all images; the similarity of images is that of the first
    batch, whose pairs are plenty.
    """

    def __init__(self) -> None:
        self.moments: Moments | None = None
        self._largest: Tensor | None = None
        self._cosine: Tensor | None = None

    def add(self, preactivations: Tensor, images: int) -> None:
        """preactivations: N x K x C of as many images, N being images times positions."""
        found = moments(preactivations)
        highest = largest(preactivations, images)
        if self.moments is None:
            self.moments, self._largest = found, highest
            self._cosine = mean_cosine(preactivations, images, found)
        else:
            self.moments = self.moments.merged(found)
            self._largest = highest.maximum(self._largest)

    def dead_fraction(self) -> Tensor:
        """The fraction of units (channels) that are never above zero, on no image: K.

        Behind ReLU they give nothing and get no gradient. Pre-activations are those before a
        normalisation, which may wake a unit up.
        """
        return (self._largest <= 0).double().mean(dim=1)

    def cosine(self) -> Tensor:
        """The cosine between the pre-activations of two different images, on average: K."""
        return self._cosine

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


def largest(preactivations: Tensor, images: int) -> Tensor:
    """The largest of each channel's pre-activations, N x K x C: K x C."""
    rows = preactivations
    if len(rows) % images == 0:
        # First over images: long rows of numbers take a sixth of the time of short ones.
        rows = rows.unflatten(0, (images, -1)).amax(dim=0)
    return rows.flatten(1).amax(dim=0).view(preactivations.shape[1:])


def mean_cosine(preactivations: Tensor, images: int, sample: Moments) -> Tensor:
    """The cosine between the pre-activations of two different images, on average over pairs: K.

    preactivations: N x K x C, N being images times positions; sample: their moments. It follows
    from the sum of unit vectors. Images whose pre-activations are all zero have no direction and
    are left out; nan where fewer than two are left, or where rows are not those of images.
    """
    if len(preactivations) % images:
        return torch.full_like(preactivations[0, :, 0], torch.nan)
    # Scaled to size 1, as squares of a signal that vanishes are no float32.
    size = (sample.mean.square() + sample.covariance.diagonal(dim1=1, dim2=2)).mean(dim=1).sqrt()
    scale = torch.where(size > SMALLEST_SIZE, 1 / size, 0.0).to(preactivations.dtype)
    by_image = preactivations.unflatten(0, (images, -1))
    directions, count = torch.zeros_like(by_image[0]), torch.zeros_like(size, dtype=torch.long)
    for some in by_image.split(max(1, CACHED // by_image[0].numel())):
        scaled = some * scale[:, None]
        norms = scaled.square().sum(dim=1).sum(dim=2).sqrt()
        inverse = torch.where(norms > 0, 1 / norms, 0.0)
        directions += scaled.mul_(inverse[:, None, :, None]).sum(dim=0)
        count += (norms > 0).sum(dim=0)
    square = directions.double().square().sum(dim=(0, 2))
    return torch.where(count > 1, (square - count) / (count * (count - 1)), torch.nan)
