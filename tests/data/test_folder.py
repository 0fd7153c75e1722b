"""Folders of images: any mode and size becomes 32 x 32 RGB, and every mistake is named."""

import hashlib
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from initstudy.core.errors import InputError
from initstudy.data import folder as module
from initstudy.data.folder import ImageFolder, Reading
from initstudy.data.store import read_dataset, write_dataset

PREPARE = Path(__file__).parents[2] / "scripts" / "prepare.py"


def random_image(seed, size=(32, 32)):
    generator = np.random.default_rng(seed)
    return Image.fromarray(generator.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


@pytest.fixture
def root(tmp_path):
    """Two classes with four training and two test images each."""
    root = tmp_path / "images"
    for seed in range(12):
        part, label = ("train", "test")[seed >= 8], ("cat", "dog")[seed % 2]
        (root / part / label).mkdir(parents=True, exist_ok=True)
        random_image(seed).save(root / part / label / f"{seed:02}.png")
    return root


def read(root, part="test"):
    return np.concatenate(list(ImageFolder(root, threads=2).blocks(part)))


def read_one(root, image, name="00.png"):
    """What becomes of `image` when it is the first of the test part."""
    image.save(root / "test" / "cat" / name)
    return read(root)[0]


def test_images_come_by_class_and_name_unchanged(root, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 3)
    source = ImageFolder(root, threads=2)
    expected = np.stack([random_image(seed) for seed in (0, 2, 4, 6, 1, 3, 5, 7)])
    blocks = list(source.blocks("train"))
    assert [len(block) for block in blocks] == [3, 1, 3, 1]
    np.testing.assert_array_equal(np.concatenate(blocks), expected.transpose(0, 3, 1, 2))
    assert source.classes == ["cat", "dog"]
    assert source.labels["train"].tolist() == [0] * 4 + [1] * 4
    assert source.labels["test"].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("size", [8, 64])
def test_images_have_the_size_that_is_asked_for(root, tmp_path, size):
    source = ImageFolder(root, threads=2, reading=Reading(size))
    write_dataset(source, tmp_path / "out.h5")
    images = read_dataset(tmp_path / "out.h5").images["test"]
    assert images.shape == (4, 3, size, size)
    # What is not enlarged is averaged over: eight images of 32 pixels have means as theirs.
    means = images.mean(axis=(2, 3))
    expected = np.stack(
        [np.asarray(random_image(seed)).mean(axis=(0, 1)) for seed in (8, 10, 9, 11)]
    )
    np.testing.assert_allclose(means, expected, atol=1)


def test_the_checksum_covers_paths_and_bytes(root):
    source = ImageFolder(root, threads=2)
    list(source.blocks("test"))
    lines = "".join(
        f"{hashlib.sha256((root / path).read_bytes()).hexdigest()}  {path}\n"
        for path in ("test/cat/08.png", "test/cat/10.png", "test/dog/09.png", "test/dog/11.png")
    )
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert source.checksums() == {"test": f"sha256:{expected}"}


def test_val_is_the_test_part_only_where_there_is_no_test(root):
    (root / "val").mkdir()
    np.testing.assert_array_equal(read(root)[0], np.asarray(random_image(8)).transpose(2, 0, 1))
    (root / "val").rmdir()
    (root / "test").rename(root / "val")
    np.testing.assert_array_equal(read(root)[0], np.asarray(random_image(8)).transpose(2, 0, 1))


def test_hidden_names_and_files_beside_the_classes_are_passed_over(root):
    (root / "train" / "cat" / ".DS_Store").write_text("x")
    (root / "train" / ".cache").mkdir()
    (root / "train" / "README.txt").write_text("x")
    source = ImageFolder(root, threads=1)
    assert len(list(source.blocks("train"))) == 2
    assert source.classes == ["cat", "dog"]


def test_images_are_cropped_centrally_and_averaged(root):
    image = np.full((128, 64, 3), 7, np.uint8)
    image[:32], image[-32:] = 255, 255  # beyond the central square
    assert (read_one(root, Image.fromarray(image)) == 7).all()
    checker = np.indices((64, 64)).sum(axis=0) % 2 * 200
    averaged = read_one(root, Image.fromarray(checker.astype(np.uint8)))
    assert (averaged == 100).all()


def test_small_images_are_enlarged(root):
    assert (read_one(root, Image.new("RGB", (5, 9), (1, 2, 3)))[2] == 3).all()


@pytest.mark.parametrize(
    ("image", "name", "rgb"),
    [
        (Image.new("L", (40, 40), 90), "00.png", (90, 90, 90)),
        (Image.new("1", (40, 40), 1), "00.png", (255, 255, 255)),
        (Image.new("I;16", (40, 40), 0x8000), "00.png", (127, 127, 127)),
        (Image.new("I", (40, 40), 65535), "00.tif", (255, 255, 255)),
        (Image.new("RGB", (40, 40), (9, 8, 7)).quantize(4), "00.png", (9, 8, 7)),
        (Image.new("RGBA", (40, 40), (9, 8, 7, 255)), "00.png", (9, 8, 7)),
        (Image.new("RGBA", (40, 40), (9, 8, 7, 0)), "00.png", (255, 255, 255)),
        (Image.new("LA", (40, 40), (9, 255)), "00.png", (9, 9, 9)),
        (Image.new("CMYK", (40, 40), (255, 0, 0, 0)), "00.tif", (0, 255, 255)),
    ],
    ids=["grey", "bits", "16 bit", "integers", "palette", "opaque", "transparent", "LA", "CMYK"],
)
def test_every_mode_becomes_rgb(root, image, name, rgb):
    (root / "test" / "cat" / "08.png").unlink()
    expected = np.broadcast_to(np.array(rgb)[:, None, None], (3, 32, 32))
    np.testing.assert_array_equal(read_one(root, image, name), expected)


@pytest.mark.parametrize(
    ("image", "reason"),
    [(Image.new("F", (9, 9)), "floating-point"), (Image.new("I", (9, 9), 70000), "0 to 65535")],
)
def test_values_without_a_range_are_refused(root, image, reason):
    with pytest.raises(InputError, match=rf"00\.tif \(.*{reason}"):
        read_one(root, image, "00.tif")


def test_a_decompression_bomb_is_named(root, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(InputError, match=r"4 files are no readable images: .*08\.png \(.*bomb"):
        read(root)
    allowed = ImageFolder(root, threads=2, reading=Reading(max_pixels=10_000))
    assert len(list(allowed.blocks("test"))) == 2
    assert Image.MAX_IMAGE_PIXELS == 1000


def test_a_folder_that_changes_while_it_is_read_is_named(root):
    source = ImageFolder(root, threads=1)
    (root / "test" / "dog" / "09.png").unlink()
    with pytest.raises(InputError, match="dog changed while it was read"):
        list(source.blocks("test"))


def test_memory_does_not_grow_with_the_number_of_images(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 64)
    peaks = {}
    for per_class in (40, 240):
        root = tmp_path / str(per_class)
        for part, label, number in np.ndindex(2, 5, per_class):
            folder = root / ("train", "test")[part] / f"class{label}"
            folder.mkdir(parents=True, exist_ok=True)
            if number == 0:
                random_image(label).save(folder / "0.png")
            else:
                (folder / f"{number}.png").hardlink_to(folder / "0.png")
        tracemalloc.start()
        write_dataset(ImageFolder(root, threads=2), tmp_path / "out.h5")
        peaks[per_class] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    grown_by = 2 * 5 * (240 - 40)
    assert peaks[240] - peaks[40] < grown_by * 3 * 32 * 32 / 5


def prepare(folder, output):
    command = [sys.executable, PREPARE, "--source", "folder", "--folder", folder]
    command += ["--threads", "2", "--output", output]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_command_line_prepares_a_folder(root, tmp_path):
    assert prepare(root, tmp_path / "out.h5").returncode == 0
    dataset = read_dataset(tmp_path / "out.h5")
    assert dataset.provenance["source"] == f"image folder {root}"
    assert dataset.provenance["counts"] == {"train": 6, "validation": 2, "test": 4}
    assert sorted(dataset.provenance["checksums"]) == ["test", "train"]


def empty(folder):
    for file in folder.iterdir():
        file.unlink()


def truncate(file):
    random_image(0, (300, 300)).save(file)
    file.write_bytes(file.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda root: root.rename(root.with_name("gone")), "images does not exist"),
        (lambda root: (root / "train").rename(root / "trian"), "no training part"),
        (lambda root: (root / "test").rename(root / "tests"), "has train but no test part"),
        (lambda root: (root / "test" / "cat").rename(root / "test" / "cow"), "class cat"),
        (lambda root: empty(root / "test" / "dog"), "class dog of"),
        (lambda root: truncate(root / "train" / "cat" / "00.png"), "00.png (image file is trunc"),
        (lambda root: (root / "test" / "cow").symlink_to("nowhere"), "cow is a link that leads no"),
        (
            lambda root: (root / "test/cat/0.png").symlink_to("nowhere"),
            "0.png is a link that leads",
        ),
        (lambda root: (root / "test/cat/all").symlink_to(root / "test"), "folder that it lies in"),
        (lambda root: os.mkdir(os.fsencode(root / "test") + b"/\xe9"), "is not in UTF-8"),
    ],
    ids=[
        *("root", "train", "test", "classes", "empty", "truncated", "link to a class"),
        *("link to an image", "circle of links", "Latin-1"),
    ],
)
def test_the_command_line_names_what_is_wrong(root, tmp_path, spoil, named):
    spoil(root)
    result = prepare(root, tmp_path / "out.h5")
    assert result.returncode == 1
    *_, said = result.stderr.splitlines()
    assert said.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert named in said
    assert str(root) in result.stderr
    assert list(tmp_path.glob("*.h5")) == []


