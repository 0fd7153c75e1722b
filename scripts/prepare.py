"""Prepare a data set: read images from their source, hold out validation, write one HDF5 file."""

import argparse
import importlib
from pathlib import Path

from initstudy.core.errors import InputError, run
from initstudy.data.store import Source, write_dataset
from initstudy.study.sources import ARCHIVES, IMAGE_SIZE, MODULES


def main() -> None:
    arguments = parse_arguments()
    write_dataset(open_source(arguments), arguments.output)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--source",
        required=True,
        choices=MODULES,
        help="where the images come from",
    )
    parser.add_argument(
        "--folder",
        default="",
        help="with --source folder: the folder with {train,test}/<class>/<image>",
    )
    parser.add_argument(
        "--size",
        type=int,
        default=IMAGE_SIZE,
        help="with --source folder: height and width to resize the images to, in pixels",
    )
    parser.add_argument("--bits", type=int, default=16, help="used of 16-bit values")
    parser.add_argument("--max-pixels", type=int, default=None, help="of one image")
    parser.add_argument("--split", nargs=2, metavar=("TRAIN", "TEST"), help="the parts' folders")
    parser.add_argument("--skip", action="store_true", help="leave out files that cannot be read")
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
    """Import what the source needs, and nothing else, and open it."""
    module = importlib.import_module(f"initstudy.data.{MODULES[arguments.source]}")
    if arguments.source in ARCHIVES:
        return module.official(arguments.source, arguments.archives, arguments.checksums)
    if arguments.source != "folder":
        return getattr(module, arguments.source)()
    if not arguments.folder:
        raise InputError("--source folder needs --folder with the path of the images")
    split = dict(zip(("train", "test"), arguments.split, strict=True)) if arguments.split else None
    reading = module.Reading(arguments.size, arguments.bits, arguments.max_pixels)
    folder = Path(arguments.folder)
    return module.ImageFolder(folder, arguments.threads, reading, split, skip=arguments.skip)


if __name__ == "__main__":
    run(main)
