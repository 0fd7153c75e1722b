"""Any folder of images, of any number, size and mode, in the layouts that `image_files` knows."""

import functools
import hashlib
import os
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from initstudy.core.errors import InputError
from initstudy.core.progress import Progress
from initstudy.data.image_files import ImageFiles, find_images
from initstudy.data.store import BLOCK
from initstudy.study.sources import IMAGE_SIZE

MOST_NAMED = 20
"""Of more files that cannot be read, a message says the number."""
LARGEST_VALUE = 281
"""TIFF's tag for the largest value that a pixel can have."""


@dataclass(frozen=True)
class Reading:
    """How files become images."""

    size: int = IMAGE_SIZE
    """Height and width of what is made of them, in pixels."""
    bits: int = 16
    """How many are used of the 16 in which such images store a value."""
    max_pixels: int | None = None
    """An image of more is refused, as a small file may unpack to any size; None: Pillow's limit."""


class ImageFolder:
    """A `store.Source` that holds one class's file names and one block of images in memory.

    The checksum of a part is the sha256 of one line "<sha256 of the file>  <path below root>" per
    image, in the order of reading: by class, then by path.

    Args:
        root: the folder.
        threads: how many images are decoded at once.
        reading: how files become images.
        split: the folders of the parts train and test, if they have names of their own.
        skip: leave out files that cannot be read, to find which all are decoded once more.

    Raises:
        InputError: a part or its images are missing, or the parts differ in their classes.
    """

    def __init__(
        self,
        root: Path,
        threads: int,
        reading: Reading | None = None,
        split: dict[str, str] | None = None,
        *,
        skip: bool = False,
    ) -> None:
        self._root = root
        self._threads = threads
        self._reading = reading or Reading()
        self._found = find_images(root, split)
        self.size = self._reading.size
        self.classes = self._found.classes
        self._skipped: dict[Path, str] = {}
        if skip:
            self._skipped = self._unreadable()
        counts = {
            part: [
                len(self._files(part, name)) if self._skipped else images.count
                for name, images in classes.items()
            ]
            for part, classes in self._found.parts.items()
        }
        for part, of_classes in counts.items():
            if not all(of_classes):
                name = self.classes[of_classes.index(0)]
                raise InputError(f"no file of the class {name} of {root}'s {part} part can be read")
        self.labels = {part: np.repeat(np.arange(len(n)), n) for part, n in counts.items()}
        self.description = _description(root, self._found, len(self._skipped))
        self._digests: dict[str, str] = {}

    def blocks(self, part: str) -> Iterator[np.ndarray]:
        """The part's images in the order of its labels, (n, 3, size, size) uint8 at a time.

        Raises:
            InputError: files are no readable images, all of which are named when the part has been
                read, or the folder changed since it was counted.
        """
        digest = hashlib.sha256()
        unreadable: dict[Path, str] = {}
        progress = Progress(f"{part} image", len(self.labels[part]))
        done = 0
        with ThreadPoolExecutor(self._threads) as pool:
            for files in self._files_in_blocks(part):
                images = []
                for file, outcome in zip(files, self._read_all(pool, files), strict=True):
                    if isinstance(outcome, str):
                        unreadable[file] = outcome
                        outcome = ("", np.zeros((3, self.size, self.size), np.uint8))
                    path = os.fsencode(file.relative_to(self._root))
                    digest.update(b"%s  %s\n" % (outcome[0].encode(), path))
                    images.append(outcome[1])
                done += len(files)
                progress.report(done)
                yield np.stack(images)
        if unreadable:
            others = {} if part == "test" else self._unreadable("test")
            raise InputError(_sentence(unreadable | others))
        self._digests[part] = f"sha256:{digest.hexdigest()}"

    def checksums(self) -> dict[str, str]:
        return self._digests

    def _files(self, part: str, name: str) -> list[Path]:
        files = self._found.parts[part][name].files()
        return [file for file in files if file not in self._skipped]

    def _files_in_blocks(self, part: str) -> Iterator[list[Path]]:
        for name in self.classes:
            files = self._files(part, name)
            for start in range(0, len(files), BLOCK):
                yield files[start : start + BLOCK]

    def _unreadable(self, *parts: str) -> dict[Path, str]:
        """The files of some parts, or of all, that are no readable images, and why."""
        found: dict[Path, str] = {}
        with ThreadPoolExecutor(self._threads) as pool:
            for part in parts or self._found.parts:
                for files in self._files_in_blocks(part):
                    outcomes = zip(files, self._read_all(pool, files), strict=True)
                    found |= {file: why for file, why in outcomes if isinstance(why, str)}
        return found

    def _read_all(
        self, pool: ThreadPoolExecutor, files: list[Path]
    ) -> Iterator[tuple[str, np.ndarray] | str]:
        """Each file's sha256 and image, or why there is none."""
        # Both are global to the process, hence set here, around all threads, and not in each.
        limit = Image.MAX_IMAGE_PIXELS
        if self._reading.max_pixels is not None:
            Image.MAX_IMAGE_PIXELS = self._reading.max_pixels
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                yield from pool.map(functools.partial(_read, reading=self._reading), files)
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _description(root: Path, found: ImageFiles, skipped: int) -> str:
    """Where the images come from; what was passed over is said in the log."""
    if found.passed_over:
        kinds = ", ".join(
            f"{count} {suffix}" for suffix, count in sorted(found.passed_over.items())
        )
        print(f"{root}: files passed over that are no images by name: {kinds}", file=sys.stderr)
    left_out = f"; {skipped} files left out that cannot be read as images" if skipped else ""
    usual = found.layout in ("train and test", "train and val")
    return f"image folder {root}{'' if usual else f' ({found.layout})'}{left_out}"


