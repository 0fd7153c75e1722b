"""Folders as people have them, made at random: either every image is read, or one sentence says why
not."""

import tempfile
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from initstudy.core.errors import InputError
from initstudy.data.folder import ImageFolder, Reading
from initstudy.data.image_files import TEST_SHARE

NAMED = [("train", "test"), ("training", "val"), ("Train", "VALID")]
PARTS = st.sampled_from([*NAMED, *NAMED, ("", ""), ("train", ""), ("train", "x")])
"""What the two parts are called; "" of both: classes lie in the folder itself."""
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="/")
CLASS_NAMES = st.one_of(
    st.sampled_from(["cat", "a dog", "{word}", "$HOME", "<b>", "n01440764", "été", "会", "it's"]),
    st.text(LETTERS, min_size=1, max_size=12),
).filter(lambda name: not name.startswith(".") and name != "__MACOSX")
FORMATS = ("png", "PNG", "bmp", "jpg", "gif", "tiff", "webp")
OTHERS = ("Thumbs.db", "labels.csv", "notes.txt", ".DS_Store", ".hidden.png", "__MACOSX/a.png")
BAD = (b"", b"no image", b"\x89PNG\r\n\x1a\n cut short")
IMAGE = st.tuples(
    st.just("image"), st.sampled_from(FORMATS), st.sampled_from(["", "deep/", "a/b/"])
)
OTHER = st.tuples(st.just("other"), st.sampled_from(OTHERS), st.just(""))
UNREADABLE = st.tuples(st.just("bad"), st.integers(0, len(BAD) - 1), st.just(""))
PICTURES = st.tuples(st.lists(IMAGE, min_size=1, max_size=7), st.lists(OTHER, max_size=2)).map(
    lambda lists: lists[0] + lists[1]
)
ANYTHING = st.lists(st.one_of(IMAGE, OTHER, UNREADABLE), max_size=7)


def classes(*files):
    return st.dictionaries(CLASS_NAMES, st.one_of(*files), max_size=4)


@st.composite
def folders(draw):
    """Part -> class -> files; often both parts have the same classes, as they should."""
    training = draw(st.one_of(classes(PICTURES), classes(PICTURES, ANYTHING)))
    alike = {name: [("image", "png", "")] for name in training}
    testing = draw(st.one_of(st.just(alike), st.just(alike), classes(PICTURES, ANYTHING)))
    return draw(PARTS), training, testing


def write(folder: Path, files: list[tuple], colour: int) -> list[str]:
    """Make files, images of one colour, and say of what kinds they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (kind, which, below) in enumerate(files):
        if kind == "image":
            path = folder / below / f"{number}.{which}"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (9, 12), (colour, colour, colour)).save(path)
        elif kind == "bad":
            (folder / f"{number}.png").write_bytes(BAD[which])
        else:
            (folder / which).parent.mkdir(exist_ok=True)
            (folder / which).write_bytes(b"something")
    return [kind for kind, _, _ in files]


def composed(name: str) -> str:
    """What the class of a folder is called: macOS decomposes letters."""
    return unicodedata.normalize("NFC", name)


def read(root: Path, skip: bool) -> tuple[ImageFolder, dict[str, np.ndarray]] | str:
    """The folder and the images of each part, or what is said of it."""
    try:
        source = ImageFolder(root, threads=1, reading=Reading(8), skip=skip)
        return source, {part: np.concatenate(list(source.blocks(part))) for part in source.labels}
    except InputError as error:
        return str(error)


ONE = [("image", "png", "")]
TWICE = {"e\N{COMBINING ACUTE ACCENT}": ONE, "\N{LATIN SMALL LETTER E WITH ACUTE}": ONE}
"""A class whose name is decomposed in one folder, and composed in another."""


@given(folders(), st.booleans())
@example((("train", "test"), TWICE, TWICE), False)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_every_image_is_read_or_one_sentence_says_why_not(made, skip):
    (train, test), training, testing = made
    parts = {train: training} | ({test: testing} if test != train else {})
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "images"
        names = sorted({composed(name) for classes in parts.values() for name in classes})
        written = {part: {} for part in parts}
        for part, classes in parts.items():
            (root / part).mkdir(exist_ok=True, parents=True)
            for name, files in classes.items():
                wrote = write(root / part / name, files, 30 * names.index(composed(name)))
                # Folders whose names are one and the same in composed form are one class.
                written[part].setdefault(composed(name), Counter()).update(wrote)
        outcome = read(root, skip)
        if isinstance(outcome, str):
            assert "\n" not in outcome
            assert str(root) in outcome
            assert not is_in_order(written)
            return
    source, images = outcome
    assert skip or not any(one["bad"] for part in written.values() for one in part.values())
    expected = {name: [part[name]["image"] for part in written.values()] for name in written[train]}
    counts = [np.bincount(labels) for labels in source.labels.values()]
    if len(written) == 1:
        counts = [sum(counts)]
    assert expected == {
        name: [count[place] for count in counts] for place, name in enumerate(source.classes)
    }
    for part, labels in source.labels.items():
        for label, image in zip(labels, images[part], strict=True):
            assert abs(image.mean() - 30 * names.index(source.classes[label])) < 3


def is_in_order(written: dict[str, dict[str, Counter]]) -> bool:
    """Whether there is nothing to complain of; written: part -> class -> kinds of its files."""
    files = [one for classes in written.values() for one in classes.values()]
    images = [one["image"] for one in files]
    if any(one["bad"] for one in files):
        return False
    if list(written) == [""]:
        return len(images) > 1 and min(images) >= TEST_SHARE
    if not {*map(str.lower, written)} <= {"train", "training", "test", "val", "valid"}:
        return False
    training, testing = written.values() if len(written) == 2 else ({}, {})
    return training.keys() == testing.keys() and min(images, default=0) > 0
