"""Bind pages into one PDF with an outline."""

import argparse
from pathlib import Path

from pypdf import PdfWriter

from initstudy.core.errors import run
from initstudy.core.files import written_whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", nargs="+", required=True, help="PDFs, in order")
    parser.add_argument("--output", required=True, help="the bound PDF")
    arguments = parser.parse_args()
    writer = PdfWriter()
    for page in arguments.pages:
        writer.append(page, outline_item=Path(page).stem)
    with written_whole(arguments.output) as partial:
        writer.write(partial)


if __name__ == "__main__":
    run(main)
