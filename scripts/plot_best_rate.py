"""Final accuracy at the common learning rate, and at every initializer's own best one."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from initstudy.captions import ranked
from initstudy.figures import plot_command
from initstudy.intervals import interval
from initstudy.panels import (
    COLUMNS,
    by_initializer,
    chance,
    grid,
    grid_rows,
    name_rows,
    write_margin,
)
from initstudy.results import Cells, replica_values, within
from initstudy.runs import Run
from initstudy.study import facets
from initstudy.style import conditions, facet_title, in_percent, marker_look, page, sentence

LOOKS = {
    "at the common learning rate (upper)": ("white", -0.18),
    "at its own best one (lower)": (None, 0.18),
}
"""What is compared -> (the marker's face, where it stands in its row)."""


def draw(experiment: dict, _: dict, cells: Cells) -> Figure:
    rates = experiment["axes"]["learning_rate"]
    shown = facets(experiment["axes"] | {"learning_rate": rates[:1]})
    figure = page(
        height=grid_rows(len(shown)) * (0.7 + 0.27 * len(experiment["initializers"])),
        title=f"{experiment['name']}: at the common and at the best learning rate",
        note=note(experiment),
        handles=[
            Line2D([], [], color="black", marker="o", linestyle="", markerfacecolor=face, label=of)
            for of, (face, _) in LOOKS.items()
        ],
    )
    panels = grid(figure, len(shown))
    for axes, facet in zip(panels, shown, strict=True):
        inside = within(cells, experiment, facet)
        common = experiment["learning_rate"][inside[0][0]["optimizer"]]
        draw_rates(axes, inside, experiment["initializers"], common)
        title = filter(None, [facet_title(facet), f"common rate {common:g}"])
        axes.set_title("\n".join(title), loc="left")
    for axes in panels[1::COLUMNS]:
        axes.set_yticklabels([])
    return figure


def note(experiment: dict) -> str:
    """What the page shows, and how it was computed."""
    tried = ", ".join(f"{float(rate):g}" for rate in experiment["axes"]["learning_rate"])
    return (
        conditions(experiment) + f" Rates tried: {tried}. Each initializer's best, in the right "
        "margin, is the one with the highest final validation accuracy, averaged over replicas; "
        "test accuracy, which is shown, had no part in the choice. Mean over replicas with its "
        "95 % t-interval. Dotted line: chance, always answering the most frequent class."
    )


def draw_rates(axes: Axes, cells: Cells, initializers: dict, common: float) -> None:
    """Two rows of dots an initializer: at the common rate, if it was tried, and at its best."""
    groups = by_initializer(cells)
    best = [best_rate(group) for group in groups.values()]
    for row, (name, group) in enumerate(groups.items()):
        at_common = [(cell, run) for cell, run in group if cell["learning_rate"] == common]
        style = marker_look(initializers[name]["position"])
        for results, (face, offset) in zip((at_common, [best[row]]), LOOKS.values(), strict=True):
            for cell, run in results:
                mean, half = interval(replica_values(cell, run, "final_accuracy"))
                axes.errorbar(mean, row + offset, xerr=half, mfc=face, **style)
    axes.axvline(chance(cells), color="black", linestyle=":", linewidth=0.8)
    axes.set_xlabel("final test accuracy")
    in_percent(axes.xaxis)
    write_margin(axes, "best rate", [f"{cell['learning_rate']:g}" for cell, _ in best])
    name_rows(axes, list(groups), initializers)


def best_rate(cells: Cells) -> tuple[dict, Run]:
    """Of one initializer's cells the one that did best on validation images, never on test."""
    return max(cells, key=lambda result: replica_values(*result, "validation_accuracy").mean())


def caption(experiment: dict, _: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    rates = experiment["axes"]["learning_rate"]
    seen = []
    for facet in facets(experiment["axes"] | {"learning_rate": rates[:1]}):
        found = {}
        for name, group in by_initializer(within(cells, experiment, facet)).items():
            cell, run = best_rate(group)
            label = f"{experiment['initializers'][name]['label']} (rate {cell['learning_rate']:g})"
            found[label] = replica_values(cell, run, "final_accuracy")
        seen.append(sentence(facet, f"final accuracy at each one's best rate: {ranked(found)}"))
    return " ".join(seen) + "\n\n" + note(experiment)


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
