"""Accuracy against the axis that an experiment varies most: a row a combination of the others."""

from collections import Counter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.analysis.intervals import interval, mean
from initstudy.analysis.results import Results, within
from initstudy.figures.palette import CONTEXT, line_groups, look
from initstudy.figures.panels import by_initializer, chance, draw_line, label_ends, labelled
from initstudy.figures.style import in_percent, page
from initstudy.reporting.captions import ranked
from initstudy.reporting.findings import FINAL, OF_FINALS, Finding, lead_along, title_and_lead
from initstudy.reporting.words import (
    SHOWN,
    axis_name,
    conditions,
    facet_text,
    sentence,
    spread_text,
)
from initstudy.study.axes import AXES, Axis, Value
from initstudy.study.cells import Facet, Initializer, ShownExperiment

PER_FACET = False
PANELS_INCHES = 4.8
"""The width of all panels of a row."""
CHARACTER_INCHES = 0.062


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    swept = swept_axis(experiment)
    shown = experiment.facets(swept.name)
    groups = line_groups(experiment.axes["initializer"])
    rows = [(facet, group) for facet in shown for group in groups]
    title, said = title_and_lead(
        experiment.name,
        f"accuracy against {swept.name.replace('_', ' ')}",
        findings(experiment, results),
    )
    figure = page(
        height=0.2 + 2.1 * len(rows),
        title=title,
        lead=said,
        note=note(experiment, len(groups)),
    )
    compares = len(experiment.axes["initializer"]) > 1
    panels = figure.subplots(len(rows), len(SHOWN) + compares, squeeze=False)
    levels = panels[:, : len(SHOWN)].ravel()
    for axes in levels[1:]:
        axes.sharey(levels[0])
    levels[0].set_ylim(0, highest(results))
    for row, (facet, group) in zip(panels, rows, strict=True):
        inside = within(results, facet)
        for axes, metric in zip(row, SHOWN, strict=False):
            ends = draw_sweep(axes, inside, experiment.initializers, swept, metric, group)
            axes.set_ylabel(axis_name(metric))
            in_percent(axes.yaxis)
        if compares:
            ends = draw_differences(row[-1], inside, experiment.initializers, swept, group)
        label_ends(row[-1], ends, experiment.initializers)
        row[0].set_title(facet_text(facet), loc="left")
    for axes in panels[-1]:
        axes.set_xlabel(swept.label)
    return figure


def note(experiment: ShownExperiment, groups: int) -> str:
    """What the page shows, and how it was computed."""
    grey = " Of many initializers, a panel shows some in colour, the others in grey."
    minus = (
        " Right: final accuracy minus that of the initializer which is best on the whole, paired "
        "by replica, with 95 % intervals."
    )
    return (
        conditions(experiment) + f" Lines: {spread_text(experiment)}. Area under the curve: mean "
        "test accuracy over the epochs, calibration counting as training."
        + minus * (len(experiment.axes["initializer"]) > 1)
        + grey * (groups > 1)
        + " An "
        "initializer that does not use what is varied is a level line without markers. Crosses at "
        "the bottom: some replicas of this initializer diverged. Dotted line: chance, always "
        "answering the most frequent class. " + OF_FINALS
    )


def highest(results: Results) -> float:
    """Where the axis of accuracies ends: above every interval."""
    ends = [interval(result.values(metric))[-1] for metric in SHOWN for result in results]
    return 1.05 * max(ends)


def swept_axis(experiment: ShownExperiment) -> Axis:
    """Of the axes that can be swept the one with the most values, the first of several."""
    possible = [axis for axis in AXES.values() if axis.scale and not _is_chosen(experiment, axis)]
    return max(possible, key=lambda axis: len(experiment.axes[axis.name]))


def _is_chosen(experiment: ShownExperiment, axis: Axis) -> bool:
    """Whether words for how a value was chosen stand where the values would."""
    return axis.name == "learning_rate" and experiment.tuned


def findings(experiment: ShownExperiment, results: Results) -> list[tuple[Facet, Finding]]:
    """How the lead in final accuracy changes along the axis, facet by facet."""
    swept = swept_axis(experiment)
    found = []
    for facet in experiment.facets(swept.name):
        inside = within(results, facet)
        along = along_axis(inside, swept)
        places = {
            text_of(value): {
                experiment.initializers[name].label: measured[number].values(FINAL)
                for name, measured in along.items()
            }
            for number, value in enumerate(axis_places(inside, swept))
        }
        found.append((facet, lead_along(places)))
    return found


def along_axis(results: Results, swept: Axis) -> dict[str, Results]:
    """Initializer -> its results at the places of the axis; the same one at all if it uses none."""
    places = axis_places(results, swept)
    found = {}
    for name, own in by_initializer(results).items():
        by_value = {getattr(result.cell, swept.name): result for result in own}
        uses = by_value.keys() == places.keys()
        found[name] = [by_value[value] for value in places] if uses else own * len(places)
    return found