def test_the_command_line_wants_a_folder(tmp_path):
    result = prepare("", tmp_path / "out.h5")
    assert result.returncode == 1
    assert result.stderr == "Error: --source folder needs --folder with the path of the images\n"


def test_all_files_that_cannot_be_read_are_named_at_once(root):
    for path in ("train/cat/00.png", "train/dog/03.png", "test/cat/08.png"):
        truncate(root / path)
    source = ImageFolder(root, threads=2)
    with pytest.raises(InputError) as raised:
        list(source.blocks("train"))
    said = str(raised.value)
    assert said.startswith("3 files are no readable images: ")
    assert all(name in said for name in ("00.png", "03.png", "08.png"))
    assert "on_error: skip" in said


def test_files_that_cannot_be_read_are_left_out_where_that_is_said(root):
    truncate(root / "train" / "cat" / "00.png")
    source = ImageFolder(root, threads=2, skip=True)
    assert source.labels["train"].tolist() == [0] * 3 + [1] * 4
    assert sum(map(len, source.blocks("train"))) == 7
    assert source.description.endswith("; 1 files left out that cannot be read as images")
    for name in ("02", "04", "06"):
        truncate(root / "train" / "cat" / f"{name}.png")
    with pytest.raises(InputError, match=r"no file of the class cat of .* train part can be read"):
        ImageFolder(root, threads=2, skip=True)


