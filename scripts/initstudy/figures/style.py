"""How every figure looks: sizes, the page, axes, and how it is saved."""

import io
import math
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedFormatter

from initstudy.core.files import written_whole
from initstudy.figures.palette import look, marker_look
from initstudy.study.cells import Initializer

WIDTH = 7.2
"""Of a page, in inches: the text width of most journals' double column."""
PREVIEW_DPI = 160
TICKS = 7
"""The size of tick labels, in points."""
TITLE_CHARACTERS = 86
TITLE_LINE = 0.19
NOTE_CHARACTERS = 132
NOTE_LINE = 0.13
LEAD_CHARACTERS = 112
LEAD_LINE = 0.15
TIED = r" (?=[%=\d])|(?<==) "
"""Spaces where no line of a note ends, as they belong to a number."""
LEGEND_COLUMNS = 5
LEGEND_LINE = 0.16
LEGEND_BESIDE = 0.48
"""Of a legend's column, what is not text."""

FALLBACKS = [
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Source Han Sans SC"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans"),
    *("Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Noto Emoji"),
]
"""Fonts with the letters that matplotlib's own lacks; those that a machine has are used."""

mpl.use("agg")
mpl.rcParams.update(
    {
        "font.family": [
            "sans-serif",
            *sorted({*FALLBACKS} & {*get_font_names()}, key=FALLBACKS.index),
        ],
        "font.size": 8,
        "axes.titlesize": 8,
        "axes.labelsize": 8,
        "xtick.labelsize": TICKS,
        "ytick.labelsize": TICKS,
        "legend.fontsize": 7,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.linewidth": 1.2,
        "lines.markersize": 3.5,
        # Fonts as outlines that editors and journals accept.
        "pdf.fonttype": 42,
    }
)


def in_percent(axis: Axis) -> None:
    """Fractions on this axis are labelled in per cent, with no more decimals than they need."""
    axis.set_major_formatter(lambda value, _: f"{100 * value:.6g}\N{NO-BREAK SPACE}%")


def page(
    height: float,
    title: str,
    note: str,
    legend: dict[str, Initializer] | None = None,
    handles: Sequence[Artist] = (),
    lines: bool = True,
    lead: Sequence[str] = (),
) -> Figure:
    """A page with `height` inches for panels, a title above and a note below them.

    legend: initializers, for one legend between title and panels, in the order of config.yaml.
    handles: artists with labels that stand in this legend too, after the initializers.
    lines: whether the legend shows lines, or markers alone.
    lead: sentences below the title, a paragraph each.
    """
    said = [line for text in lead for line in textwrap.wrap(text, LEAD_CHARACTERS)]
    looks = look if lines else marker_look
    entries = sorted((legend or {}).values(), key=lambda entry: entry.position)
    handles = [
        *(Line2D([], [], label=entry.label, **looks(entry.position)) for entry in entries),
        *handles,
    ]
    columns = legend_columns([handle.get_label() for handle in handles])
    titled = textwrap.wrap(title, TITLE_CHARACTERS)
    lead_top = 0.1 + TITLE_LINE * len(titled)
    below_title = lead_top - 0.02 + LEAD_LINE * len(said)
    above = 0.08 + below_title + LEGEND_LINE * math.ceil(len(handles) / columns)
    wrapped = textwrap.wrap(re.sub(TIED, "\N{NO-BREAK SPACE}", note), NOTE_CHARACTERS)
    below = 0.1 + NOTE_LINE * len(wrapped)
    whole = above + height + below
    figure = Figure(figsize=(WIDTH, whole), layout="constrained", label=title)
    figure.get_layout_engine().set(
        w_pad=0.05, h_pad=0.05, rect=(0, below / whole, 1, height / whole)
    )
    heading = {"va": "top", "weight": "bold", "fontsize": 10}
    figure.text(0.01, 1 - 0.08 / whole, "\n".join(titled), **heading)
    for number, line in enumerate(said):
        place = 1 - (lead_top + LEAD_LINE * number) / whole
        figure.text(0.01, place, line, va="top", fontsize=8)
    text = "\n".join(wrapped)
    figure.text(0.01, 0.05 / whole, text, fontsize=7, color="#404040", linespacing=1.3)
    if handles:
        figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(0, 1 - below_title / whole),
            ncols=columns,
            handlelength=2.5,
        ).set_in_layout(False)
    return figure


def legend_columns(labels: Sequence[str]) -> int:
    """As many as the labels leave room for, at most LEGEND_COLUMNS."""
    room = WIDTH // (LEGEND_BESIDE + longest(labels, mpl.rcParams["legend.fontsize"]))
    return int(min(max(room, 1), LEGEND_COLUMNS))


def longest(labels: Sequence[str], size: float) -> float:
    """The width of the longest label, in inches; size: of its letters, in points."""
    return max((TextPath((0, 0), label, size).get_extents().x1 for label in labels), default=0) / 72


def updates_axis(axes: Axes, last: int) -> None:
    """Updates done, on a logarithmic axis that has room for 0."""
    axes.set_xscale("symlog", base=2, linthresh=1, linscale=0.5)
    # Labels of a longer run need more room.
    every = next(step for step, end in ((3, 9), (4, 15), (6, 40)) if last < 2**end)
    powers = [2**power for power in range(0, 40, every) if 2**power <= last]
    axes.set_xticks([0, *powers], [f"{value}" for value in (0, *powers)])
    axes.set_xticks([], minor=True)
    axes.set_xlim(-0.2, last * 1.3)


def without_mathematics(figure: Figure) -> None:
    """Have a $ in users' words stand for itself; numbers on axes keep their exponents."""
    numbers = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        if not isinstance(axis.get_major_formatter(), FixedFormatter)
        for label in axis.get_ticklabels(which="both")
    }
    for text in figure.findobj(Text):
        if text not in numbers:
            text.set_parse_math(False)


def save(figure: Figure, pdf: str | Path, preview: str | Path | None = None) -> None:
    """Write the figure for print and for the screen; equal figures give equal bytes."""
    without_mathematics(figure)
    with written_whole(pdf) as partial:
        figure.savefig(partial, metadata={"CreationDate": None, "Title": figure.get_label()})
    if preview is None:
        return
    # The places found for the first are right for the second.
    figure.set_layout_engine("none")
    with written_whole(preview) as partial:
        figure.savefig(partial, dpi=PREVIEW_DPI)


def page_numbers(sizes: Sequence[tuple[float, float]]) -> bytes:
    """A PDF with "3 / 42" in the upper right corner of otherwise empty pages.

    sizes: width and height of every page, in inches.
    """
    written = io.BytesIO()
    with PdfPages(written, metadata={"CreationDate": None}) as pages:
        for number, size in enumerate(sizes, 1):
            figure = Figure(figsize=size)
            figure.patch.set_visible(False)
            corner = {"x": 1 - 0.05 / size[0], "y": 1 - 0.08 / size[1], "ha": "right", "va": "top"}
            figure.text(s=f"{number} / {len(sizes)}", fontsize=6, color="#606060", **corner)
            pages.savefig(figure)
    return written.getvalue()
