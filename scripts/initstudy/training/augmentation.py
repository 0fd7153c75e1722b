"""Random changes of training images, on their device, the same for all replicas.

What is drawn depends on the seed of the data order, the epoch and the number of images alone.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from initstudy.core import seeds

PADDING = 8
"""The share of the side that is padded on each side before cropping is one in so many: 4 of 32
pixels, as usual on CIFAR-10 (He et al. 2016, section 4.2)."""


@dataclass(frozen=True)
class Changes:
    """What happens to each of an epoch's images, in the order in which they are seen."""

    flipped: Tensor
    """N, bool."""
    offsets: Tensor | None
    """N x 2, int64: row and column at which a crop of the padded image begins; None: no crops."""

    def __call__(self, images: Tensor, start: int) -> Tensor:
        """B x C x S x S images, those from place `start` on, changed."""
        places = slice(start, start + len(images))
        flipped = self.flipped[places, None, None, None]
        images = torch.where(flipped, images.flip(3), images)
        if self.offsets is None:
            return images
        return crops(images, self.offsets[places])


def drawn(augmentation: str, seed: int, epoch: int, images: Tensor) -> Changes | None:
    """The changes of an epoch of training on `images`, N x C x S x S; None for `none`."""
    if augmentation == "none":
        return None
    count, _, side, _ = images.shape
    generator = seeds.generator(seeds.AUGMENTATION, seed, epoch)
    flipped = torch.randint(2, (count,), generator=generator, dtype=torch.bool)
    offsets = None
    if augmentation == "flip_crop":
        last = 2 * (side // PADDING)
        offsets = torch.randint(last + 1, (count, 2), generator=generator).to(images.device)
    return Changes(flipped.to(images.device), offsets)


def crops(images: Tensor, offsets: Tensor) -> Tensor:
    """Crops of B x C x S x S images, padded with zeros (black), that begin at B x 2 offsets."""
    side = images.shape[-1]
    padded = F.pad(images, [side // PADDING] * 4)
    pixels = torch.arange(side, device=images.device)
    rows, columns = (offsets[:, :, None] + pixels).unbind(1)
    image = torch.arange(len(images), device=images.device)[:, None, None]
    chosen = padded.permute(0, 2, 3, 1)[image, rows[:, :, None], columns[:, None, :]]
    return chosen.permute(0, 3, 1, 2)