def _sentence(unreadable: dict[Path, str]) -> str:
    """All files that are no readable images, with their number."""
    named = [f"{file} ({why})" for file, why in list(unreadable.items())[:MOST_NAMED]]
    more = len(unreadable) - len(named)
    files = (
        "1 file is no readable image"
        if len(unreadable) == 1
        else (f"{len(unreadable)} files are no readable images")
    )
    return (
        f"{files}: {'; '.join(named)}{f'; and {more} more' if more else ''}. Replace them, or leave"
        " such files out with `on_error: skip`"
    )


def _read(file: Path, reading: Reading) -> tuple[str, np.ndarray] | str:
    """The file's sha256 and its image, upright and cropped to the central square: (3, size, size)
    uint8; or why there is none."""
    try:
        content = file.read_bytes()
        with Image.open(BytesIO(content)) as image:
            upright = ImageOps.exif_transpose(image)
            values = _to_rgb(upright, _largest(image, reading))
            small = ImageOps.fit(values, (reading.size, reading.size), Image.Resampling.BOX)
    except UnidentifiedImageError:
        return "no known format"
    except Exception as error:  # Pillow's decoders raise anything on broken files
        return " ".join(str(error).split()) or type(error).__name__
    return hashlib.sha256(content).hexdigest(), np.asarray(small).transpose(2, 0, 1)


def _largest(image: Image.Image, reading: Reading) -> int:
    """The largest value that a pixel of 16 bits can have."""
    told = getattr(image, "tag_v2", {}).get(LARGEST_VALUE)
    if told is None:
        return 2**reading.bits - 1
    return int(told[0] if isinstance(told, tuple) else told)


def _to_rgb(image: Image.Image, largest: int) -> Image.Image:
    """Any mode as RGB: 16-bit values are scaled to 8 bits, transparent pixels lie on white."""
    if image.mode == "F":
        raise ValueError("floating-point values have no agreed range")
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > largest:
            raise ValueError(f"values beyond 0 to {largest}")
        image = Image.fromarray((values * 255 // largest).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
