"""Where images come from, by the names that studies give."""

from urllib.parse import urlsplit

_IDX = ["-images-idx3-ubyte.gz", "-labels-idx1-ubyte.gz"]
_MNIST = [part + suffix for part in ("train", "t10k") for suffix in _IDX]

ARCHIVES = {
    "cifar10": ["cifar-10-python.tar.gz"],
    "svhn": ["train_32x32.mat", "test_32x32.mat"],
    "mnist": _MNIST,
    "fashion_mnist": _MNIST,
}
"""The official names of a source's archives."""


def archive_name(url: str) -> str:
    """The file's name that an address leads to, without what is asked for after a ?."""
    return urlsplit(url).path.rpartition("/")[2]


MODULES = {
    "digits": "digits",
    "photos": "photos",
    "folder": "folder",
    **dict.fromkeys(ARCHIVES, "official"),
}
"""The module of this package that reads a source. It is imported by name, so that an edit of one
reader concerns the data sets that it reads alone."""

IMAGE_SIZE = 32
"""Height and width of images, in pixels, unless a data set says otherwise."""

IMAGES = {
    "digits": {"training": 1295, "validation": 143},
    "photos": {"training": 2700, "validation": 300},
    "cifar10": {"training": 45000, "validation": 5000},
    "svhn": {"training": 65931, "validation": 7326},
    "mnist": {"training": 54001, "validation": 5999},
    "fashion_mnist": {"training": 54000, "validation": 6000},
}
"""How many images a study can draw from, where a source is always the same."""
