"""Initial discrepancy against the area under the curve: is closer better? A panel a facet."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from initstudy.analysis.inference import Estimate, rank_association
from initstudy.analysis.intervals import interval
from initstudy.analysis.results import Result, Results, within
from initstudy.figures.palette import marker_look
from initstudy.figures.panels import COLUMNS, grid, grid_rows
from initstudy.figures.style import in_percent, page
from initstudy.reporting.captions import span
from initstudy.reporting.words import METRICS, conditions, facet_title, sentence
from initstudy.study.cells import Facet, Initializer, ShownExperiment

PER_FACET = False
AREA = "area_under_curve"


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    shown = experiment.facets()
    figure = page(
        height=2.6 * grid_rows(len(shown)),
        title=f"{experiment.name}: is a smaller initial discrepancy better?",
        note=note(experiment),
        legend=experiment.initializers,
        lines=False,
    )
    panels = grid(figure, len(shown), sharey=True)
    for axes, facet in zip(panels, shown, strict=True):
        inside = within(results, facet)
        draw_points(axes, inside, experiment.initializers)
        found = association(inside)
        axes.set_title("\n".join(filter(None, [facet_title(facet), in_words(found)])), loc="left")
        axes.set_xlabel("initial discrepancy per channel")
    for axes in panels[::COLUMNS]:
        axes.set_ylabel(METRICS[AREA])
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + " A point an initializer, averaged over replicas; bars: 95 % "
        "t-interval. Discrepancy: of the untrained network, averaged over its hidden layers. Area "
        "under the curve: mean test accuracy over the epochs. r: Spearman's rank correlation of "
        "the area with minus the discrepancy (1: the closer, the better), with a 95 % interval "
        "from bootstrap samples of the initializers, where there are at least five."
    )


def draw_points(axes: Axes, results: Results, initializers: dict[str, Initializer]) -> None:
    axes.set_xscale("log")
    in_percent(axes.yaxis)
    for result in results:
        mean, half = interval(result.values(AREA))
        style = marker_look(initializers[result.cell.initializer].position)
        axes.errorbar(-closeness(result), mean, yerr=half, elinewidth=0.6, **style)
    low, high = axes.get_xlim()
    # Powers of ten alone leave a short axis without numbers.
    between = (1, 2, 5) if high < 100 * low else (1,)
    axes.xaxis.set_major_locator(LogLocator(subs=between))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def association(results: Results) -> Estimate:
    """Spearman's rank correlation of closeness and area under the curve, with its interval."""
    near = [closeness(result) for result in results]
    areas = [result.values(AREA).mean() for result in results]
    return rank_association(np.array([near]), np.array([areas]))


def closeness(result: Result) -> float:
    """Minus the discrepancy; a network that gives no number is the farthest, as in claims."""
    return -result.values("initial_discrepancy", lacking=math.inf).mean()


def in_words(found: Estimate) -> str:
    if math.isnan(found.low):
        return f"r = {found.value:.2f}"
    return f"r = {found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in experiment.facets():
        inside = within(results, facet)
        distances = {
            experiment.initializers[result.cell.initializer].label: -closeness(result)
            for result in inside
        }
        found = (
            f"rank correlation {in_words(association(inside))} over {len(inside)} initializers, "
            f"whose initial discrepancy ranges {span(distances)}"
        )
        seen.append(sentence(facet, found))
    return " ".join(seen) + "\n\n" + note(experiment)