def draw_sweep(
    axes: Axes,
    results: Results,
    initializers: dict[str, Initializer],
    swept: Axis,
    metric: str,
    group: list[str],
) -> dict[str, float]:
    """A metric of every initializer against the swept axis; those not in `group` are grey.

    Returns where the lines of `group` end.
    """
    places = axis_places(results, swept)
    crosses = Counter()
    ends = {}
    for name, measured in along_axis(results, swept).items():
        values = np.stack([result.values(metric) for result in measured])
        if name not in group:
            axes.plot(places.values(), values.mean(axis=-1), **context_style(swept))
            continue
        style = line_style(initializers[name], swept, measured)
        ends[name] = draw_line(axes, list(places.values()), values, style)[-1]
        for place, result in zip(places.values(), measured, strict=True):
            if result.values("failed").any():
                height = 0.03 + 0.033 * crosses[place]
                crosses[place] += 1
                bottom = axes.get_xaxis_transform()
                axes.plot(place, height, "x", color=style["color"], transform=bottom)
    axes.axhline(chance(results), color="black", linestyle=":", linewidth=0.8)
    mark_axis(axes, swept, places)
    return ends


def draw_differences(
    axes: Axes,
    results: Results,
    initializers: dict[str, Initializer],
    swept: Axis,
    group: list[str],
) -> dict[str, float]:
    """Final accuracies minus those of the best initializer on the whole, paired by replica.

    Returns where the lines of `group` end.
    """
    places = axis_places(results, swept)
    along = along_axis(results, swept)
    finals = {
        name: np.stack([result.values(FINAL) for result in measured])
        for name, measured in along.items()
    }
    best = max(finals, key=lambda name: finals[name].mean())
    ends = {}
    for name, values in finals.items():
        gaps = [mean(own - other) for own, other in zip(values, finals[best], strict=True)]
        shown = 100 * np.array(gaps)
        if name not in group:
            axes.plot(places.values(), shown[:, 0], **context_style(swept))
            continue
        style = line_style(initializers[name], swept, along[name])
        axes.plot(places.values(), shown[:, 0], **style)
        if name != best:
            axes.vlines(places.values(), *shown[:, 1:].T, color=style["color"], linewidth=0.8)
        ends[name] = shown[-1, 0]
    axes.set_ylabel("final test accuracy\nminus the best one's, pp")
    mark_axis(axes, swept, places)
    return ends


def line_style(initializer: Initializer, swept: Axis, measured: Results) -> dict:
    """Its look; names are not joined, and a level line has no markers."""
    style = look(initializer.position)
    if len({one.cell for one in measured}) == 1:
        return style | {"marker": ""}
    return style | ({"linestyle": ""} if swept.scale == "names" else {})


def context_style(swept: Axis) -> dict:
    """The look of those that are named elsewhere."""
    return CONTEXT | ({"linestyle": "", "marker": "."} if swept.scale == "names" else {})


def mark_axis(axes: Axes, swept: Axis, places: dict[Value, float]) -> None:
    """The scale of the axis, and its ticks."""
    axes.set_xscale({"log": "log", "below one": "log"}.get(swept.scale, "linear"))
    if swept.scale == "below one" and not axes.xaxis_inverted():
        axes.invert_xaxis()
    if swept.scale == "names":
        axes.set_xlim(-0.5, len(places) - 0.5)
    mark_places(axes, {place: text_of(value) for value, place in places.items()})


def axis_places(results: Results, swept: Axis) -> dict[Value, float]:
    """The values of the swept axis with their places on it; names stand side by side.

    Those of a scale below one lie where what they lack to 1 does, as 0.9 is to 0.99 what 0 is to
    0.9. `all` training images lie at their number, but for the last, incomplete mini-batch.
    """
    values = {}
    for result in results:
        value = getattr(result.cell, swept.name)
        if value == swept.unused:
            continue
        if value == "all":
            values[value] = int(result.run.history["step"][1]) * result.cell.batch_size
        elif swept.scale == "names":
            values.setdefault(value, len(values))
        else:
            values.setdefault(value, 1 - value if swept.scale == "below one" else value)
    return values


def text_of(value: Value) -> str:
    if isinstance(value, str):
        return {"train": "training data"}.get(value, value)
    return f"{value:g}"


def mark_places(axes: Axes, labels: dict[float, str]) -> None:
    """Ticks at just these places; a label that would touch another stands a line lower."""
    places = np.array(list(labels))
    to_panel = axes.transScale + axes.transLimits
    low, _ = axes.get_ylim()
    axes.get_xlim()
    across = to_panel.transform(np.column_stack([places, np.full(len(places), low)]))[:, 0]
    ends = []
    texts = []
    width = PANELS_INCHES / axes.get_gridspec().ncols
    for middle, label in zip(across * width, labels.values(), strict=True):
        half = (len(label) + 0.5) / 2 * CHARACTER_INCHES
        free = [line for line, end in enumerate(ends) if end <= middle - half]
        line = free[0] if free else len(ends)
        ends[line : line + 1] = [middle + half]
        texts.append("\n" * line + label)
    axes.set_xticks(places, texts)
    axes.set_xticks([], minor=True)


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    swept = swept_axis(experiment)
    seen = []
    for facet in experiment.facets(swept.name):
        inside = within(results, facet)
        for value in axis_places(inside, swept):
            there = [one for one in inside if getattr(one.cell, swept.name) == value]
            final = ranked(labelled(there, experiment.initializers, "final_accuracy"))
            where = f"{swept.label} {text_of(value)}"
            seen.append(sentence(facet, f"final accuracy at {where}: {final}"))
    failed = sum(result.values("failed").sum() for result in results)
    seen.append(f"Of {experiment.replicas * len(results)} networks, {failed:.0f} diverged.")
    groups = line_groups(experiment.axes["initializer"])
    return " ".join(seen) + "\n\n" + note(experiment, len(groups))
