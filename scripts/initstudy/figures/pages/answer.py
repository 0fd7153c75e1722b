"""Which initializer should I use? The initializers ranked, and how far behind the best they are."""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle

from initstudy.analysis.standings import KEEPS_UP, WORSE, order_of, shared_conditions
from initstudy.figures.panels import ROW
from initstudy.figures.profiles import HEIGHT, draw_profiles
from initstudy.figures.style import TICKS, WIDTH, longest, page
from initstudy.reporting.answer import headline, place
from initstudy.reporting.claims import VERDICTS, measured_text
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
MAP_ROW = 0.15
"""The height of a row of the map, in inches."""
SMALL = 6
"""The size of letters in the map, in points."""
BETWEEN = 0.1
"""Columns of facts, in inches."""
CLAIM_LINE = 0.135
"""Between two lines of claims, in inches."""
CLAIM_CHARACTERS = 96
CLAIM_COLUMNS = (0.0, 0.115, 0.305)
"""Where verdicts, effects and statements begin, as fractions of the width."""


def draw(
    study: str,
    table: pd.DataFrame,
    answer: Answer,
    labels: Mapping[str, str],
    claims: Sequence[dict],
) -> Figure:
    """study: its title; table: the rows of answer.csv; labels: of the initializers; claims: the
    rows of claims.csv."""
    decisive = table[table["declared"]]
    order = order_of(table)
    compared = decisive["initializer"].nunique()
    heights = [
        panel_rows(first_rows(decisive)) * (0.75 + ROW * compared),
        0.5 + longest([*map(place, first_rows(table))], SMALL) + MAP_ROW * len(order),
    ]
    profiled = shared_conditions(table)
    heights += [] if profiled.empty else [HEIGHT]
    said = [line for group in by_metric(claims) for line in group]
    heights += [CLAIM_LINE * (len(said) + 2)] if said else []
    figure = page(
        height=sum(heights),
        title="Which initializer should I use?",
        note=note(study, answer),
        lead=headline(table, answer, labels),
    )
    parts = figure.subfigures(len(heights), 1, height_ratios=heights)
    draw_ranking(parts[0], decisive, order[:compared], answer, labels)
    draw_map(parts[1].subplots(), table, order, labels)
    if not profiled.empty:
        draw_profiles(parts[2].subplots(), profiled, labels)
    if said:
        write_claims(parts[-1], said, heights[-1])
    return figure


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
    left = WIDTH - sum(fact_widths()) - longest([labels[name] for name in order], TICKS)
    panels = figure.subplots(
        panel_rows(conditions),
        columns + 1,
        squeeze=False,
        sharey=True,
        # What panels have beside them takes about a fifth of their room.
        width_ratios=[*[0.8 * left / columns] * columns, sum(fact_widths())],
    )
    for axes in [*panels[:, :-1].ravel()[conditions.ngroups :], *panels[1:, -1]]:
        axes.remove()
    for axes, ((experiment, condition), inside) in zip(
        panels[:, :-1].ravel(), conditions, strict=False
    ):
        draw_gaps(axes, inside.set_index("initializer"), order, answer.margin)
        title = "\n".join([experiment, *in_words(condition).split("; ")])
        axes.set_title(title, loc="left", fontsize=SMALL)
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
    of_each = dict(iter(table.groupby("initializer")))
    conditions = max(map(len, of_each.values()))
    axes.axis("off")
    ends = np.cumsum(fact_widths()) / sum(fact_widths())
    for right, (heading, text) in zip(ends, FACTS.items(), strict=True):
        style = {"ha": "right", "fontsize": SMALL}
        axes.text(right, 1.01, heading, va="bottom", transform=axes.transAxes, **style)
        for row, name in enumerate(order):
            inside = of_each[name]
            # A mean over fewer conditions is another thing.
            said = text(inside) if len(inside) == conditions else "-"
            style = {"ha": "right", "fontsize": TICKS, "va": "center"}
            axes.text(right, row, said, transform=axes.get_yaxis_transform(), **style)


def epochs_text(rows: pd.DataFrame) -> str:
    """The mean of the conditions' medians; where some never got there, that it is more."""
    got_there = np.isfinite(rows["epochs_to_target"])
    if not got_there.any():
        return "never"
    epochs = rows["epochs_to_target"].where(got_there, rows["epochs"]).mean()
    return f"{'' if got_there.all() else '>'}{epochs:.1f}"


def rates_text(rows: pd.DataFrame) -> str:
    """The factor between the lowest and the highest rate that do, a mean over tuned conditions."""
    decades = rows["good_decades"].mean()
    return "-" if math.isnan(decades) else f"{10**decades:.2g}x"


FACTS = {
    "final\n%": lambda rows: f"{100 * rows['final_accuracy'].mean():.1f}",
    "epochs to\ntarget": epochs_text,
    "diverged\n%": lambda rows: f"{100 * rows['failed'].mean():.1f}",
    "good rates,\nrange": rates_text,
    "calibration\npasses": lambda rows: f"{rows['calibration_passes'].mean():.2f}",
}
"""Beside the ranking: heading -> what it says of an initializer's rows of the table."""


def fact_widths() -> list[float]:
    """Of their columns, in inches."""
    return [longest(heading.split("\n"), SMALL) + BETWEEN for heading in FACTS]


def by_metric(claims: Sequence[dict]) -> Iterator[list[tuple[str, ...]]]:
    """Lines on the claims about each metric, in the order of verdicts; the first names it."""
    ordered = sorted(claims, key=lambda claim: list(VERDICTS).index(claim["verdict"]))
    for metric in dict.fromkeys(claim["metric"] for claim in claims):
        inside = [claim for claim in ordered if claim["metric"] == metric]
        yield [
            (f"Claims about {METRICS[metric]}",),
            *(line for claim in inside for line in claim_lines(claim)),
        ]


def claim_lines(claim: dict) -> list[tuple[str, str, str]]:
    """Verdict, effect and statement; of a long statement further lines."""
    first, *others = textwrap.wrap(claim["statement"], CLAIM_CHARACTERS)
    return [(claim["verdict"], measured_text(claim), first), *(("", "", line) for line in others)]


def write_claims(figure: SubFigure, lines: list[tuple[str, ...]], height: float) -> None:
    """Lines of text, in columns or as a heading, from the top of a figure of so many inches."""
    for number, line in enumerate(lines, 1):
        for x, text in zip(CLAIM_COLUMNS, line, strict=False):
            bold = {"weight": "bold"} if len(line) == 1 or text in VERDICTS else {}
            place = {"y": 1 - CLAIM_LINE * number / height, "va": "center"}
            colour = VERDICTS.get(text, "black")
            figure.text(0.01 + x, s=text, fontsize=TICKS, color=colour, **place, **bold)


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
        "arrows: beyond the scale. Right: means over these conditions; epochs until half of the "
        "replicas have reached the target accuracy (>: in some conditions they never did); range "
        "of the learning rates that do about as well as the best one; calibration in passes over "
        "the training data. Map: the gap in every condition of the study; those that are not above "
        "are exploratory. Hatched: not run. Claims, declared beforehand: effects with 95 % "
        "intervals; verdicts hold for all of them together (details on their page)."
    )


def caption(
    study: str,
    table: pd.DataFrame,
    answer: Answer,
    labels: Mapping[str, str],
    claims: Sequence[dict],
) -> str:
    """The answer, and how it was found."""
    return " ".join(headline(table, answer, labels)) + "\n\n" + note(study, answer)
