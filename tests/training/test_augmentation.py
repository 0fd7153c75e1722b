"""Augmented images against a loop over images and torchvision's functions."""

import pytest
import torch
from torchvision.transforms import functional

from helpers.small_data import image_arrays
from initstudy.training.augmentation import crops, drawn
from initstudy.training.batches import MiniBatches

COUNT = 200


@pytest.fixture
def images() -> torch.Tensor:
    return torch.from_numpy(image_arrays(COUNT, classes=10)[0])


def test_images_are_those_of_torchvision(images):
    changes = drawn("flip_crop", 0, 3, images)
    for image, changed, flipped, offset in zip(
        images, changes(images, 0), changes.flipped, changes.offsets.tolist(), strict=True
    ):
        expected = functional.hflip(image) if flipped else image
        expected = functional.crop(functional.pad(expected, 4), *offset, 32, 32)
        assert torch.equal(changed, expected)


def test_half_are_flipped_and_crops_begin_everywhere(images):
    changes = drawn("flip_crop", 0, 0, images)
    assert 0.35 < changes.flipped.float().mean() < 0.65
    assert {*changes.offsets.flatten().tolist()} == {*range(9)}
    middle = torch.full((COUNT, 2), 4)
    assert torch.equal(crops(images, middle), images)


def test_flip_does_nothing_else(images):
    changes = drawn("flip", 0, 0, images)
    assert changes.offsets is None
    seen = changes(images, 0)
    assert torch.equal(seen[changes.flipped], images[changes.flipped].flip(3))
    assert torch.equal(seen[~changes.flipped], images[~changes.flipped])


def test_mini_batches_have_the_same_order_and_labels_with_changes_of_their_own(images):
    labels = torch.arange(COUNT)
    plain = MiniBatches(images, labels, 64, seed=1)
    augmented = MiniBatches(images, labels, 64, 1, "flip_crop")
    seen = []
    for step in (0, 1, 3, 1):  # The last one, of an epoch before, as it was.
        assert torch.equal(plain[step][1], augmented[step][1])
        seen.append(augmented[step][0])
        epoch, place = divmod(step, 3)
        changed = drawn("flip_crop", 1, epoch, images)(plain[step][0], 64 * place)
        assert torch.equal(seen[-1], changed)
        assert not torch.equal(seen[-1], plain[step][0])
    assert torch.equal(seen[1], seen[3])


def test_epochs_and_seeds_have_changes_of_their_own(images):
    first = drawn("flip_crop", 0, 0, images)
    for other in (drawn("flip_crop", 0, 1, images), drawn("flip_crop", 1, 0, images)):
        assert not torch.equal(first.offsets, other.offsets)
        assert not torch.equal(first.flipped, other.flipped)
    assert drawn("none", 0, 0, images) is None
