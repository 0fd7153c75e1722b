"""Which initializer should I use? The initializers ranked, and how far behind the best they are."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle

from initstudy.analysis.standings import KEEPS_UP, WORSE
from initstudy.figures.panels import ROW
from initstudy.figures.style import TICKS, longest, page
from initstudy.reporting.answer import headline, place
from initstudy.reporting.words import METRICS, in_words
from initstudy.study.answer import Answer

SIDE_BY_SIDE = 4
"""Panels in a row."""
CLIP = 20
"""Where scales end, in percentage points."""
SCALE = (-CLIP, CLIP / 2)
LOOKS = {
    KEEPS_UP: {"color": "#0072b2", "marker": "o"},
    WORSE: {"color": "#767676", "marker": "s"},
}
"""Standing -> its look; others are open."""
OPEN_LOOK = {"color": "#0072b2", "marker": "o", "mfc": "white"}
SMALL = 6
"""The size of letters in the map, in points."""
FACTS = {
    "final_accuracy": ("final\n%", 0.2),
    "failed": ("diverged\n%", 0.58),
    "calibration_passes": ("calibration\npasses", 1.0),
}
"""Beside the ranking, means over the conditions that decide: heading, and where a column ends."""


def draw(study: str, table: pd.DataFrame, answer: Answer, labels: Mapping[str, str]) -> Figure:
    """study: its title; table: the rows of answer.csv; labels: of the initializers."""
    decisive = table[table["declared"]]
    order = [*ranked(decisive)]
    order += [name for name in ranked(table) if name not in order]
    compared = decisive["initializer"].nunique()
    heights = [
        panel_rows(first_rows(decisive)) * (0.75 + ROW * compared),
        0.5 + longest([*map(place, first_rows(table))], SMALL) + ROW * len(order),
    ]
    figure = page(
        height=sum(heights),
        title="Which initializer should I use?",
        note=note(study, answer),
        lead=headline(table, answer, labels),
    )
    upper, lower = figure.subfigures(2, 1, height_ratios=heights)
    draw_ranking(upper, decisive, order[:compared], answer, labels)
    draw_map(lower.subplots(), table, order, labels)
    return figure


def ranked(table: pd.DataFrame) -> list[str]:
    """Initializers by their mean gap, the best first; those that were run in most places before."""
    gaps = table.groupby("initializer", sort=False)["gap"].agg(["size", "mean"])
    return list(gaps.sort_values(["size", "mean"], ascending=False, kind="stable").index)


def first_rows(table: pd.DataFrame) -> list:
    """Of every condition the first row, in the table's order."""
    return list(table.drop_duplicates(["experiment", "condition"]).itertuples())


def panel_rows(panels: Sequence) -> int:
    return math.ceil(len(panels) / SIDE_BY_SIDE)


def draw_ranking(
    figure: SubFigure,
    table: pd.DataFrame,
    order: list[str],
    answer: Answer,
    labels: Mapping[str, str],
) -> None:
    """A panel a condition that decides, a row an initializer; facts beside them."""
    conditions = table.groupby(["experiment", "condition"], sort=False)
    columns = min(conditions.ngroups, SIDE_BY_SIDE)
    panels = figure.subplots(
        panel_rows(conditions),
        columns + 1,
        squeeze=False,
        sharey=True,
        width_ratios=[*[1.0] * columns, 1.7],
    )
    for axes in [*panels[:, :-1].ravel()[conditions.ngroups :], *panels[1:, -1]]:
        axes.remove()
    for axes, ((experiment, condition), inside) in zip(
        panels[:, :-1].ravel(), conditions, strict=False
    ):
        draw_gaps(axes, inside.set_index("initializer"), order, answer.margin)
        title = "\n".join([experiment, *in_words(condition).split("; ")])
        axes.set_title(title, loc="left", fontsize=TICKS)
    first = panels[0, 0]
    first.set_yticks(range(len(order)), [labels[name] for name in order])
    first.set_ylim(len(order) - 0.5, -0.5)
    write_facts(panels[0, -1], table, order)


