"""Bind pages into one PDF with an outline and page numbers."""

import argparse
import io
from collections.abc import Sequence
from pathlib import Path

from pypdf import PageObject, PdfReader, PdfWriter

from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.figures.style import page_numbers

POINTS = 72
"""Of an inch."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", nargs="+", required=True, help="PDFs, in order")
    parser.add_argument("--appendix", nargs="*", default=[], help="those that come last, PDFs")
    parser.add_argument("--output", required=True, help="the bound PDF")
    arguments = parser.parse_args()
    writer = PdfWriter()
    for file in arguments.pages:
        append(writer, file, None)
    if arguments.appendix:
        part = writer.add_outline_item(title="Appendix", page_number=len(writer.pages))
        for file in arguments.appendix:
            append(writer, file, part)
    number(writer.pages)
    with written_whole(arguments.output) as partial:
        writer.write(partial)


def append(writer: PdfWriter, file: str, part: object) -> None:
    """Add a page, with its title, or else the file's name, in the outline, in a part if given."""
    reader = PdfReader(file)
    title = (reader.metadata and reader.metadata.title) or Path(file).stem
    first = len(writer.pages)
    writer.append(reader, import_outline=False)
    writer.add_outline_item(title=title, page_number=first, parent=part)


def number(pages: Sequence[PageObject]) -> None:
    """Write "3 / 42" on every page."""
    sizes = [(page.mediabox.width / POINTS, page.mediabox.height / POINTS) for page in pages]
    for page, overlay in zip(pages, PdfReader(io.BytesIO(page_numbers(sizes))).pages, strict=True):
        page.merge_page(overlay)
        page.compress_content_streams()


if __name__ == "__main__":
    run(main)
