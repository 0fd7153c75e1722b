"""Whether the texts of a figure can be read."""

import itertools
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from pypdf import PdfReader


def text_boxes(figure: Figure) -> dict[Text, Bbox]:
    """Where the texts of a figure are drawn."""
    figure.draw_without_rendering()
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not (axes.axison and low <= tick.get_loc() <= high):
                    hidden |= {tick.label1, tick.label2}
    boxes = {}
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in hidden:
            box = text.get_window_extent()
            # Empty first lines, which set a label lower, hold no ink.
            lines = text.get_text().split("\n")
            empty = len(lines) - len(text.get_text().lstrip("\n").split("\n"))
            boxes[text] = Bbox([box.p0, (box.x1, box.y1 - box.height * empty / len(lines))])
    return boxes


def assert_legible(figure: Figure) -> None:
    """No text overlaps another, or follows it in a line without a gap, or leaves the page."""
    boxes = text_boxes(figure)
    width, height = figure.bbox.size
    assert not [
        text.get_text()
        for text, box in boxes.items()
        if min(box.x0, box.y0) < 0 or box.x1 > width or box.y1 > height
    ]
    gap = figure.dpi / 72
    inside = [(text.get_text(), box.padded(gap, -0.5)) for text, box in boxes.items()]
    pairs = itertools.combinations(inside, 2)
    assert not [(first[0], other[0]) for first, other in pairs if first[1].overlaps(other[1])]


def page_text(pdf: Path) -> str:
    """The words of a one-page PDF."""
    [page] = PdfReader(pdf).pages
    return " ".join(page.extract_text().split())
