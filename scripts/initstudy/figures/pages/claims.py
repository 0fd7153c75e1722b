"""Every claim of the study: effect and interval drawn against the margin, and the verdict."""

import math
import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.figures.style import page
from initstudy.reporting.claims import (
    VERDICTS,
    claims_caption,
    condition_text,
    effect_text,
    headline,
    parts_of,
    parts_text,
    rates_lines,
    result_lines,
)

CLIP = 6
"""The scale's end, in margins."""
STATEMENT_CHARACTERS = 52
SMALL_CHARACTERS = 62
"""Of the smaller text below a statement."""
LINE = 0.15
"""Between two lines of text, in inches."""
WIDTHS = [3.2, 2.4, 1.2]
"""Of statement, effect and verdict, in inches."""

NOTE = (
    "Every claim was declared with its test and its margin, the smallest effect of interest, "
    "before there were results. Dot and thick bar: effect and its 95 % interval; thin bar (all): "
    "the interval that decides, wider, so that those of all claims together hold with 95 %. All in "
    f"margins (arrow: beyond {CLIP}). Ticks: the parts that an effect is the mean of. Greater: is "
    "the mean difference, paired by replica, above 0? Negligible if the thin bar lies between the "
    "margins, else refuted if below the margin (line), else supported if above 0. Not greater: "
    "supported if below the margin, else refuted if above 0. Equivalent: supported if between the "
    "margins (shaded), refuted if beyond. Correlation, of ranks over initializers, resampled by "
    "families (grey line: from -1 to 1): as greater. Else inconclusive: too few replicas to tell "
    "(n needed: how many would, with power 0.8). pp: percentage points of accuracy."
)


def draw(study: str, claims: pd.DataFrame) -> Figure:
    """study: its title; claims: the rows of claims.csv."""
    if claims.empty:
        return page(height=0.2, title="Claims", note=f"{study}. It declares no claims.")
    claims = claims.to_dict("records")
    statements = [textwrap.wrap(claim["statement"], STATEMENT_CHARACTERS) for claim in claims]
    details = [small_print(claim) for claim in claims]
    results = [result_lines(claim) for claim in claims]
    heights = [
        LINE * (1 + max(len(statement) + len(detail), 1 + len(result)))
        for statement, detail, result in zip(statements, details, results, strict=True)
    ]
    ends = np.cumsum(heights)
    figure = page(
        height=0.7 + ends[-1], title=f"Claims: {headline(claims)}", note=f"{study}. {NOTE}"
    )
    panels = figure.subplots(1, 3, sharey=True, width_ratios=WIDTHS)
    left, middle, right = panels
    for claim, statement, detail, result, height, end in zip(
        claims, statements, details, results, heights, ends, strict=True
    ):
        top = end - height
        colour = VERDICTS[claim["verdict"]]
        write(left, top, statement)
        write(left, top + LINE * len(statement), detail, color="#606060", size=7)
        draw_effect(middle, claim, top, end)
        write(right, top, [claim["verdict"]], color=colour, weight="bold")
        write(right, top + LINE, result)
    for axes, heading in zip(panels, ("claim", "effect / margin", "verdict"), strict=True):
        axes.hlines(
            [0, *ends], 0, 1, "#d0d0d0", linewidth=0.5, transform=axes.get_yaxis_transform()
        )
        axes.set_title(heading, loc="left", weight="bold")
    for axes in (left, right):
        axes.axis("off")
    left.set_ylim(ends[-1], 0)
    middle.set_xlim(-1.08 * CLIP, 1.08 * CLIP)
    middle.set_xticks([-CLIP, -3, -1, 0, 1, 3, CLIP])
    middle.tick_params(left=False, labelleft=False)
    middle.spines["left"].set_visible(False)
    return figure


def small_print(claim: dict) -> list[str]:
    """Metric, condition, effect and its parts, in lines."""
    parts = [condition_text(claim), effect_text(claim), parts_text(claim), *rates_lines(claim)]
    said = filter(None, parts)
    return [line for text in said for line in textwrap.wrap(text, SMALL_CHARACTERS)]


def caption(study: str, claims: pd.DataFrame) -> str:
    """The claims with their verdicts, and how they were judged."""
    return f"{study}. {claims_caption(claims.to_dict('records'))}\n\n{NOTE}"


def write(axes: Axes, top: float, lines: list[str], **style) -> None:
    """Lines of text from `top` down, with half a line between it and them."""
    for number, line in enumerate(lines):
        # Columns have a given width: what stands in them must not change the layout.
        place = {"va": "center", "transform": axes.get_yaxis_transform(), "in_layout": False}
        axes.text(0, top + LINE * (number + 1), line, **place, **style)


def draw_effect(axes: Axes, claim: dict, top: float, end: float) -> None:
    """Effect and interval in margins, between what the test asks about."""
    middle = (top + end) / 2
    colour = VERDICTS[claim["verdict"]]
    axes.vlines(0, top, end, "#a0a0a0", linewidth=0.8)
    axes.fill_between([-1, 1], top, end, color="#e8e8e8", lw=0, zorder=0)
    if claim["test"] != "equivalent":
        axes.vlines(1, top, end, "black", linestyle="--", linewidth=0.8)
    if claim["test"] == "correlation":
        possible = min(CLIP, 1 / claim["margin"])
        axes.plot([-possible, possible], [middle] * 2, "|-", color="#a0a0a0", linewidth=0.6)
    effect, low, high = (claim[key] / claim["margin"] for key in ("effect", "ci_low", "ci_high"))
    deciding = [claim[f"simultaneous_{side}"] / claim["margin"] for side in ("low", "high")]
    axes.plot(np.clip(deciding, -CLIP, CLIP), [middle] * 2, color=colour, linewidth=0.8)
    axes.plot(np.clip([low, high], -CLIP, CLIP), [middle] * 2, color=colour, linewidth=2.4)
    if abs(effect) <= CLIP:
        axes.plot(effect, middle, "o", color=colour, markersize=5)
    parts = [part["effect"] / claim["margin"] for part in parts_of(claim)]
    inside = [part for part in parts if abs(part) <= CLIP]
    axes.plot(inside, [middle + LINE] * len(inside), "|", color=colour, markersize=6)
    ends = (*deciding, low, effect, high, *parts)
    for beyond in {math.copysign(CLIP, end) for end in ends if abs(end) > CLIP}:
        axes.plot(beyond, middle, ">" if beyond > 0 else "<", color=colour, markersize=5)
