"""Colours, lines and markers of initializers, wherever they are drawn."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from initstudy.study.cells import Initializer

# Okabe & Ito (2008), told apart by readers with any common colour blindness; grey in place of
# their yellow, which is too light for lines. The first eight initializers have solid lines, the
# next eight dashed ones, and so on; markers keep them apart where there is no colour, so every line
# has some.
COLOURS = ["#7f7f7f", "#000000", "#d55e00", "#e69f00", "#cc79a7", "#56b4e9", "#0072b2", "#009e73"]
LINES = ["-", "--", ":", "-."]
MARKERS = ["o", "s", "D", "^", "v", "P", "X", "*", "<", ">", "p"]
CONTEXT = {"color": "#cfcfcf", "linestyle": "-", "linewidth": 0.7, "marker": "", "zorder": 1}
"""Lines that are named elsewhere on the page, behind those that a panel is about."""
CONTRAST = 4.5
MOST_LINES = len(COLOURS)
"""More than these in one panel cannot be followed; see `line_groups`."""


def readable(colour: str) -> str:
    """A colour for letters on white: darkened to the contrast that WCAG 2 asks for, 4.5.

    colour: "#rrggbb".
    """
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
    while contrast(channels) < CONTRAST:
        channels = channels * 0.97
    return "#" + "".join(f"{round(channel):02x}" for channel in channels.tolist())


def contrast(channels: np.ndarray) -> float:
    """Of a colour, 3 numbers up to 255, with white (WCAG 2.2, relative luminance)."""
    values = np.floor(channels + 0.5) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return 1.05 / (float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)


def look(position: int) -> dict:
    """Colour, line and marker of the initializer at `position` in config.yaml."""
    return {
        "color": COLOURS[position % len(COLOURS)],
        "linestyle": LINES[position // len(COLOURS) % len(LINES)],
        "marker": MARKERS[position % len(MARKERS)],
    }


def with_colours_apart(shown: dict[str, Initializer]) -> dict[str, Initializer]:
    """Initializers of one page, with positions that give them colours of their own.

    They are those in config.yaml, unless two would have one colour, as a user's own initializer and
    one of the project's may: then they are counted.
    """
    if len({entry.position % len(COLOURS) for entry in shown.values()}) == len(shown):
        return shown
    order = sorted(shown, key=lambda name: shown[name].position)
    return {name: replace(entry, position=order.index(name)) for name, entry in shown.items()}


def marker_look(position: int) -> dict:
    """`look` without the line, for what stands by itself."""
    return look(position) | {"linestyle": ""}


def line_groups(names: Sequence[str]) -> list[list[str]]:
    """Initializers in as few groups of about equal size as have at most MOST_LINES each."""
    count = math.ceil(len(names) / MOST_LINES)
    return [list(group) for group in np.array_split(names, count)]
