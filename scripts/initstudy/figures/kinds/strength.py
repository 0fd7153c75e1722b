"""Accuracy against the strength of consistency, a line a match: a row a facet."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from initstudy.analysis.results import Result, Results, within
from initstudy.figures.palette import look
from initstudy.figures.panels import chance, draw_line, leads
from initstudy.figures.style import in_percent, page
from initstudy.reporting.captions import percent, ranked
from initstudy.reporting.findings import OF_FINALS, title_and_lead
from initstudy.reporting.words import (
    SHOWN,
    axis_name,
    conditions,
    facet_text,
    sentence,
    spread_text,
)
from initstudy.study.cells import Facet, Initializer, ShownExperiment

PER_FACET = False
AUTO = "auto"


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    initializers = experiment.initializers
    rows = experiment.facets()
    title, said = title_and_lead(
        experiment.name,
        "accuracy against the strength of the match",
        leads(experiment, results),
    )
    figure = page(
        height=0.2 + 2.2 * len(rows),
        title=title,
        lead=said,
        note=note(experiment),
        handles=[
            *(
                Line2D([], [], label=f"match: {match}", **line_look(strengths, initializers))
                for match, strengths in by_match(initializers).items()
            ),
            *(
                Line2D([], [], label=initializers[name].label, **auto_look(initializers[name]))
                for name in automatic(initializers)
            ),
        ],
    )
    panels = figure.subplots(len(rows), len(SHOWN), squeeze=False, sharey=True)
    for row, facet in zip(panels, rows, strict=True):
        shown = within(results, facet)
        inside = by_name(shown)
        for axes, metric in zip(row, SHOWN, strict=True):
            draw_matches(axes, inside, initializers, metric)
            draw_automatic(axes, inside, initializers, metric)
            axes.axhline(chance(shown), color="black", linestyle=":", linewidth=0.8)
            axes.set_ylim(bottom=0)
            axes.set_ylabel(axis_name(metric))
            in_percent(axes.yaxis)
        row[0].set_title(facet_text(facet), loc="left")
        row[1].set_title("\n".join(chosen_strengths(inside, initializers)), loc="left")
    for axes in panels[-1]:
        axes.set_xlabel("strength")
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + " Strength 0 is the base, which draws the weights; 1 matches the "
        f"target in full. Lines: {spread_text(experiment)}. Area under the curve: mean test "
        "accuracy over the epochs, calibration counting as training. Level line: the strength that "
        "each replica chose for itself, with a marker at the mean of these. Dotted line: chance, "
        "always answering the most frequent class. " + OF_FINALS
    )


def by_name(results: Results) -> dict[str, Result]:
    """The results of cells that differ in their initializers alone, by these."""
    return {result.cell.initializer: result for result in results}


def by_match(initializers: dict[str, Initializer]) -> dict[str, dict[float, str]]:
    """Match -> strength -> initializer, by strength.

    An initializer that matches nothing is the base of all others: strength 0 of every match.
    """
    matches = {}
    bases = []
    for name, entry in initializers.items():
        options = entry.options
        if "match" not in options:
            bases.append((0.0, name))
        elif options["strength"] != AUTO:
            matches.setdefault(options["match"], []).append((float(options["strength"]), name))
    return {match: dict(sorted(bases + strengths)) for match, strengths in matches.items()}


def automatic(initializers: dict[str, Initializer]) -> list[str]:
    """The initializers that choose their strength."""
    return [name for name, entry in initializers.items() if entry.options.get("strength") == AUTO]


def line_look(strengths: dict[float, str], initializers: dict[str, Initializer]) -> dict:
    """That of the fullest match, so that a match looks here as in the other figures."""
    return look(initializers[strengths[max(strengths)]].position)


def auto_look(initializer: Initializer) -> dict:
    return look(initializer.position) | {"linestyle": "--"}


def draw_matches(
    axes: Axes, inside: dict[str, Result], initializers: dict[str, Initializer], metric: str
) -> None:
    """A metric against the strength, a line a match."""
    for strengths in by_match(initializers).values():
        values = np.stack([inside[name].values(metric) for name in strengths.values()])
        draw_line(axes, list(strengths), values, line_look(strengths, initializers))


def chosen_strengths(inside: dict[str, Result], initializers: dict[str, Initializer]) -> list[str]:
    """In words, the mean over replicas of what each automatic initializer chose."""
    return [
        f"{initializers[name].label}: mean strength "
        f"{inside[name].run.attributes['strength'].mean():.2f}"
        for name in automatic(initializers)
    ]


def draw_automatic(
    axes: Axes, inside: dict[str, Result], initializers: dict[str, Initializer], metric: str
) -> None:
    """A level line, with a marker at the mean of the strengths that the replicas chose."""
    for name in automatic(initializers):
        mean = inside[name].values(metric).mean()
        style = auto_look(initializers[name])
        axes.axhline(mean, color=style["color"], linestyle=style["linestyle"])
        axes.plot(inside[name].run.attributes["strength"].mean(), mean, **style)


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    initializers = experiment.initializers
    seen = []
    for facet in experiment.facets():
        inside = by_name(within(results, facet))
        finals = {name: inside[name].values("final_accuracy") for name in inside}
        for match, strengths in by_match(initializers).items():
            at = {f"strength {strength:g}:": finals[name] for strength, name in strengths.items()}
            seen.append(sentence(facet, f"final accuracy of match {match}: {ranked(at)}"))
        chosen = chosen_strengths(inside, initializers)
        for name, words in zip(automatic(initializers), chosen, strict=True):
            seen.append(f"{words}, with {percent(finals[name])}.")
    return " ".join(seen) + "\n\n" + note(experiment)
