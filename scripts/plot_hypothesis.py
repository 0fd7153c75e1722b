"""Initial discrepancy against the area under the curve: is closer better? A panel a facet."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from initstudy.captions import span
from initstudy.figures import plot_command
from initstudy.inference import Estimate, monotone_association
from initstudy.intervals import interval
from initstudy.panels import COLUMNS, grid, grid_rows
from initstudy.results import Cells, replica_values, within
from initstudy.runs import Run
from initstudy.study import facets
from initstudy.style import conditions, facet_title, in_percent, marker_look, page, sentence


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    shown = facets(experiment["axes"])
    figure = page(
        height=2.6 * grid_rows(len(shown)),
        title=f"{experiment['name']}: is a smaller initial discrepancy better?",
        note=note(experiment),
        legend=experiment["initializers"],
        lines=False,
    )
    panels = grid(figure, len(shown), sharey=True)
    for axes, facet in zip(panels, shown, strict=True):
        inside = within(cells, experiment, facet)
        draw_points(axes, inside, experiment["initializers"])
        found = association(inside)
        axes.set_title("\n".join(filter(None, [facet_title(facet), in_words(found)])), loc="left")
        axes.set_xlabel("initial discrepancy per channel")
    for axes in panels[::COLUMNS]:
        axes.set_ylabel("area under the curve")
    return figure


def note(experiment: dict) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + " A point an initializer, averaged over replicas; bars: 95 % "
        "t-interval. Discrepancy: of the untrained network, averaged over its hidden layers. Area "
        "under the curve: mean test accuracy over the epochs. r: Spearman's rank correlation of "
        "the area with minus the discrepancy (1: the closer, the better), with a 95 % interval "
        "from bootstrap samples of the initializers, where there are at least five."
    )


def draw_points(axes: Axes, cells: Cells, initializers: dict) -> None:
    axes.set_xscale("log")
    in_percent(axes.yaxis)
    for cell, run in cells:
        mean, half = interval(replica_values(cell, run, "area_under_curve"))
        style = marker_look(initializers[cell["initializer"]]["position"])
        axes.errorbar(-closeness(cell, run), mean, yerr=half, elinewidth=0.6, **style)
    low, high = axes.get_xlim()
    # Powers of ten alone leave a short axis without numbers.
    between = (1, 2, 5) if high < 100 * low else (1,)
    axes.xaxis.set_major_locator(LogLocator(subs=between))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def association(cells: Cells) -> Estimate:
    """Spearman's rank correlation of closeness and area under the curve, with its interval."""
    near = [closeness(cell, run) for cell, run in cells]
    areas = [replica_values(cell, run, "area_under_curve").mean() for cell, run in cells]
    # The margin matters to a refutation alone, which is the claims' concern.
    return monotone_association(np.array([near]), np.array([areas]), margin=0.0).effect


def closeness(cell: dict, run: Run) -> float:
    """Minus the discrepancy; a network that gives no number is the farthest, as in claims."""
    return -replica_values(cell, run, "initial_discrepancy", lacking=math.inf).mean()


def in_words(found: Estimate) -> str:
    if math.isnan(found.low):
        return f"r = {found.value:.2f}"
    return f"r = {found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def caption(experiment: dict, _: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in facets(experiment["axes"]):
        inside = within(cells, experiment, facet)
        distances = {
            experiment["initializers"][cell["initializer"]]["label"]: -closeness(cell, run)
            for cell, run in inside
        }
        found = (
            f"rank correlation {in_words(association(inside))} over {len(inside)} initializers, "
            f"whose initial discrepancy ranges {span(distances)}"
        )
        seen.append(sentence(facet, found))
    return " ".join(seen) + "\n\n" + note(experiment)


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
