"""Patches of photographs that scikit-learn and scikit-image carry inside their packages.

Everything is read from the installed packages' files, so nothing here touches the network.
"""

import hashlib
from importlib.metadata import version
from importlib.resources import files

import numpy as np
from PIL import Image

from initstudy.core.errors import InputError
from initstudy.data.splits import SEED
from initstudy.data.store import ArraySource
from initstudy.study.sources import IMAGE_SIZE

PHOTOS = {
    "astronaut": "skimage/data/astronaut.png",
    "chelsea": "skimage/data/chelsea.png",
    "coffee": "skimage/data/coffee.png",
    "hubble": "skimage/data/hubble_deep_field.jpg",
    "ihc": "skimage/data/ihc.png",
    "retina": "skimage/data/retina.jpg",
    "rocket": "skimage/data/rocket.jpg",
    "motorcycle": "skimage/data/motorcycle_left.png",
    "china": "sklearn/datasets/images/china.jpg",
    "flower": "sklearn/datasets/images/flower.jpg",
}
PATCHES = {"train": 300, "test": 100}  # per photograph
TILE = 64  # pixels: small enough for many tiles, large enough for 33 x 33 places of a patch
FAINTEST = 16  # a patch whose values span less is black margin or clear sky: nothing to learn from


def photos() -> ArraySource:
    """32 x 32 patches of ten colour photographs; the class is the photograph.

    Training and test patches come from different tiles of the photograph and share no pixel.
    Patches of one part overlap, hence also those of train and validation.

    Raises:
        InputError: the installed packages lack one of the photographs.
    """
    generator = np.random.default_rng(SEED)
    images = {part: [] for part in PATCHES}
    digests = {}
    for name, path in PHOTOS.items():
        photo, digests[name] = _read_photo(path)
        for part, corners in _tiles(photo.shape[:2], generator).items():
            for top, left in _places(photo, corners, PATCHES[part], generator):
                patch = photo[top : top + IMAGE_SIZE, left : left + IMAGE_SIZE]
                images[part].append(patch.transpose(2, 0, 1))
    return ArraySource(
        description=f"patches of photographs in scikit-image {version('scikit-image')} "
        f"and scikit-learn {version('scikit-learn')}",
        classes=list(PHOTOS),
        labels={part: np.repeat(np.arange(len(PHOTOS)), n) for part, n in PATCHES.items()},
        images={part: np.stack(patches) for part, patches in images.items()},
        digests=digests,
    )


def _read_photo(path: str) -> tuple[np.ndarray, str]:
    """The (H, W, 3) uint8 pixels of a file inside a package, and its checksum."""
    package, _, rest = path.partition("/")
    file = files(package) / rest
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        with file.open("rb") as stream, Image.open(stream) as image:
            return np.asarray(image.convert("RGB")), f"sha256:{digest}"
    except OSError as error:
        raise InputError(
            f"The photograph {file} cannot be read: install the package versions in envs/"
        ) from error


def _tiles(shape: tuple[int, int], generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Cut a photograph into tiles, a random fourth of them for testing.

    Returns:
        Per part, (n, 2) top left corners of its tiles.
    """
    rows, columns = (size // TILE for size in shape)
    corners = TILE * np.stack(np.divmod(generator.permutation(rows * columns), columns), axis=1)
    for_test = len(corners) // 4
    return {"train": corners[for_test:], "test": corners[:for_test]}


def _places(
    photo: np.ndarray, corners: np.ndarray, count: int, generator: np.random.Generator
) -> list[tuple[int, int]]:
    """Draw `count` top left corners of patches, each within one of the tiles at `corners`."""
    places = []
    while len(places) < count:
        offset = generator.integers(0, TILE - IMAGE_SIZE, size=2, endpoint=True)
        top, left = (generator.choice(corners) + offset).tolist()
        if np.ptp(photo[top : top + IMAGE_SIZE, left : left + IMAGE_SIZE]) >= FAINTEST:
            places.append((top, left))
    return places
