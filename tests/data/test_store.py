"""The prepared file: what is written comes back, is split fairly, in the same bytes each time."""

import time

import h5py
import numpy as np
import pytest

from initstudy.core.errors import InputError
from initstudy.data import store
from initstudy.data.splits import split_training_part, stratified_mask
from initstudy.data.store import ArraySource, read_dataset, write_dataset

CLASSES = ("cat", "dog", "owl")


def make_source(per_class=(20, 47, 33), channels=3, seed=0):
    """Random images sorted by class; the label is also the first pixel, the second is unique."""
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(per_class)), per_class)
    images = generator.integers(0, 256, (len(labels), channels, 32, 32), dtype=np.uint8)
    images[:, :, 0, 0] = labels[:, None]
    images[:, :, 0, 1] = np.arange(len(labels))[:, None]
    return ArraySource(
        description="toy",
        classes=CLASSES,
        labels={"train": labels, "test": labels[::5]},
        images={"train": images, "test": images[::5]},
        digests={"toy": "sha256:0"},
    )


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(store, "BLOCK", 33)


def test_every_image_comes_back_once_and_with_its_label(tmp_path):
    source = make_source()
    write_dataset(source, tmp_path / "toy.h5")
    dataset = read_dataset(tmp_path / "toy.h5")

    np.testing.assert_array_equal(dataset.images["test"], source.images["test"])
    np.testing.assert_array_equal(dataset.labels["test"], source.labels["test"])
    images = np.concatenate([dataset.images["train"], dataset.images["validation"]])
    labels = np.concatenate([dataset.labels["train"], dataset.labels["validation"]])
    order = np.argsort(images[:, 0, 0, 1])
    np.testing.assert_array_equal(images[order], source.images["train"])
    np.testing.assert_array_equal(labels[order], source.labels["train"])
    assert labels.dtype == np.int64
    assert dataset.classes == list(CLASSES)
    assert dataset.provenance == {
        "source": "toy",
        "checksums": {"toy": "sha256:0"},
        "counts": {"train": 90, "validation": 10, "test": 20},
    }


def test_mean_and_std_are_those_of_the_train_split(tmp_path):
    write_dataset(make_source(), tmp_path / "toy.h5")
    dataset = read_dataset(tmp_path / "toy.h5")
    scaled = dataset.images["train"].astype(np.float64) / 255
    np.testing.assert_allclose(dataset.mean, scaled.mean(axis=(0, 2, 3)), rtol=1e-13)
    np.testing.assert_allclose(dataset.std, scaled.std(axis=(0, 2, 3)), rtol=1e-12)
    assert dataset.std.dtype == np.float64


def test_a_constant_channel_has_the_deviation_one(tmp_path):
    source = make_source()
    source.images["train"][:, 2] = 9
    write_dataset(source, tmp_path / "toy.h5")
    assert read_dataset(tmp_path / "toy.h5").std[2] == 1


def test_grey_images_are_repeated_to_three_channels(tmp_path):
    source = make_source(channels=1)
    write_dataset(source, tmp_path / "toy.h5")
    dataset = read_dataset(tmp_path / "toy.h5")
    for channel in range(3):
        np.testing.assert_array_equal(
            dataset.images["test"][:, channel], source.images["test"][:, 0]
        )
    assert dataset.images["train"].shape == (90, 3, 32, 32)


def test_preparing_again_gives_the_same_bytes(tmp_path):
    write_dataset(make_source(), tmp_path / "first.h5")
    time.sleep(1.1)  # HDF5's timestamps count seconds
    write_dataset(make_source(), tmp_path / "second.h5")
    assert (tmp_path / "first.h5").read_bytes() == (tmp_path / "second.h5").read_bytes()


def test_images_stay_in_the_file_which_no_reader_changes(tmp_path):
    write_dataset(make_source(), tmp_path / "toy.h5")
    before = (tmp_path / "toy.h5").read_bytes()
    images = read_dataset(tmp_path / "toy.h5").images["train"]
    assert isinstance(images, np.memmap)
    with h5py.File(tmp_path / "toy.h5") as file:
        np.testing.assert_array_equal(images, file["train/images"])
    images[:] = 7
    images.flush()
    assert (tmp_path / "toy.h5").read_bytes() == before


def test_only_the_asked_splits_are_read(tmp_path):
    write_dataset(make_source(), tmp_path / "toy.h5")
    dataset = read_dataset(tmp_path / "toy.h5", splits=["validation"])
    assert list(dataset.images) == list(dataset.labels) == ["validation"]


def drop_an_image(path):
    with h5py.File(path, "r+") as file:
        images = file["test/images"][1:]
        del file["test/images"]
        file["test/images"] = images


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-5000]),
        lambda path: path.write_text("not HDF5"),
        lambda path: h5py.File(path, "w").close(),
        lambda path: h5py.File(path, "r+").attrs.__delitem__("mean"),
        lambda path: h5py.File(path, "r+").__delitem__("test/labels"),
        drop_an_image,
    ],
    ids=["missing", "truncated", "foreign", "empty", "no mean", "no labels", "too few"],
)
def test_a_broken_file_is_named(tmp_path, spoil):
    path = tmp_path / "toy.h5"
    write_dataset(make_source(), path)
    spoil(path)
    with pytest.raises(InputError, match=r"toy\.h5 .* delete it and prepare it again"):
        read_dataset(path)


def test_a_failure_leaves_nothing_behind(tmp_path):
    class Failing(ArraySource):
        def blocks(self, part):
            yield next(super().blocks(part))
            raise InputError("unreadable")

    source = make_source()
    with pytest.raises(InputError, match="unreadable"):
        write_dataset(Failing(**vars(source)), tmp_path / "toy.h5")
    assert list(tmp_path.iterdir()) == []


def test_validation_is_a_stratified_tenth():
    labels = np.repeat(np.arange(5), [100, 47, 9, 2, 1])
    train, validation = split_training_part(labels)
    assert np.bincount(labels[validation], minlength=5).tolist() == [10, 5, 1, 1, 0]
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(159))


def test_splits_are_shuffled_although_the_source_is_sorted():
    labels = np.repeat(np.arange(4), 500)
    train, validation = split_training_part(labels)
    for rows in (train, validation):
        assert np.bincount(labels[rows][:40], minlength=4).min() >= 3


def test_splits_do_not_depend_on_the_images(tmp_path):
    for seed in (1, 2):
        write_dataset(make_source(seed=seed), tmp_path / f"{seed}.h5")
    first, second = (read_dataset(tmp_path / f"{seed}.h5") for seed in (1, 2))
    for split in first.images:
        identities = [dataset.images[split][:, 0, 0, 1] for dataset in (first, second)]
        np.testing.assert_array_equal(*identities)


def test_a_stratified_choice_is_random_and_always_the_same():
    labels = np.tile(np.arange(3), 100)
    mask = stratified_mask(labels, 0.2)
    np.testing.assert_array_equal(mask, stratified_mask(labels, 0.2))
    assert 5 < mask[:75].sum() < 25


def test_classes_of_one_image_leave_nothing_for_validation(tmp_path):
    with pytest.raises(InputError, match="toy has no class with two training images"):
        write_dataset(make_source(per_class=(1, 1, 1)), tmp_path / "toy.h5")
