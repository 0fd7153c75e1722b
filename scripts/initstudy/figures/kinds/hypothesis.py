"""Initial discrepancy against the area under the curve: is closer better? A panel a facet."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from initstudy.analysis import closeness
from initstudy.analysis.closeness import AT_CHANCE, Sample, association
from initstudy.analysis.intervals import Estimate
from initstudy.analysis.results import Results, within
from initstudy.figures.palette import marker_look
from initstudy.figures.panels import COLUMNS, draw_mean, grid, grid_rows
from initstudy.figures.style import in_percent, page
from initstudy.reporting.captions import span
from initstudy.reporting.words import METRICS, conditions, facet_title, sentence, spread_text
from initstudy.study.cells import Facet, Initializer, ShownExperiment

PER_FACET = False
AREA = "area_under_curve"
"""What calibration costs is left out: the hypothesis is about where training starts."""


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    shown = experiment.facets()
    figure = page(
        height=2.8 * grid_rows(len(shown)),
        title=f"{experiment.name}: is a smaller initial discrepancy better?",
        note=note(experiment),
        legend=experiment.initializers,
        lines=False,
    )
    panels = grid(figure, len(shown), sharey=True)
    for axes, facet in zip(panels, shown, strict=True):
        inside = within(results, facet)
        sample = sample_of(inside, experiment.initializers)
        draw_points(axes, inside, sample)
        title = [facet_title(facet), *correlations(sample)]
        axes.set_title("\n".join(filter(None, title)), loc="left")
        axes.set_xlabel("initial discrepancy per channel")
    for axes in panels[::COLUMNS]:
        axes.set_ylabel(METRICS[AREA])
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + f" A point an initializer: {spread_text(experiment)}. "
        "Discrepancy: of the untrained network, averaged over its hidden layers. Area under the "
        "curve: mean test accuracy over the epochs. r: Spearman's rank correlation of the area "
        "with minus the discrepancy (1: the closer, the better), with a 95 % interval from "
        "bootstrap samples of families of initializers (variants of one idea), where there are at "
        "least five. Hollow: initializers whose networks do not learn (mean accuracy not "
        f"{100 * AT_CHANCE:g} percentage points above chance) or that match the target by "
        "construction; others: r without these."
    )


def draw_points(axes: Axes, results: Results, sample: Sample) -> None:
    """results: of one facet, in the order of its sample."""
    axes.set_xscale("log")
    in_percent(axes.yaxis)
    places = -sample.closeness[0]
    for result, entry, place, is_other in zip(
        results, sample.initializers, places, sample.others, strict=True
    ):
        face = {} if is_other else {"mfc": "white"}
        draw_mean(axes, result.values(AREA), marker_look(entry.position) | face, x=place)
    low, high = axes.get_xlim()
    # Powers of ten alone leave a short axis without numbers.
    between = (1, 2, 5) if high < 100 * low else (1,)
    axes.xaxis.set_major_locator(LogLocator(subs=between))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def sample_of(results: Results, initializers: dict[str, Initializer]) -> Sample:
    """The initializers of one facet side by side, as claims have them, in the results' order."""
    table = pd.concat([result.replicas for result in results])
    named = {one.cell.initializer: initializers[one.cell.initializer] for one in results}
    _, sample = closeness.sample_of("this figure", table, AREA, named)
    return sample


def correlations(sample: Sample) -> list[str]:
    """In words, that of all initializers, and of those that neither group would hide."""
    shown = {"": sample, "others: ": sample.only(sample.others)}
    return [
        f"{group}r = {in_words(association(those))}, {len(set(those.families))} families"
        for group, those in shown.items()
    ]


def in_words(found: Estimate) -> str:
    if math.isnan(found.value):
        return "undefined"
    if math.isnan(found.low):
        return f"{found.value:.2f}"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in experiment.facets():
        inside = within(results, facet)
        sample = sample_of(inside, experiment.initializers)
        labels = [entry.label for entry in sample.initializers]
        distances = dict(zip(labels, -sample.closeness[0], strict=True))
        found = (
            f"rank correlation over {len(inside)} initializers, whose initial discrepancy ranges "
            f"{span(distances)}: {'; '.join(correlations(sample))}"
        )
        seen.append(sentence(facet, found))
    return " ".join(seen) + "\n\n" + note(experiment)
