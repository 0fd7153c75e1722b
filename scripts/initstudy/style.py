"""How every figure looks: colours, sizes, words, and how it is saved."""

import math
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from initstudy.commands import written_whole

WIDTH = 7.2
"""Of a page, in inches: the text width of most journals' double column."""
PREVIEW_DPI = 160
NOTE_CHARACTERS = 132
NOTE_LINE = 0.13
TIED = r" (?=[%=\d])|(?<==) "
"""Spaces where no line of a note ends, as they belong to a number."""
TITLE_CHARACTERS = 50
LEGEND_COLUMNS = 5
LEGEND_LINE = 0.16

# Okabe & Ito (2008), told apart by readers with any common colour blindness; grey in place of
# their yellow, which is too light for lines. The first eight initializers have solid lines, the
# next eight dashed ones, and so on; markers keep them apart where there is no colour, so every line
# has some.
COLOURS = ["#7f7f7f", "#000000", "#d55e00", "#e69f00", "#cc79a7", "#56b4e9", "#0072b2", "#009e73"]
LINES = ["-", "--", ":", "-."]
MARKERS = ["o", "s", "D", "^", "v", "P", "X", "*", "<", ">", "p"]
CONTEXT = {"color": "#cfcfcf", "linestyle": "-", "linewidth": 0.7, "marker": "", "zorder": 1}
"""Lines that are named elsewhere on the page, behind those that a panel is about."""
MOST_LINES = len(COLOURS)
"""More than these in one panel cannot be followed; see `line_groups`."""

AXIS_LABELS = {
    "dataset": "data set",
    "learning_rate": "learning rate",
    "batch_size": "batch size",
    "train_size": "training images",
    "calibration_size": "calibration inputs",
    "calibration_source": "calibrated on",
    "seed": "data order",
}
"""Names of axes for people, where they differ from the axis."""

mpl.use("agg")
mpl.rcParams.update(
    {
        "font.size": 8,
        "axes.titlesize": 8,
        "axes.labelsize": 8,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
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


def look(position: int) -> dict:
    """Colour, line and marker of the initializer at `position` in config.yaml."""
    return {
        "color": COLOURS[position % len(COLOURS)],
        "linestyle": LINES[position // len(COLOURS) % len(LINES)],
        "marker": MARKERS[position % len(MARKERS)],
    }


def marker_look(position: int) -> dict:
    """`look` without the line, for what stands by itself."""
    return look(position) | {"linestyle": ""}


def line_groups(names: Sequence[str]) -> list[list[str]]:
    """Initializers in as few groups of about equal size as have at most MOST_LINES each."""
    count = math.ceil(len(names) / MOST_LINES)
    return [list(group) for group in np.array_split(names, count)]


def in_percent(axis: Axis) -> None:
    """Fractions on this axis are labelled in per cent, with no more decimals than they need."""
    axis.set_major_formatter(lambda value, _: f"{100 * value:.6g}\N{NO-BREAK SPACE}%")


def page(
    height: float,
    title: str,
    note: str,
    legend: dict | None = None,
    handles: Sequence[Artist] = (),
    lines: bool = True,
) -> Figure:
    """A page with `height` inches for panels, a title above and a note below them.

    legend: initializers, for one legend between title and panels, in the order of config.yaml.
    handles: artists with labels that stand in this legend too, after the initializers.
    lines: whether the legend shows lines, or markers alone.
    """
    looks = look if lines else marker_look
    entries = sorted((legend or {}).values(), key=lambda entry: entry["position"])
    handles = [
        *(Line2D([], [], label=entry["label"], **looks(entry["position"])) for entry in entries),
        *handles,
    ]
    above = 0.35 + LEGEND_LINE * math.ceil(len(handles) / LEGEND_COLUMNS)
    wrapped = textwrap.wrap(re.sub(TIED, "\N{NO-BREAK SPACE}", note), NOTE_CHARACTERS)
    below = 0.1 + NOTE_LINE * len(wrapped)
    whole = above + height + below
    figure = Figure(figsize=(WIDTH, whole), layout="constrained")
    figure.get_layout_engine().set(
        w_pad=0.05, h_pad=0.05, rect=(0, below / whole, 1, height / whole)
    )
    figure.text(0.01, 1 - 0.08 / whole, title, va="top", weight="bold", fontsize=10)
    text = "\n".join(wrapped)
    figure.text(0.01, 0.05 / whole, text, fontsize=7, color="#404040", linespacing=1.3)
    if handles:
        figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(0, 1 - 0.27 / whole),
            ncols=LEGEND_COLUMNS,
            handlelength=2.5,
        ).set_in_layout(False)
    return figure


def updates_axis(axes: Axes, last: int) -> None:
    """Updates done, on a logarithmic axis that has room for 0."""
    axes.set_xscale("symlog", base=2, linthresh=1, linscale=0.5)
    # Labels of a longer run need more room.
    every = next(step for step, end in ((3, 9), (4, 15), (6, 40)) if last < 2**end)
    powers = [2**power for power in range(0, 40, every) if 2**power <= last]
    axes.set_xticks([0, *powers], [f"{value}" for value in (0, *powers)])
    axes.set_xticks([], minor=True)
    axes.set_xlim(-0.2, last * 1.3)


def facet_text(facet: dict) -> str:
    """A facet in words: "optimizer adam, batch size 32"."""
    return ", ".join(f"{AXIS_LABELS.get(axis, axis)} {value}" for axis, value in facet.items())


def facet_title(facet: dict) -> str:
    """`facet_text` in lines that fit above one of two panels side by side."""
    return textwrap.fill(facet_text(facet), TITLE_CHARACTERS)


def sentence(facet: dict, text: str) -> str:
    """What is said of a facet: "Optimizer adam, batch size 32: the text."."""
    whole = ": ".join(filter(None, [facet_text(facet), f"{text}."]))
    return whole[0].upper() + whole[1:]


def conditions(experiment: dict) -> str:
    """What holds on the whole page: study, fixed axes, replicas."""
    shown = ["dataset", "network", "depth", "norm", "optimizer", "batch_size", "train_size"]
    shown.append("epochs")
    fixed = {
        axis: experiment["axes"][axis][0] for axis in shown if len(experiment["axes"][axis]) == 1
    }
    return (
        f"{experiment['study']}; {facet_text(fixed)}; "
        f"n = {experiment['replicas']} replicas that differ in their initial weights alone."
    )


def save(figure: Figure, pdf: str | Path, preview: str | Path) -> None:
    """Write the figure for print and for the screen; equal figures give equal bytes."""
    with written_whole(pdf) as partial:
        figure.savefig(partial, metadata={"CreationDate": None})
    # The places found for the first are right for the second.
    figure.set_layout_engine("none")
    with written_whole(preview) as partial:
        figure.savefig(partial, dpi=PREVIEW_DPI)
