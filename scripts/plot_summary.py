"""Who is better than whom: the area under the curve of every initializer, and P(A > B)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.captions import ranked, with_interval
from initstudy.figures import plot_command
from initstudy.inference import improvement_share, interquartile_mean
from initstudy.panels import chance, labelled, name_rows, write_margin
from initstudy.results import Cells, replica_values
from initstudy.style import conditions, facet_text, in_percent, marker_look, page, sentence
from initstudy.summaries import COMPARED

MAP = "Blues"
"""The darker, the more often the row wins, in greyscale too."""


def draw(experiment: dict, facet: dict, cells: Cells) -> Figure:
    figure = page(
        height=1.3 + 0.17 * len(cells),
        title=" — ".join(filter(None, [f"{experiment['name']}: summary", facet_text(facet)])),
        note=note(experiment),
    )
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    draw_means(left, cells, experiment["initializers"])
    draw_improvements(right, cells, experiment["initializers"])
    return figure


def note(experiment: dict) -> str:
    """What the page shows, and how it was computed."""
    return (
        conditions(experiment) + " Left: area under the curve (test accuracy averaged over "
        "epochs), its interquartile mean over replicas with a 95 % bootstrap interval; dotted "
        "line: chance, always answering the most frequent class; right margin: replicas whose "
        "loss was not finite. Right: in how many of 100 draws a replica of the row has the larger "
        "area than one of the column, a tie counting as half; the darker, the more."
    )


def draw_means(axes: Axes, cells: Cells, initializers: dict) -> None:
    """A row an initializer: interquartile mean, interval, failures."""
    failures = []
    for row, (cell, run) in enumerate(cells):
        value, low, high = interquartile_mean(replica_values(cell, run, COMPARED))
        style = marker_look(initializers[cell["initializer"]]["position"])
        axes.errorbar(value, row, xerr=np.nan_to_num([[value - low], [high - value]]), **style)
        failures.append(f"{replica_values(cell, run, 'failed').sum():.0f}")
    axes.axvline(chance(cells), color="black", linestyle=":", linewidth=0.8)
    axes.set_xlabel("area under the curve")
    in_percent(axes.xaxis)
    write_margin(axes, "failed", failures)
    name_rows(axes, [cell["initializer"] for cell, _ in cells], initializers)


def draw_improvements(axes: Axes, cells: Cells, initializers: dict) -> None:
    """The matrix of P(row > column) in per cent."""
    samples = [replica_values(cell, run, COMPARED) for cell, run in cells]
    shares = np.array([[improvement_share(one, other) for other in samples] for one in samples])
    # Nobody is compared with itself.
    np.fill_diagonal(shares, np.nan)
    axes.imshow(shares, cmap=MAP, vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if row != column:
            colour = "white" if share > 0.6 else "black"
            text = f"{100 * share:.0f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=5, color=colour)
    labels = [initializers[cell["initializer"]]["label"] for cell, _ in cells]
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.set_xlabel("P(row > column), %")
    for spine in axes.spines.values():
        spine.set_visible(False)


def caption(experiment: dict, facet: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    areas = labelled(cells, experiment["initializers"], COMPARED)

    def middle(sample: np.ndarray) -> str:
        return with_interval(*interquartile_mean(sample))

    best, *others = sorted(areas, key=lambda name: -areas[name].mean())
    seen = [sentence(facet, f"area under the curve, interquartile mean: {ranked(areas, middle)}")]
    if others:
        share = improvement_share(areas[best], areas[others[0]])
        seen.append(f"{best} is ahead of {others[0]} in {100 * share:.0f} of 100 draws.")
    failed = sum(replica_values(cell, run, "failed").sum() for cell, run in cells)
    seen.append(f"Of {sum(map(len, areas.values()))} networks, {failed:.0f} diverged.")
    return " ".join(seen) + "\n\n" + note(experiment)


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
