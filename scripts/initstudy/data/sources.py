"""Where images come from, by the names that studies give."""

ARCHIVES = ("cifar10", "svhn", "mnist", "fashion_mnist")

MODULES = {
    "digits": "digits",
    "photos": "photos",
    "folder": "folder",
    **dict.fromkeys(ARCHIVES, "official"),
}
"""The module of this package that reads a source. It is imported by name, so that an edit of one
reader concerns the data sets that it reads alone."""
