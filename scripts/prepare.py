"""Prepare a data set: read images from their source, hold out validation, write one HDF5 file."""

import argparse
from pathlib import Path

from initstudy.commands import InputError, run
from initstudy.data.store import Source, write_dataset

EMBEDDED = ("digits", "photos")
OFFICIAL = ("cifar10", "svhn", "mnist", "fashion_mnist")


def main() -> None:
    arguments = parse_arguments()
    write_dataset(open_source(arguments), arguments.output)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--source",
        required=True,
        choices=(*EMBEDDED, *OFFICIAL, "folder"),
        help="where the images come from",
    )
    parser.add_argument(
        "--folder",
        default="",
        help="with --source folder: the folder with {train,test}/<class>/<image>",
    )
    parser.add_argument(
        "--archives",
        nargs="*",
        type=Path,
        default=[],
        metavar="FILE",
        help="with a source that is downloaded: its archives under their official names",
    )
    parser.add_argument(
        "--checksums",
        nargs="*",
        default=[],
        metavar="CHECKSUM",
        help="for each archive, in the same order, what it is verified against: md5:...",
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="images of a folder that are decoded at once"
    )
    parser.add_argument("--output", required=True, type=Path, help="HDF5 file to write")
    return parser.parse_args()


def open_source(arguments: argparse.Namespace) -> Source:
    """Imports only what the source needs: torchvision alone takes seconds."""
    if arguments.source in EMBEDDED:
        from initstudy.data import embedded

        return {"digits": embedded.digits, "photos": embedded.photos}[arguments.source]()
    if arguments.source in OFFICIAL:
        from initstudy.data.official import official

        return official(arguments.source, arguments.archives, arguments.checksums)
    from initstudy.data.folder import ImageFolder

    if not arguments.folder:
        raise InputError("--source folder needs --folder with the path of the images")
    return ImageFolder(Path(arguments.folder), arguments.threads)


if __name__ == "__main__":
    run(main)
