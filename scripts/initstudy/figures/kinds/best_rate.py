"""Final accuracy at the common learning rate, and at every initializer's own best one."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from initstudy.analysis.results import Result, Results, within
from initstudy.figures.palette import marker_look
from initstudy.figures.panels import (
    COLUMNS,
    by_initializer,
    chance,
    draw_mean,
    grid,
    grid_rows,
    name_rows,
    write_margin,
)
from initstudy.figures.style import in_percent, page
from initstudy.reporting.captions import ranked
from initstudy.reporting.words import METRICS, conditions, facet_title, sentence, spread_text
from initstudy.study.cells import Facet, Initializer, ShownExperiment
from initstudy.study.tuning import best_rate

PER_FACET = False
LOOKS = {
    "at the common learning rate (upper)": ("white", -0.18),
    "at its own best one (lower)": (None, 0.18),
}
"""What is compared -> (the marker's face, where it stands in its row)."""


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    shown = experiment.facets("learning_rate")
    figure = page(
        height=grid_rows(len(shown)) * (0.7 + 0.27 * len(experiment.initializers)),
        title=f"{experiment.name}: at the common and at the best learning rate",
        note=note(experiment),
        handles=[
            Line2D([], [], color="black", marker="o", linestyle="", markerfacecolor=face, label=of)
            for of, (face, _) in LOOKS.items()
        ],
    )
    panels = grid(figure, len(shown))
    for axes, facet in zip(panels, shown, strict=True):
        inside = within(results, facet)
        common = experiment.learning_rates[inside[0].cell.optimizer]
        draw_rates(axes, inside, experiment.initializers, common)
        title = filter(None, [facet_title(facet), f"common rate {common:g}"])
        axes.set_title("\n".join(title), loc="left")
    for axes in panels[1::COLUMNS]:
        axes.set_yticklabels([])
    return figure


def note(experiment: ShownExperiment) -> str:
    """What the page shows, and how it was computed."""
    tried = ", ".join(f"{float(rate):g}" for rate in experiment.axes["learning_rate"])
    return (
        conditions(experiment) + f" Rates tried: {tried}. Each initializer's best, in the right "
        "margin, is the one with the highest final validation accuracy, averaged over replicas; "
        f"test accuracy had no part in the choice. Shown: {spread_text(experiment)}. Dotted line: "
        "chance, always answering the most frequent class."
    )


def draw_rates(
    axes: Axes, results: Results, initializers: dict[str, Initializer], common: float
) -> None:
    """Two rows of dots an initializer: at the common rate, if it was tried, and at its best."""
    groups = by_initializer(results)
    best = [at_best_rate(group) for group in groups.values()]
    for row, (name, group) in enumerate(groups.items()):
        at_common = [result for result in group if result.cell.learning_rate == common]
        style = marker_look(initializers[name].position)
        for compared, (face, offset) in zip((at_common, [best[row]]), LOOKS.values(), strict=True):
            for result in compared:
                final = result.values("final_accuracy")
                draw_mean(axes, final, style | {"mfc": face}, y=row + offset)
    axes.axvline(chance(results), color="black", linestyle=":", linewidth=0.8)
    axes.set_xlabel(METRICS["final_accuracy"])
    in_percent(axes.xaxis)
    write_margin(axes, "best rate", [f"{one.cell.learning_rate:g}" for one in best])
    name_rows(axes, list(groups), initializers)


def at_best_rate(results: Results) -> Result:
    """Of one initializer's results the one that did best on validation images, never on test."""
    by_rate = {result.cell.learning_rate: result for result in results}
    values = {rate: one.values("validation_accuracy").mean() for rate, one in by_rate.items()}
    return by_rate[best_rate(values)]


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in experiment.facets("learning_rate"):
        found = {}
        for name, group in by_initializer(within(results, facet)).items():
            best = at_best_rate(group)
            label = f"{experiment.initializers[name].label} (rate {best.cell.learning_rate:g})"
            found[label] = best.values("final_accuracy")
        seen.append(sentence(facet, f"final accuracy at each one's best rate: {ranked(found)}"))
    return " ".join(seen) + "\n\n" + note(experiment)
