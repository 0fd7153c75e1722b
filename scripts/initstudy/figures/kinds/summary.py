"""Who is better than whom: the area under the curve of every initializer, and P(A > B)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.analysis.intervals import improvement_share
from initstudy.analysis.results import Results
from initstudy.figures.palette import marker_look
from initstudy.figures.panels import (
    ROW,
    chance,
    draw_mean,
    labelled,
    leading,
    name_rows,
    ranked_results,
    write_margin,
)
from initstudy.figures.style import TICKS, in_percent, longest, page
from initstudy.reporting.captions import ranked
from initstudy.reporting.findings import BOLD, lead
from initstudy.reporting.words import METRICS, conditions, facet_text, sentence, spread_text
from initstudy.study.cells import Facet, Initializer, ShownExperiment
from initstudy.study.claims import COMPARED

PER_FACET = True
MAP = "Blues"
"""The darker, the more often the row wins, in greyscale too."""


def draw(experiment: ShownExperiment, facet: Facet, results: Results) -> Figure:
    results = ranked_results(results, COMPARED)
    labels = [experiment.initializers[one.cell.initializer].label for one in results]
    found = lead(labelled(results, experiment.initializers, COMPARED))
    figure = page(
        height=0.6 + longest(labels, TICKS) + ROW * len(results),
        title=": ".join(filter(None, [experiment.name, facet_text(facet), found.text])),
        note=note(experiment),
    )
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    draw_means(left, results, experiment.initializers)
    draw_improvements(right, results, experiment.initializers)
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + " Left: area under the curve (test accuracy averaged over "
        f"epochs, calibration counting as training), {spread_text(experiment)}; dotted line: "
        "chance, always answering the most frequent class; right margin: replicas whose loss was "
        f"not finite. {BOLD} The title is about this area. Right: in how many of 100 draws a "
        "replica of the row has the larger area than one of the column, a tie counting as half; "
        "the darker, the more."
    )


def draw_means(axes: Axes, results: Results, initializers: dict[str, Initializer]) -> None:
    """A row an initializer: mean, interval, failures."""
    failures = []
    for row, result in enumerate(results):
        style = marker_look(initializers[result.cell.initializer].position)
        draw_mean(axes, result.values(COMPARED), style, y=row)
        failures.append(f"{result.values('failed').sum():.0f}")
    axes.axvline(chance(results), color="black", linestyle=":", linewidth=0.8)
    axes.set_xlabel(METRICS[COMPARED])
    in_percent(axes.xaxis)
    write_margin(axes, "failed", failures)
    names = [one.cell.initializer for one in results]
    name_rows(axes, names, initializers, bold=leading(results, COMPARED))


def draw_improvements(axes: Axes, results: Results, initializers: dict[str, Initializer]) -> None:
    """The matrix of P(row > column) in per cent."""
    samples = [result.values(COMPARED) for result in results]
    shares = np.array([[improvement_share(one, other) for other in samples] for one in samples])
    # Nobody is compared with itself.
    np.fill_diagonal(shares, np.nan)
    axes.imshow(shares, cmap=MAP, vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if row != column:
            colour = "white" if share > 0.6 else "black"
            text = f"{100 * share:.0f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=5, color=colour)
    labels = [initializers[one.cell.initializer].label for one in results]
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.set_xlabel("P(row > column), %")
    for spine in axes.spines.values():
        spine.set_visible(False)


def caption(experiment: ShownExperiment, facet: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    areas = labelled(results, experiment.initializers, COMPARED)
    best, *others = sorted(areas, key=lambda name: -areas[name].mean())
    seen = [sentence(facet, f"{METRICS[COMPARED]}: {ranked(areas)}")]
    if others:
        share = improvement_share(areas[best], areas[others[0]])
        seen.append(f"{best} is ahead of {others[0]} in {100 * share:.0f} of 100 draws.")
    failed = sum(result.values("failed").sum() for result in results)
    seen.append(f"Of {sum(map(len, areas.values()))} networks, {failed:.0f} diverged.")
    return " ".join(seen) + "\n\n" + note(experiment)
