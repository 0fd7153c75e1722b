"""Accuracy against the strength of consistency, a line a match: a row a facet."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from initstudy.captions import percent, ranked
from initstudy.figures import plot_command
from initstudy.intervals import interval
from initstudy.panels import METRICS, chance
from initstudy.results import Cells, replica_values, within
from initstudy.study import facets
from initstudy.style import conditions, facet_text, in_percent, look, page, sentence

AUTO = "auto"


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    initializers = experiment["initializers"]
    rows = facets(experiment["axes"])
    figure = page(
        height=0.2 + 2.2 * len(rows),
        title=f"{experiment['name']}: accuracy against the strength of the match",
        note=note(experiment),
        handles=[
            *(
                Line2D([], [], label=f"match: {match}", **line_look(strengths, initializers))
                for match, strengths in by_match(initializers).items()
            ),
            *(
                Line2D([], [], label=initializers[name]["label"], **auto_look(initializers[name]))
                for name in automatic(initializers)
            ),
        ],
    )
    panels = figure.subplots(len(rows), len(METRICS), squeeze=False, sharey=True)
    for row, facet in zip(panels, rows, strict=True):
        shown = within(cells, experiment, facet)
        results = {cell["initializer"]: (cell, run) for cell, run in shown}
        for axes, (metric, name) in zip(row, METRICS.items(), strict=True):
            draw_matches(axes, results, initializers, metric)
            draw_automatic(axes, results, initializers, metric)
            axes.axhline(chance(shown), color="black", linestyle=":", linewidth=0.8)
            axes.set_ylim(bottom=0)
            axes.set_ylabel(name)
            in_percent(axes.yaxis)
        row[0].set_title(facet_text(facet), loc="left")
        row[1].set_title("\n".join(chosen_strengths(results, initializers)), loc="left")
    for axes in panels[-1]:
        axes.set_xlabel("strength")
    return figure


def note(experiment: dict) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + " Strength 0 is the base, which draws the weights; 1 matches the "
        "target in full. Lines and bands: mean over replicas with its 95 % t-interval. Area under "
        "the curve: mean test accuracy over the epochs. Level line: the strength that each replica "
        "chose for itself, with a marker at the mean of these. Dotted line: chance, always "
        "answering the most frequent class."
    )


def by_match(initializers: dict) -> dict[str, dict[float, str]]:
    """Match -> strength -> initializer, by strength.

    An initializer that matches nothing is the base of all others: strength 0 of every match.
    """
    matches = {}
    bases = []
    for name, entry in initializers.items():
        options = entry["options"]
        if "match" not in options:
            bases.append((0.0, name))
        elif options["strength"] != AUTO:
            matches.setdefault(options["match"], []).append((float(options["strength"]), name))
    return {match: dict(sorted(bases + strengths)) for match, strengths in matches.items()}


def automatic(initializers: dict) -> list[str]:
    """The initializers that choose their strength."""
    return [
        name for name, entry in initializers.items() if entry["options"].get("strength") == AUTO
    ]


def line_look(strengths: dict[float, str], initializers: dict) -> dict:
    """That of the fullest match, so that a match looks here as in the other figures."""
    return look(initializers[strengths[max(strengths)]]["position"])


def auto_look(initializer: dict) -> dict:
    return look(initializer["position"]) | {"linestyle": "--"}


def draw_matches(axes: Axes, results: dict, initializers: dict, metric: str) -> None:
    """A metric against the strength, a line a match."""
    for strengths in by_match(initializers).values():
        values = np.stack([replica_values(*results[name], metric) for name in strengths.values()])
        mean, half = interval(values)
        style = line_look(strengths, initializers)
        places = list(strengths)
        axes.plot(places, mean, **style)
        axes.fill_between(places, mean - half, mean + half, color=style["color"], alpha=0.15, lw=0)


def chosen_strengths(results: dict, initializers: dict) -> list[str]:
    """In words, the mean over replicas of what each automatic initializer chose."""
    return [
        f"{initializers[name]['label']}: mean strength "
        f"{results[name][1].attributes['strength'].mean():.2f}"
        for name in automatic(initializers)
    ]


def draw_automatic(axes: Axes, results: dict, initializers: dict, metric: str) -> None:
    """A level line, with a marker at the mean of the strengths that the replicas chose."""
    for name in automatic(initializers):
        cell, run = results[name]
        mean, _ = interval(replica_values(cell, run, metric))
        style = auto_look(initializers[name])
        axes.axhline(mean, color=style["color"], linestyle=style["linestyle"])
        axes.plot(run.attributes["strength"].mean(), mean, **style)


def caption(experiment: dict, _: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    initializers = experiment["initializers"]
    seen = []
    for facet in facets(experiment["axes"]):
        inside = within(cells, experiment, facet)
        results = {cell["initializer"]: (cell, run) for cell, run in inside}
        finals = {name: replica_values(*results[name], "final_accuracy") for name in results}
        for match, strengths in by_match(initializers).items():
            at = {f"strength {strength:g}:": finals[name] for strength, name in strengths.items()}
            seen.append(sentence(facet, f"final accuracy of match {match}: {ranked(at)}"))
        chosen = chosen_strengths(results, initializers)
        for name, words in zip(automatic(initializers), chosen, strict=True):
            seen.append(f"{words}, with {percent(finals[name])}.")
    return " ".join(seen) + "\n\n" + note(experiment)


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
