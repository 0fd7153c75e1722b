"""The data sets that need no download."""

import socket

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_sample_image

from initstudy.core.errors import InputError
from initstudy.data import digits
from initstudy.data import photos as photographs

HEIGHT, WIDTH = 437, 661


@pytest.fixture(scope="module")
def photos():
    return photographs.photos()


@pytest.fixture
def painted_positions(monkeypatch):
    """Per part, the pixel positions in each patch of a photograph whose colours are positions."""
    positions = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    painted = np.stack([positions >> shift & 255 for shift in (0, 8, 16)], axis=2).astype(np.uint8)
    monkeypatch.setattr(photographs, "_read_photo", lambda path: (painted, "sha256:0"))
    images = photographs.photos().images
    weights = np.array([1, 256, 65536])[:, None, None]
    return {part: (patches * weights).sum(axis=1) for part, patches in images.items()}


def test_no_pixel_is_in_training_and_test_patches(painted_positions):
    for label in range(10):
        pixels = {
            part: np.unique(positions.reshape(10, -1)[label])
            for part, positions in painted_positions.items()
        }
        assert np.intersect1d(pixels["train"], pixels["test"]).size == 0


def test_patches_are_unscaled_pieces_of_the_photograph(painted_positions):
    for positions in painted_positions.values():
        assert (np.diff(positions, axis=2) == 1).all()
        assert (np.diff(positions, axis=1) == WIDTH).all()


def test_patches_of_both_parts_lie_all_over_the_photograph(painted_positions):
    for positions in painted_positions.values():
        top, left = np.divmod(positions[:, 0, 0], WIDTH)
        for coordinate, size in ((top, HEIGHT), (left, WIDTH)):
            assert len(np.unique(coordinate)) > 50
            assert 0.2 < (coordinate < size / 2).mean() < 0.8


def test_photos_have_300_training_and_100_test_patches_a_class(photos):
    assert len(photos.classes) == 10
    assert np.bincount(photos.labels["train"]).tolist() == [300] * 10
    assert np.bincount(photos.labels["test"]).tolist() == [100] * 10
    assert photos.images["train"].shape == (3000, 3, 32, 32)
    assert photos.images["test"].dtype == np.uint8


def test_no_patch_is_almost_constant(photos):
    for patches in photos.images.values():
        assert np.ptp(patches.reshape(len(patches), -1), axis=1).min() >= 16


def test_the_class_is_the_photograph(photos):
    china = load_sample_image("china.jpg")
    label = photos.classes.index("china")
    patch = photos.images["test"][photos.labels["test"] == label][0].transpose(1, 2, 0)
    corners = np.argwhere((china[:-31, :-31] == patch[0, 0]).all(axis=2))
    assert any((china[y : y + 32, x : x + 32] == patch).all() for y, x in corners)


def test_photos_are_the_same_each_time_and_need_no_network(photos, monkeypatch):
    def no_network(*args, **kwargs):
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    again = photographs.photos()
    for part, patches in photos.images.items():
        np.testing.assert_array_equal(again.images[part], patches)


def test_a_photograph_that_the_package_lacks_is_named(monkeypatch):
    monkeypatch.setitem(photographs.PHOTOS, "gone", "skimage/data/gone.png")
    with pytest.raises(InputError, match=r"gone\.png cannot be read"):
        photographs.photos()


def test_digits_are_split_into_stratified_fifths():
    prepared = digits.digits()
    total = np.bincount(load_digits().target)
    np.testing.assert_array_equal(np.bincount(prepared.labels["test"]), np.rint(total / 5))
    assert len(prepared.labels["train"]) + len(prepared.labels["test"]) == 1797
    assert prepared.classes == list("0123456789")


def test_digits_are_scikit_learns_enlarged_over_the_whole_range():
    prepared, bunch = digits.digits(), load_digits()
    assert prepared.images["test"].min() == 0
    assert prepared.images["test"].max() == 255
    shrunk = prepared.images["test"].reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4)).reshape(-1, 64)
    for image, label in zip(shrunk, prepared.labels["test"], strict=True):
        distance = np.square(bunch.data * 255 / 16 - image).sum(axis=1)
        assert bunch.target[distance.argmin()] == label
