"""The training images, resident on the device, and the order in which they are seen."""

import numpy as np
import torch
from torch import Tensor

from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.data.store import Dataset
from initstudy.training import augmentation as augmenting


class Normalizer:
    """uint8 images to what networks see: (x / 255 - mean) / std, with the given channel moments."""

    def __init__(self, mean: np.ndarray, std: np.ndarray, device: torch.device):
        self.scale = _per_channel(1 / (255 * std), device)
        self.offset = _per_channel(-mean / std, device)

    def __call__(self, images: Tensor) -> Tensor:
        """B x C x H x W uint8 to float32, channels last."""
        # Rearranged last: broadcasting is slow where channels, only three, are innermost.
        normalized = torch.addcmul(self.offset, images.float(), self.scale)
        return normalized.contiguous(memory_format=torch.channels_last)


class MiniBatches:
    """The endless sequence of mini-batches, by step: a new permutation of the images each epoch.

    The last, incomplete mini-batch of a permutation is left out. The sequence depends on the seed,
    the augmentation and the number of images alone.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        batch_size: int,
        seed: int,
        augmentation: str = "none",
    ):
        """images: N x C x S x S uint8 and labels: N, on the device they are to be used on.

        Raises InputError if there are fewer images than a mini-batch takes.
        """
        if len(images) < batch_size:
            raise InputError(
                f"batch_size {batch_size} exceeds the {len(images)} training images; lower it"
            )
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.seed = seed
        self.augmentation = augmentation
        self.steps_per_epoch = len(images) // batch_size
        self._epoch = -1
        self._permutation = torch.empty(0)
        self._changes: augmenting.Changes | None = None

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        """Images (uint8) and labels of mini-batch `step`, counted from 0 over all epochs."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            generator = seeds.generator(seeds.DATA_ORDER, self.seed, epoch)
            permutation = torch.randperm(len(self.images), generator=generator)
            self._epoch, self._permutation = epoch, permutation.to(self.images.device)
            self._changes = augmenting.drawn(self.augmentation, self.seed, epoch, self.images)
        start = position * self.batch_size
        chosen = self._permutation[start : start + self.batch_size]
        # Several times as fast as indexing.
        images, labels = self.images.index_select(0, chosen), self.labels.index_select(0, chosen)
        return images if self._changes is None else self._changes(images, start), labels


def training_subset(dataset: Dataset, size: int | str) -> tuple[np.ndarray, np.ndarray]:
    """`size` training images and labels (`all`: every one); smaller subsets lie within larger ones.

    Raises InputError if the training split has fewer.
    """
    images, labels = dataset.images["train"], dataset.labels["train"]
    if size == "all":
        return images, labels
    if size > len(images):
        raise InputError(f"train_size {size} exceeds the {len(images)} training images; lower it")
    order = torch.randperm(len(images), generator=seeds.generator(seeds.TRAINING_SUBSET))
    chosen = np.sort(order[:size].numpy())
    return images[chosen], labels[chosen]


def _per_channel(values: np.ndarray, device: torch.device) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float32).to(device)[None, :, None, None]
