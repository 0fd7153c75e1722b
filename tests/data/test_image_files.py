"""The layouts in which folders of images come, and what counts of a folder."""

import unicodedata

import numpy as np
import pytest
from scipy.io import savemat

from initstudy.core.errors import InputError
from initstudy.data.image_files import find_images


def make(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    return root


def found(root, split=None):
    """Part -> class -> the paths of its files below the root."""
    images = find_images(root, split)
    return {
        part: {
            name: [str(file.relative_to(root)) for file in of_class.files()]
            for name, of_class in classes.items()
        }
        for part, classes in images.parts.items()
    }


SORTED = ("train/a/1.png", "train/b/2.png")


@pytest.mark.parametrize("test", ["test", "val", "valid", "Validation", "TEST", "testing"])
@pytest.mark.parametrize("train", ["train", "training", "Train"])
def test_parts_have_many_names(tmp_path, train, test):
    make(tmp_path, f"{train}/a/1.png", f"{train}/b/2.png", f"{test}/a/3.png", f"{test}/b/4.JPG")
    assert found(tmp_path) == {
        "train": {"a": [f"{train}/a/1.png"], "b": [f"{train}/b/2.png"]},
        "test": {"a": [f"{test}/a/3.png"], "b": [f"{test}/b/4.JPG"]},
    }


def test_parts_may_be_named(tmp_path):
    make(tmp_path, "x/a/1.png", "y/a/2.png", "test/c/3.png")
    assert found(tmp_path, {"train": "x", "test": "y"})["test"] == {"a": ["y/a/2.png"]}
    with pytest.raises(InputError, match=r"split\.test: there is no folder .*z"):
        found(tmp_path, {"train": "x", "test": "z"})


def test_an_official_test_part_without_labels_gives_way_to_a_sorted_one(tmp_path):
    make(tmp_path, *SORTED, "test/1.png", "val/a/3.png", "val/b/4.png")
    assert found(tmp_path)["test"] == {"a": ["val/a/3.png"], "b": ["val/b/4.png"]}


def test_tiny_imagenet_is_read_as_it_is_distributed(tmp_path):
    make(
        tmp_path, "train/n1/images/n1_0.JPEG", "train/n2/images/n2_0.JPEG", "train/n1/n1_boxes.txt"
    )
    make(tmp_path, "test/images/test_0.JPEG", "val/images/val_0.JPEG", "val/images/val_1.JPEG")
    (tmp_path / "val/val_annotations.txt").write_text("val_0.JPEG\tn2\t0\nval_1.JPEG\tn1\t0\n")
    assert found(tmp_path) == {
        "train": {"n1": ["train/n1/images/n1_0.JPEG"], "n2": ["train/n2/images/n2_0.JPEG"]},
        "test": {"n1": ["val/images/val_1.JPEG"], "n2": ["val/images/val_0.JPEG"]},
    }
    files = {file.name for file in find_images(tmp_path).all()}
    assert "val_annotations.txt" in files
    (tmp_path / "val/val_annotations.txt").write_text("val_0.JPEG\tn2\t0\n")
    with pytest.raises(InputError, match=r"val_annotations\.txt does not say the class of .*val_1"):
        found(tmp_path)


IMAGENET = (
    *("ILSVRC2012_img_train/n01/n01_1.JPEG", "ILSVRC2012_img_train/n02/n02_1.JPEG"),
    *(f"ILSVRC2012_img_val/ILSVRC2012_val_0000000{number}.JPEG" for number in (1, 2, 3)),
)


def test_imagenet_is_read_by_its_development_kit(tmp_path):
    make(tmp_path, *IMAGENET)
    kit = tmp_path / "ILSVRC2012_devkit_t12/data"
    kit.mkdir(parents=True)
    (kit / "ILSVRC2012_validation_ground_truth.txt").write_text("2\n1\n2\n")
    with pytest.raises(InputError, match=r"needs meta\.mat of the development kit"):
        found(tmp_path)
    kind = [("ILSVRC2012_ID", "O"), ("WNID", "O")]
    synsets = np.array([[(1, "n01")], [(2, "n02")]], dtype=kind)
    savemat(kit / "meta.mat", {"synsets": synsets})
    assert {name: len(files) for name, files in found(tmp_path)["test"].items()} == {
        "n01": 1,
        "n02": 2,
    }
    assert found(tmp_path)["test"]["n01"] == ["ILSVRC2012_img_val/ILSVRC2012_val_00000002.JPEG"]
    (kit / "ILSVRC2012_validation_ground_truth.txt").write_text("2\n1\n")
    with pytest.raises(InputError, match="has 2 labels for 3 images"):
        found(tmp_path)


def test_imagenet_is_read_by_the_list_of_kaggle(tmp_path):
    make(tmp_path, *IMAGENET)
    lines = [
        "ImageId,PredictionString",
        *(
            f"ILSVRC2012_val_0000000{number},{name} 1 2 3 4"
            for number, name in ((1, "n02"), (2, "n01"), (3, "n02"))
        ),
    ]
    (tmp_path / "LOC_val_solution.csv").write_text("\n".join(lines) + "\n")
    assert found(tmp_path)["test"]["n01"] == ["ILSVRC2012_img_val/ILSVRC2012_val_00000002.JPEG"]


def test_a_folder_without_parts_is_split_class_by_class(tmp_path):
    make(tmp_path, *(f"{name}/{number:02}.png" for name in "ab" for number in range(12)))
    parts = found(tmp_path)
    assert parts == found(tmp_path)
    for name in "ab":
        assert (len(parts["train"][name]), len(parts["test"][name])) == (10, 2)
        both = {*parts["train"][name], *parts["test"][name]}
        assert both == {f"{name}/{number:02}.png" for number in range(12)}
    make(tmp_path, "c/1.png")
    with pytest.raises(InputError, match=r"c has 1 images; without parts a class needs 5"):
        found(tmp_path)


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (
            ["train/a/1.png"],
            "has train but no test part, a folder called one of test, testing, val",
        ),
        (["val/a/1.png"], "has val but no training part, a folder called one of train, training"),
        (["train/1.png", "test/a/1.png"], "train has no class folders"),
        ([*SORTED, "val/1.png"], "val has neither the class folders of the training part nor"),
        ([*SORTED, "test/a/1.png"], "the class b of .*train is not in .*test"),
        (["readme.txt"], "has no parts called train and test"),
    ],
)
def test_a_message_says_which_part_lacks_what(tmp_path, paths, said):
    make(tmp_path, *paths)
    with pytest.raises(InputError, match=said):
        found(tmp_path)


