"""Learning curves of an experiment, with first-epoch and final accuracy: a row a facet."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initstudy.analysis.results import Result, Results, within
from initstudy.figures.palette import CONTEXT, line_groups, look, marker_look, readable
from initstudy.figures.panels import (
    REPLICAS,
    ROW,
    chance,
    draw_line,
    labelled,
    leading,
    leads,
    mean_and_bar,
    name_rows,
    ranked_results,
    write_margin,
)
from initstudy.figures.style import in_percent, page
from initstudy.reporting.captions import ranked
from initstudy.reporting.findings import BOLD, FINAL, OF_FINALS, title_and_lead
from initstudy.reporting.words import conditions, facet_text, sentence, spread_text
from initstudy.study.cells import Facet, Initializer, ShownExperiment

PER_FACET = False
ARROW_LINE = 0.09
"""Between two lines about curves beyond the axis, as a share of a panel's height."""
CALIBRATION_SHOWN = 0.5
"""The share of the training passes by which calibration may lengthen the axis."""


def draw(experiment: ShownExperiment, _: Facet, results: Results) -> Figure:
    rows = experiment.facets()
    initializers = experiment.initializers
    groups = line_groups(experiment.axes["initializer"])
    title, said = title_and_lead(experiment.name, "learning curves", leads(experiment, results))
    figure = page(
        height=0.2 + len(rows) * max(2.0, 0.4 + ROW * len(initializers), 1.35 * len(groups)),
        title=title,
        lead=said,
        note=note(experiment, len(groups)),
    )
    places = figure.add_gridspec(len(rows), 3, width_ratios=[2, 1, 1])
    left, right, curves = None, None, []
    for row, facet in enumerate(rows):
        shown = within(results, facet)
        ranking = ranked_results(shown, FINAL)
        for group, place in zip(groups, places[row, 0].subgridspec(len(groups), 1), strict=True):
            left = figure.add_subplot(place, sharex=left, sharey=left)
            draw_curves(left, shown, initializers, group)
            curves.append((left, shown, group))
            if group is groups[0]:
                left.set_title(facet_text(facet), loc="left")
        for column, epoch, name in ((1, 1, "first epoch"), (2, -1, "final")):
            right = figure.add_subplot(places[row, column], sharex=right)
            draw_dots(right, ranking, initializers, epoch)
            right.set_title(name, loc="left")
            right.set_xlabel("test accuracy")
        right.set_yticklabels([])
        best = ranking[0].values(FINAL).mean()
        finals = [one.values(FINAL).mean() for one in ranking]
        write_margin(
            right,
            "%, and to best",
            [f"{100 * final:.1f}  {100 * (final - best):+.1f}" for final in finals],
        )
    left.set_xlabel("passes over the training data")
    left.set_xlim(-0.02 * left.get_xlim()[1], right=last_passes(results))
    left.set_ylim(bottom=0)
    for axes, shown, group in curves:
        point_beyond(axes, [one for one in shown if one.cell.initializer in group], initializers)
    return figure


def note(experiment: ShownExperiment, groups: int) -> str:
    """What the page shows, and how it was computed."""
    grey = " Of many initializers, a panel shows some in colour, the others in grey."
    return (
        conditions(experiment) + f" Curves: {spread_text(experiment)}; they start where "
        "calibration ends, which counts as passes over the training data (arrow: beyond the axis)."
        + grey
        * (groups > 1)
        + " Right: replicas as dots, "
        f"and the {spread_text(experiment)}; right margin: the final mean, and what it is more "
        f"than the best one. {BOLD} Dotted line: chance, always answering the most frequent class. "
        + OF_FINALS
    )


def draw_curves(
    axes: Axes, results: Results, initializers: dict[str, Initializer], group: list[str]
) -> None:
    """Test accuracy against passes over the training data; initializers not in `group` are grey."""
    for result in results:
        accuracy = result.run.history["test_accuracy"].astype(np.float64)
        passes = passes_done(result)
        if result.cell.initializer in group:
            style = look(initializers[result.cell.initializer].position)
            draw_line(axes, passes, accuracy, style)
        else:
            axes.plot(passes, accuracy.mean(axis=-1), **CONTEXT)
    axes.axhline(chance(results), color="black", linestyle=":", linewidth=0.8)
    axes.set_ylabel("test accuracy")
    in_percent(axes.yaxis)


def point_beyond(axes: Axes, results: Results, initializers: dict[str, Initializer]) -> None:
    """Arrows to the curves that start beyond the axis, with the passes at which they do."""
    starts = {one.cell.initializer: passes_done(one)[0] for one in results}
    beyond = [name for name, start in starts.items() if start > axes.get_xlim()[1]]
    for number, name in enumerate(beyond):
        text = f"{initializers[name].label}, from {starts[name]:.1f} \N{RIGHTWARDS ARROW}"
        ink = readable(look(initializers[name].position)["color"])
        place = {"transform": axes.transAxes, "ha": "right", "va": "bottom", "fontsize": 6}
        axes.text(1, 0.02 + ARROW_LINE * number, text, color=ink, **place)


def draw_dots(
    axes: Axes, results: Results, initializers: dict[str, Initializer], epoch: int
) -> None:
    """Every replica's accuracy after an epoch, a row an initializer, which also is the legend."""
    for row, result in enumerate(results):
        accuracy = result.run.history["test_accuracy"][epoch].astype(np.float64)
        style = marker_look(initializers[result.cell.initializer].position)
        axes.plot(accuracy, np.full(len(accuracy), row + 0.3), color=style["color"], **REPLICAS)
        mean, bar = mean_and_bar(accuracy)
        axes.errorbar(mean, row, xerr=bar, capsize=2, **style)
    axes.axvline(chance(results), color="black", linestyle=":", linewidth=0.8)
    names = [one.cell.initializer for one in results]
    name_rows(axes, names, initializers, bold=leading(results, FINAL))
    in_percent(axes.xaxis)


def passes_done(result: Result) -> np.ndarray:
    """Epochs, and before them what calibration cost, in passes over the training data: E + 1."""
    return result.run.history["epoch"] + result.calibration_passes()


def last_passes(results: Results) -> float:
    """Where the axis of passes ends: with the last curve, if that is not long after the others."""
    last = max(passes_done(result)[-1] for result in results)
    return 1.02 * min(last, results[0].cell.epochs * (1 + CALIBRATION_SHOWN))


def caption(experiment: ShownExperiment, _: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    seen = []
    for facet in experiment.facets():
        shown = within(results, facet)
        final = labelled(shown, experiment.initializers, "final_accuracy")
        epochs = shown[0].cell.epochs
        seen.append(sentence(facet, f"test accuracy after epoch {epochs}: {ranked(final)}"))
    seen.append(f"Chance is {100 * chance(results):.1f} %.")
    groups = line_groups(experiment.axes["initializer"])
    return " ".join(seen) + "\n\n" + note(experiment, len(groups))