def draw_gaps(axes: Axes, rows: pd.DataFrame, order: list[str], margin: float) -> None:
    """Gaps with their intervals, in percentage points; beyond the scale an arrow has the number."""
    axes.axvspan(-100 * margin, 0, color="#e8e8e8", lw=0, zorder=0)
    axes.axvline(0, color="#a0a0a0", linewidth=0.8, zorder=0)
    for number, name in enumerate(order):
        if name not in rows.index:
            continue
        row = rows.loc[name]
        look = LOOKS.get(row["standing"], OPEN_LOOK)
        gap, low, high = (100 * row[key] for key in ("gap", "gap_low", "gap_high"))
        if not SCALE[0] <= gap <= SCALE[1]:
            end, marker, side = (-CLIP, "<", "left") if gap < 0 else (SCALE[1], ">", "right")
            axes.plot(end, number, marker, color=look["color"], markersize=3.5)
            beside = {"xytext": (math.copysign(3, -gap), 0), "textcoords": "offset points"}
            axes.annotate(
                f"{gap:.0f}", (end, number), ha=side, va="center", fontsize=SMALL, **beside
            )
            continue
        ends = np.clip([low, high], *SCALE)
        axes.plot(ends, [number, number], color=look["color"], linewidth=1)
        axes.plot(gap, number, linestyle="", markersize=4, **look)
    axes.set_xlim(SCALE[0] - 1, SCALE[1] + 1)
    axes.set_xlabel("gap, pp")
    axes.tick_params(axis="y", length=0)


def write_facts(axes: Axes, table: pd.DataFrame, order: list[str]) -> None:
    """Numbers in columns, a row an initializer."""
    counts = table["initializer"].value_counts()
    means = table.groupby("initializer")[[*FACTS]].mean()
    axes.axis("off")
    for column, (heading, right) in FACTS.items():
        style = {"ha": "right", "fontsize": TICKS}
        axes.text(right, 1.01, heading, va="bottom", transform=axes.transAxes, **style)
        for row, name in enumerate(order):
            value = means.loc[name, column]
            text = f"{value:.2f}" if column == "calibration_passes" else f"{100 * value:.1f}"
            if counts[name] < counts.max():
                text = "-"  # A mean over fewer conditions is another thing.
            axes.text(right, row, text, va="center", transform=axes.get_yaxis_transform(), **style)


def draw_map(axes: Axes, table: pd.DataFrame, order: list[str], labels: Mapping[str, str]) -> None:
    """Initializers x conditions: the gap to the best in colour and, in pp, as a number."""
    firsts = first_rows(table)
    columns = [(row.experiment, row.condition) for row in firsts]
    gaps = np.full((len(order), len(columns)), np.nan)
    for row in table.itertuples():
        column = columns.index((row.experiment, row.condition))
        gaps[order.index(row.initializer), column] = 100 * row.gap
    axes.imshow(-gaps, cmap="Blues", vmin=0, vmax=CLIP, aspect="auto")
    for (row, column), gap in np.ndenumerate(gaps):
        if np.isnan(gap):
            box = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, hatch="////", lw=0)
            box.set_edgecolor("#c8c8c8")
            axes.add_patch(box)
            continue
        colour = "white" if -gap > 0.6 * CLIP else "black"
        axes.text(column, row, f"{round(gap)}", ha="center", va="center", fontsize=5, color=colour)
    axes.set_xticks(range(len(firsts)), [*map(place, firsts)], rotation=90, fontsize=SMALL)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(order)), [labels[name] for name in order])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def note(study: str, answer: Answer) -> str:
    """What the page shows, and how it was computed."""
    return (
        f"{study}. Above: mean {METRICS[answer.metric]} minus that of the best other initializer, "
        "the gap, in percentage points, over replicas that are paired. Lines: intervals of all "
        "comparisons with the best, which hold together with 95 %. Shaded: the margin, declared "
        "beforehand. Filled, blue: shown to be within it; hollow: open; grey squares: shown worse; "
        "arrows: beyond the scale. Right: means over these conditions; calibration in passes over "
        "the training data. Below: the gap in every condition of the study; those that are not "
        "above are exploratory. Hatched: not run."
    )


def caption(study: str, table: pd.DataFrame, answer: Answer, labels: Mapping[str, str]) -> str:
    """The answer, and how it was found."""
    return " ".join(headline(table, answer, labels)) + "\n\n" + note(study, answer)