def test_names_are_compared_as_they_look(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    make(tmp_path, f"train/{composed}/1.png", f"test/{decomposed}/2.png")
    assert [*found(tmp_path)["test"]] == [composed]


def test_what_is_not_read_does_not_count(tmp_path):
    make(tmp_path, *SORTED, "test/a/3.png", "test/b/4.png")
    before = [*find_images(tmp_path).all()]
    make(tmp_path, "train/a/.DS_Store", ".nfs1", "train/a/labels.csv", "val/a/5.png", "x/y/z.png")
    make(tmp_path, "train/__MACOSX/a.png", "train/a/__MACOSX/1.png")
    (tmp_path / "train/a/.broken").symlink_to("nowhere")
    assert [*find_images(tmp_path).all()] == before


def test_folders_in_class_folders_and_links_are_followed(tmp_path):
    make(tmp_path, *SORTED, "train/a/more/0.png", "test/a/3.png", "elsewhere/4.png")
    (tmp_path / "test/b").symlink_to(tmp_path / "elsewhere")
    assert found(tmp_path)["train"]["a"] == ["train/a/1.png", "train/a/more/0.png"]
    assert found(tmp_path)["test"]["b"] == ["test/b/4.png"]


def test_an_unreadable_folder_is_named(tmp_path, monkeypatch):
    make(tmp_path, *SORTED, "test/a/3.png", "test/b/4.png")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("initstudy.data.image_files.os.scandir", refuse)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        found(tmp_path)
