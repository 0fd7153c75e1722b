"""Any folder of images, {train,test}/<class>/<file>, of any number, size and mode."""

import functools
import hashlib
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from initstudy.core.errors import InputError
from initstudy.data.store import BLOCK
from initstudy.study.sources import IMAGE_SIZE


class ImageFolder:
    """The images of `root`/{train,test}/<class>, where `val` stands in for a missing `test`.

    A `store.Source` that holds one class's file names and one block of images in memory. Names
    that begin with a dot are passed over, as are files beside the class folders. The checksum of
    a part is the sha256 of one line "<sha256 of the file>  <path below root>" per image, in the
    order of reading: by class, then by file name.

    Args:
        root: the folder.
        threads: how many images are decoded at once.
        size: height and width of the images it gives, in pixels.

    Raises:
        InputError: a part or its images are missing, or the parts differ in their classes.
    """

    def __init__(self, root: Path, threads: int, size: int = IMAGE_SIZE) -> None:
        self.description = f"image folder {root}"
        self._root = root
        self._threads = threads
        self.size = size
        self._parts = {"train": root / "train", "test": _test_part(root)}
        for folder in (root, *self._parts.values()):
            if not folder.is_dir():
                raise InputError(
                    f"The folder {folder} does not exist: images belong in "
                    f"{root / '{train,test}' / '<class>' / '<file>'}"
                )
        self.classes = _names(self._parts["train"], folders=True)
        if not self.classes:
            raise InputError(f"{self._parts['train']} holds no class folder: make one per class")
        surplus = set(self.classes).symmetric_difference(_names(self._parts["test"], folders=True))
        if surplus:
            raise InputError(
                f"The class {min(surplus)} is only in one of {self._parts['train']} and "
                f"{self._parts['test']}: both need the same class folders"
            )
        counts = {
            part: [_count(folder / name) for name in self.classes]
            for part, folder in self._parts.items()
        }
        self.labels = {part: np.repeat(np.arange(len(n)), n) for part, n in counts.items()}
        self._counts = counts
        self._digests: dict[str, str] = {}

    def blocks(self, part: str) -> Iterator[np.ndarray]:
        """The part's images in the order of its labels, (n, 3, size, size) uint8 at a time.

        Raises:
            InputError: a file is no readable image, or the folder changed since it was counted.
        """
        part_digest = hashlib.sha256()
        with ThreadPoolExecutor(self._threads) as pool:
            for name, count in zip(self.classes, self._counts[part], strict=True):
                folder = self._parts[part] / name
                files = [folder / file for file in _names(folder)]
                if len(files) != count:
                    raise InputError(f"{folder} changed while it was read: prepare it again")
                for start in range(0, count, BLOCK):
                    block = files[start : start + BLOCK]
                    digests, images = zip(*self._read_block(pool, block), strict=True)
                    for digest, file in zip(digests, block, strict=True):
                        path = os.fsencode(file.relative_to(self._root))
                        part_digest.update(b"%s  %s\n" % (digest.encode(), path))
                    yield np.stack(images)
        self._digests[part] = f"sha256:{part_digest.hexdigest()}"

    def _read_block(
        self, pool: ThreadPoolExecutor, files: list[Path]
    ) -> list[tuple[str, np.ndarray]]:
        # Filters are global to the process, hence set here, around all threads, and not in each.
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return list(pool.map(functools.partial(_read, size=self.size), files))

    def checksums(self) -> dict[str, str]:
        return self._digests


def _test_part(root: Path) -> Path:
    has_only_val = (root / "val").is_dir() and not (root / "test").is_dir()
    return root / ("val" if has_only_val else "test")


def _names(folder: Path, folders: bool = False) -> list[str]:
    """The sorted visible names in a folder: all, or only those of folders."""
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and (not folders or entry.is_dir())
        )


def _count(folder: Path) -> int:
    count = len(_names(folder))
    if count == 0:
        raise InputError(f"The class folder {folder} is empty: put images there or remove it")
    return count


def _read(file: Path, size: int) -> tuple[str, np.ndarray]:
    """The file's sha256 and its image, cropped to the central square: (3, size, size) uint8."""
    try:
        content = file.read_bytes()
        with Image.open(BytesIO(content)) as image:
            small = ImageOps.fit(_to_rgb(image), (size, size), Image.Resampling.BOX)
    except Exception as error:  # Pillow's decoders raise anything on broken files
        reason = "no known format" if isinstance(error, UnidentifiedImageError) else error
        raise InputError(
            f"{file} is not a readable image ({reason}): replace or remove it"
        ) from error
    return hashlib.sha256(content).hexdigest(), np.asarray(small).transpose(2, 0, 1)


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB: 16-bit values are scaled to 8 bits, transparent pixels lie on white."""
    if image.mode == "F":
        raise ValueError("floating-point values have no agreed range")
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("integers beyond 16 bits have no agreed range")
        image = Image.fromarray((values // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
