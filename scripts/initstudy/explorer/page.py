"""The explorer as one HTML file that needs nothing else, and as many numbers as fit into it."""

import functools
import html
import json
from pathlib import Path
from string import Template

import numpy as np
import vl_convert

from initstudy.explorer.digest import Digest, Thinning, thinned
from initstudy.explorer.packing import DIGITS, packed

BUDGET = 5_000_000
"""Bytes of a page, at most, if THINNINGS allow it."""
THINNINGS = (
    Thinning(points=50, steps=40, spread=True),
    Thinning(points=40, steps=20, spread=True),
    Thinning(points=40, steps=20, spread=False),
    Thinning(points=20, steps=10, spread=False),
    Thinning(points=10, steps=5, spread=False),
    Thinning(points=5, steps=3, spread=False),
)
"""From what a screen can show down; the first that fits is taken, or else the last."""
TEMPLATE = Path(__file__).parent / "template"
VEGA_LITE = "6.1"
"""Of the versions that vl_convert has the last whose tooltips name the nearest point: 6.4 calls it
undefined."""
SCRIPTS = (
    *("numbers.js", "charts.js", "controls.js", "tables.js", "views.js", "files.js", "explore.js"),
)


def explorer(content: dict, digests: dict[str, Digest]) -> str:
    """The page of `content.content` and the digests that it is of."""
    for thinning in THINNINGS:
        left = [thinned(cell, thinning) for cell in digests.values()]
        note = thinning_note(thinning, list(digests.values()))
        page = rendered(content | shapes(left) | {"thinned": note}, left)
        if len(page.encode()) <= BUDGET:
            break
    return page


def shapes(digests: list[Digest]) -> dict:
    """The different shapes of digests, which are few, and the place in them of each digest's."""
    texts = [json.dumps(cell.shape()) for cell in digests]
    different = list(dict.fromkeys(texts))
    return {
        "shapes": [json.loads(text) for text in different],
        "shapeOf": [different.index(text) for text in texts],
    }


def thinning_note(thinning: Thinning, whole: list[Digest]) -> str:
    """What the page lacks of the study's records."""
    points = max(len(points) for cell in whole for points in (cell.epochs, cell.blocks))
    steps = max(len(cell.steps) for cell in whole)
    lacks = [f"Numbers have {DIGITS} significant digits."]
    if points > thinning.points:
        lacks.append(f"Curves keep {thinning.points} of up to {points} points.")
    if steps > thinning.steps:
        lacks.append(f"Layers keep {thinning.steps} of up to {steps} recorded steps.")
    if not thinning.spread:
        lacks.append("Layers keep the median over replicas alone.")
    return " ".join(lacks)


@functools.cache
def library() -> str:
    """The script that defines vegaEmbed, with Vega and Vega-Lite inside it."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)


def rendered(content: dict, digests: list[Digest]) -> str:
    """The template with everything inside it."""
    numbers = np.concatenate([cell.numbers() for cell in digests])
    return Template(template("page.html")).substitute(
        style=template("page.css"),
        library=library(),
        script="\n".join(template(name) for name in SCRIPTS),
        # Else a text that holds </script> would end the element.
        content=json.dumps(content, separators=(",", ":")).replace("<", r"\u003c"),
        numbers=packed(numbers),
        title=html.escape(content["study"]),
    )


def template(name: str) -> str:
    return (TEMPLATE / name).read_text(encoding="utf-8")