ORIENTED = np.zeros((40, 60, 3), np.uint8)
ORIENTED[:20] = 255  # Light above, dark below.
TURNS = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: image.transpose(1, 0, 2)[::-1],
    8: lambda image: image.transpose(1, 0, 2)[:, ::-1],
}
"""EXIF orientation -> how a camera that was held so stores what is upright."""


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("orientation", TURNS)
def test_images_are_upright(root, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(TURNS[orientation](ORIENTED)))
    (root / "test" / "cat" / "08.png").unlink()
    stored.save(root / "test" / "cat" / f"00.{suffix}", exif=exif, quality=95)
    found = read(root)[0].astype(int)
    assert found[:, :12].min() > 200
    assert found[:, -12:].max() < 50


def test_values_of_twelve_bits_are_scaled_as_such(root):
    for name in ("08", "10"):
        (root / "test" / "cat" / f"{name}.png").unlink()
    grey = np.full((40, 40), 2048, np.uint16)
    Image.fromarray(grey).save(root / "test" / "cat" / "1.png")
    Image.fromarray(grey).save(root / "test" / "cat" / "2.tif", tiffinfo={281: 4095})
    plain = read(root)
    assert (plain[0, 0, 0, 0], plain[1, 0, 0, 0]) == (7, 127)
    told = ImageFolder(root, threads=1, reading=Reading(bits=12))
    assert next(iter(told.blocks("test")))[0, 0, 0, 0] == 127


def test_what_is_passed_over_is_counted_in_the_log(root, capsys):
    for name in ("Thumbs.db", "labels.csv", "more.csv", ".DS_Store"):
        (root / "train" / "cat" / name).write_text("x")
    (root / "train" / "__MACOSX").mkdir()
    ImageFolder(root, threads=1)
    said = capsys.readouterr().err
    assert "files passed over that are no images by name: 2 .csv, 1 .db" in said
