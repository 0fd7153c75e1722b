"""Which files below a folder are a data set's images, and of what parts and classes.

Standard library alone, as the workflow asks for them, too, whenever it plans: what counts of a
folder is what is read of it.
"""

import os
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from initstudy.core.errors import InputError
from initstudy.data.image_lists import labels_of

SUFFIXES = {
    *("", ".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm"),
    *(".pcx", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"),
}
"""Of images, in lower case; files of other names are passed over."""
TRAINING = ("train", "training", "ilsvrc2012_img_train")
HELD_OUT = ("test", "testing", "val", "valid", "validation", "ilsvrc2012_img_val")
"""What folders of the two parts are called, in lower case. An official test part often lies flat,
its labels being secret: the first that has labels counts."""
NOT_ONES_OWN = ("__MACOSX",)
"""Folders that archives bring along."""
TEST_SHARE = 5
"""Of a folder without parts, one image in so many of each class is a test image."""


@dataclass(frozen=True)
class ClassFiles:
    """The images of a class: how many, and a way to list them, as all names together are many."""

    count: int
    listed: Callable[[], list[Path]]
    """In the order of their paths."""

    def files(self) -> list[Path]:
        """Raises InputError if they are no longer as many."""
        found = self.listed()
        if len(found) != self.count:
            where = found[0].parent if found else "a class folder"
            raise InputError(f"{where} changed while it was read; prepare it again")
        return found


@dataclass(frozen=True)
class ImageFiles:
    """What is read of a folder."""

    parts: dict[str, dict[str, ClassFiles]]
    """train and test -> class, in alphabetical order -> its images."""
    layout: str
    """Where they were found, in words."""
    lists: list[Path] = field(default_factory=list)
    """Files with labels that were read."""
    passed_over: Counter = field(default_factory=Counter)
    """How many files are no images by their names, by the ends of these."""

    @property
    def classes(self) -> list[str]:
        return list(self.parts["train"])

    def all(self) -> Iterator[Path]:
        """Every file that is read."""
        yield from self.lists
        for classes in self.parts.values():
            for images in classes.values():
                yield from images.files()


def find_images(root: Path, split: dict[str, str] | None = None) -> ImageFiles:
    """The images of `root`/<part>/<class>/, or of `root`/<class>/ where there are no parts.

    split: the folders of the parts train and test, if they have names of their own. A part without
    class folders is read by its list of labels, if it has one (see `image_lists`). Folders in class
    folders are read, too; names that begin with a dot are passed over. Of a folder without parts
    each class is split, with a fixed seed.

    Raises InputError, one sentence that names the file, where that does not come to the same
    classes, with images, in both parts.
    """
    if not root.is_dir():
        raise InputError(f"the folder {root} does not exist; give another, or put images there")
    passed_over: Counter = Counter()
    folders = _folders(root)
    named = {name.lower(): folder for name, folder in folders.items()}
    if split:
        train, test = (_declared(root, split[part], part) for part in ("train", "test"))
        candidates = [test]
    else:
        trains = [named[name] for name in TRAINING if name in named]
        candidates = [named[name] for name in HELD_OUT if name in named]
        if not trains and not candidates:
            return _without_parts(root, folders, passed_over)
        if not trains or not candidates:
            lacking, has = ("training", candidates) if not trains else ("test", trains)
            names = TRAINING if not trains else HELD_OUT
            raise InputError(
                f"{root} has {has[0].name} but no {lacking} part, a folder called one of"
                f" {', '.join(names)}; make one, or name the parts by `split`"
            )
        train = trains[0]
    training = _classes(train, passed_over)
    if not training:
        raise InputError(f"{train} has no class folders; make one for each class of images")
    test, classes, lists = _held_out(root, candidates, training, passed_over)
    _check_classes(train, training, test, classes)
    parts = {"train": training, "test": {name: classes[name] for name in training}}
    return ImageFiles(parts, f"{train.name} and {test.name}", lists, passed_over)


def _held_out(
    root: Path, candidates: list[Path], training: dict, passed_over: Counter
) -> tuple[Path, dict[str, ClassFiles], list[Path]]:
    """The first part with labels: its folder, its classes, and the lists that say them."""
    for part in candidates:
        classes = _classes(part, passed_over)
        if classes.keys() & training.keys():
            return part, classes, []
        labelled, lists = labels_of(root, part, _images(part, Counter()))
        if labelled:
            of_class = {
                name: ClassFiles(len(files), partial(list, files))
                for name, files in labelled.items()
            }
            return part, of_class, lists
    raise InputError(
        f"{candidates[0]} has neither the class folders of the training part nor a list of labels"
        " that is known; sort its images into class folders"
    )


def _declared(root: Path, name: str, part: str) -> Path:
    folder = root / name
    if not folder.is_dir():
        raise InputError(f"split.{part}: there is no folder {folder}")
    return folder


def _without_parts(root: Path, folders: dict[str, Path], passed_over: Counter) -> ImageFiles:
    """The images of a folder of class folders, of each class a share for testing."""
    classes = _classes(root, passed_over)
    if len(classes) < 2:
        raise InputError(
            f"{root} has no parts called train and test (or val), nor class folders of two classes;"
            f" images belong in {root / '<part>/<class>/<file>'}"
        )
    parts: dict[str, dict[str, ClassFiles]] = {"train": {}, "test": {}}
    for name, images in classes.items():
        if images.count < TEST_SHARE:
            raise InputError(
                f"{folders.get(name, root / name)} has {images.count} images; without parts a class"
                f" needs {TEST_SHARE}, of which one is for testing"
            )
        for part, count in _shares(images.count).items():
            parts[part][name] = ClassFiles(count, partial(_share, images, part))
    layout = f"class folders without parts, one image in {TEST_SHARE} for testing"
    return ImageFiles(parts, layout, [], passed_over)


def _shares(count: int) -> dict[str, int]:
    """How many of a class's images are of each part."""
    return {"train": count - count // TEST_SHARE, "test": count // TEST_SHARE}


def _share(images: ClassFiles, part: str) -> list[Path]:
    """Those of a class's images that are of a part."""
    files = images.files()
    held_out = {*random.Random(0).sample(files, _shares(len(files))["test"])}
    return [file for file in files if (file in held_out) == (part == "test")]


def _check_classes(train: Path, training: dict, test: Path, testing: dict) -> None:
    """Raise InputError unless two parts have the same classes, each with images."""
    for name in sorted(training.keys() ^ testing.keys()):
        has, lacks = (train, test) if name in training else (test, train)
        raise InputError(f"the class {name} of {has} is not in {lacks}; both need the same classes")
    for part, classes in ((train, training), (test, testing)):
        for name, images in classes.items():
            if not images.count:
                raise InputError(f"the class {name} of {part} has no images; put some there")


def _classes(part: Path, passed_over: Counter) -> dict[str, ClassFiles]:
    """Class -> its images, of a folder of class folders; names are in Unicode's composed form."""
    found: dict[str, list[Path]] = {}
    for name, folder in _folders(part).items():
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise InputError(f"the name of {folder!a} is not in UTF-8; rename it") from error
        composed = unicodedata.normalize("NFC", name)
        found.setdefault(composed, []).append(folder)
    return {
        name: ClassFiles(
            sum(len(_images(folder, passed_over)) for folder in found[name]),
            partial(_all_images, found[name]),
        )
        for name in sorted(found)
    }


def _all_images(folders: list[Path]) -> list[Path]:
    return [file for folder in folders for file in _images(folder, Counter())]


def _images(folder: Path, passed_over: Counter, above: tuple = ()) -> list[Path]:
    """The images in a folder and its folders, in the order of their paths."""
    state = os.stat(folder)
    here = (state.st_dev, state.st_ino)
    if here in above:
        raise InputError(f"{folder} is a link to a folder that it lies in; take it away")
    found: list[Path] = []
    for entry in _visible(folder):
        path = folder / entry.name
        if _is_folder(entry):
            found += _images(path, passed_over, (*above, here))
        elif (suffix := os.path.splitext(entry.name)[1].lower()) in SUFFIXES:
            found.append(path)
        else:
            passed_over[suffix] += 1
    return found


def _folders(folder: Path) -> dict[str, Path]:
    """Name -> path of the visible folders in a folder."""
    return {entry.name: folder / entry.name for entry in _visible(folder) if _is_folder(entry)}


def _visible(folder: Path) -> list[os.DirEntry]:
    """What is in a folder, by name, but for hidden names and what archives bring along."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                (
                    entry
                    for entry in entries
                    if not entry.name.startswith(".") and entry.name not in NOT_ONES_OWN
                ),
                key=lambda entry: entry.name,
            )
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}") from error


def _is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder, or a link that leads to one."""
    if entry.is_symlink():
        try:
            entry.stat()
        except OSError as error:
            raise InputError(
                f"{entry.path} is a link that leads nowhere ({error.strerror}); mend it"
            ) from error
    return entry.is_dir()
