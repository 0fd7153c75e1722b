"""Every kind of figure: whole and legible with few and many initializers, and true to the data."""

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

from helpers.legible import assert_legible, page_text
from helpers.synthetic_figures import VARIED, shown_by
from helpers.synthetic_runs import (
    CHANCE,
    REPLICAS,
    catalogue,
    drawn_accuracy,
    experiment,
    results_of,
    strengths,
)
from initstudy.analysis.closeness import association
from initstudy.figures.kinds import best_rate, curves, hypothesis, kinds, strength, variance
from initstudy.figures.palette import MOST_LINES, line_groups, look, with_colours_apart
from initstudy.figures.panels import draw_line, draw_mean, spread
from initstudy.figures.style import save
from initstudy.study.cells import Initializer

pytestmark = pytest.mark.filterwarnings("error")


LONG = "Orthogonal, He's gain, width {}"
"""Thirty characters with a number of two digits."""


@pytest.mark.parametrize("kind", kinds())
def test_long_labels_leave_room(kind, tmp_path):
    described = shown_by(kind, 8)
    named = {
        name: replace(entry, label=LONG.format(10 + entry.position))
        for name, entry in described.initializers.items()
    }
    described = replace(described, initializers=named)
    figure = import_module(f"initstudy.figures.kinds.{kind}").draw(
        described, {}, results_of(described, tmp_path)
    )
    assert_legible(figure)
    panel = figure.axes[0].get_position()
    assert panel.width * figure.get_figwidth() > 0.8
    assert panel.height * figure.get_figheight() > 0.8


@pytest.mark.parametrize("count", [3, pytest.param(21, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", kinds())
def test_figures_are_legible_and_reproducible(kind, count, tmp_path):
    described = shown_by(kind, count)
    results = results_of(described, tmp_path)
    draw = import_module(f"initstudy.figures.kinds.{kind}").draw
    figure = draw(described, {}, results)
    save(figure, tmp_path / "a.pdf", tmp_path / "a.png")
    words = page_text(tmp_path / "a.pdf")
    assert "A synthetic study; " in words
    assert f"n = {REPLICAS} replicas" in words
    labels = [entry.label for entry in described.initializers.values()]
    for label in ["match: channel"] if kind == "strength" else labels:
        assert label in words
    for axis, values in VARIED.get(kind, {}).items():
        for value in [] if axis == "seed" else values:
            assert str(value) in words
    assert_legible(figure)
    # Few initializers are enough to see whether the same runs give the same bytes.
    if count == 3:
        save(draw(described, {}, results), tmp_path / "b.pdf", tmp_path / "b.png")
        for suffix in ("pdf", "png"):
            first, second = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in "ab")
            assert first == second


def test_percentages_have_no_more_decimals_than_they_need(tmp_path):
    """Where accuracies span less than a half, labels with decimals would run into each other."""
    described = experiment(catalogue(4))
    results = results_of(described, tmp_path, test=lambda cell: drawn_accuracy(cell) / 2)
    figure = curves.draw(described, {}, results)
    assert_legible(figure)
    labels = {label.get_text() for axes in figure.axes for label in axes.get_xticklabels()}
    assert "20\N{NO-BREAK SPACE}%" in labels


def test_best_rate_is_chosen_on_validation(tmp_path):
    described = experiment(catalogue(2), learning_rate=[0.001, 0.01])

    def planted(better: float):
        return lambda cell: np.full(REPLICAS, 0.6 if cell.learning_rate == better else 0.5)

    results = results_of(described, tmp_path, test=planted(0.001), validation=planted(0.01))
    assert best_rate.at_best_rate(results[:2]).cell.learning_rate == 0.01
    [axes] = best_rate.draw(described, {}, results).axes
    assert [text.get_text() for text in axes.texts] == ["best rate", "0.01", "0.01"]
    common, best = axes.lines[:2]
    assert common.get_xdata() == pytest.approx([0.6])
    assert best.get_xdata() == pytest.approx([0.5])
    assert common.get_markerfacecolor() == "white"


def test_where_no_rate_is_better_the_middle_one_stands_as_in_a_search(tmp_path):
    described = experiment(catalogue(1), learning_rate=[0.001, 0.01, 0.1])
    results = results_of(described, tmp_path, test=lambda _: np.full(REPLICAS, 0.1))
    assert best_rate.at_best_rate(results).cell.learning_rate == 0.01


def test_strength_joins_a_match_from_its_base(tmp_path):
    described = experiment(strengths(8))
    results = {result.cell.initializer: result for result in results_of(described, tmp_path)}
    scores = {name: results[name].values("final_accuracy") for name in results}
    axes, second = strength.draw(described, {}, list(results.values())).axes
    channel, _scalar, joint, auto, chosen = axes.lines[:5]
    assert list(channel.get_xdata()) == [0, 0.75, 0.875, 1]
    assert channel.get_ydata() == pytest.approx(
        [scores[name].mean() for name in ("orthogonal", "channel_6", "channel_3", "channel_0")]
    )
    assert list(joint.get_xdata()) == [0, 0.875]
    assert auto.get_ydata() == pytest.approx([scores["joint_1"].mean()] * 2)
    mean = results["joint_1"].run.attributes["strength"].mean()
    assert chosen.get_xdata() == pytest.approx([mean])
    written = second.get_title(loc="left")
    assert written == f"Consistency joint, auto: mean strength {mean:.2f}"


@pytest.mark.parametrize("count", [3, 21])
def test_hypothesis_shows_the_rank_correlation(count, tmp_path):
    described = experiment(catalogue(count))
    results = results_of(described, tmp_path)
    near = [-result.replicas["initial_discrepancy"].mean() for result in results]
    areas = [result.replicas["area_under_curve"].mean() for result in results]
    sample = hypothesis.sample_of(results, described.initializers)
    found = association(sample)
    assert found.value == pytest.approx(stats.spearmanr(near, areas).statistic)
    assert math.isnan(found.low) == (count == 3)
    title = hypothesis.draw(described, {}, results).axes[0].get_title(loc="left")
    assert title.split("\n") == hypothesis.correlations(sample)
    assert title.startswith(f"r = {found.value:.2f}")


def test_hypothesis_keeps_apart_what_hides_the_others(tmp_path):
    """Dead ones and those that match by construction are hollow, and not in the second number."""
    named = catalogue(9)
    named["consistency"] = replace(named["consistency"], matches_target=True)
    described = experiment(named)

    def outcome(cell):
        return (
            np.full(REPLICAS, CHANCE + 0.01) if cell.initializer == "zero" else drawn_accuracy(cell)
        )

    results = results_of(described, tmp_path, test=outcome)
    sample = hypothesis.sample_of(results, named)
    assert sample.others.tolist() == [name not in ("zero", "consistency") for name in named]
    [axes] = hypothesis.draw(described, {}, results).axes
    faces = [bar.lines[0].get_markerfacecolor() for bar in axes.containers]
    assert [face == "white" for face in faces] == [not other for other in sample.others]
    kept = sample.closeness[:, sample.others], sample.scores[:, sample.others]
    expected = stats.spearmanr(*np.concatenate(kept)).statistic
    assert f"others: r = {expected:.2f} [" in axes.get_title(loc="left")


def test_few_replicas_are_points():
    axes = Figure().subplots()
    style = {"color": "black", "linestyle": "-", "marker": "o"}
    draw_line(axes, [1, 2], np.array([[0.1, 0.2, 0.6], [0.3, 0.4, 0.5]]), style)
    assert not axes.collections
    assert [list(line.get_ydata()) for line in axes.lines[1:]] == [
        [0.1, 0.3],
        [0.2, 0.4],
        [0.6, 0.5],
    ]
    draw_mean(axes, np.array([0.0, 0.9]), style, y=3)
    assert list(axes.lines[-1].get_xdata()) == [0.0, 0.9]
    assert not axes.collections


def test_intervals_of_fractions_stay_within_0_and_1():
    axes = Figure().subplots()
    style = {"color": "black", "linestyle": "-", "marker": ""}
    values = np.array([[0.0, 0.0, 0.0, 0.0, 0.2], [0.6, 1.0, 1.0, 1.0, 1.0]])
    assert draw_line(axes, [1, 2], values, style) == pytest.approx([0.04, 0.92])
    [band] = axes.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (0, 1)


def test_names_are_spread_no_farther_than_they_touch():
    gaps = np.random.default_rng(0).uniform(0, 0.2, (50, 8))
    for places in np.cumsum(gaps / gaps.sum(axis=1, keepdims=True), axis=1):
        moved = spread(places, 0.08)
        assert (np.diff(moved) > 0.08 - 1e-9).all()
        assert moved[0] >= 0
        assert moved[-1] <= 1
    assert spread(np.array([0.1, 0.5, 0.9]), 0.08) == pytest.approx([0.1, 0.5, 0.9])
    assert spread(np.array([0.5, 0.5, 0.9]), 0.08) == pytest.approx([0.46, 0.54, 0.9])


@pytest.mark.parametrize("own", [21, 22, 29])
def test_initializers_of_users_have_colours_of_their_own(own):
    positions = {"zero": 5, "he_normal": 6, "consistency": 13, "mine": own}
    named = {name: Initializer(name, position) for name, position in positions.items()}
    shown = with_colours_apart(named)
    looks = [look(shown[name].position) for name in positions]
    assert len({one["color"] for one in looks}) == len(positions)
    assert {one["linestyle"] for one in looks} == {"-"}
    assert sorted(shown, key=lambda name: shown[name].position) == list(positions)
    unlike = {name: named[name] for name in ("zero", "he_normal")}
    assert with_colours_apart(unlike) == unlike


@pytest.mark.parametrize("count", [1, 8, 9, 21])
def test_every_initializer_is_in_one_group(count):
    names = [f"name_{number}" for number in range(count)]
    groups = line_groups(names)
    assert [name for group in groups for name in group] == names
    assert max(map(len, groups)) <= MOST_LINES
    assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_what_never_varies_has_no_bar(tmp_path):
    described = experiment(catalogue(2), seed=[0, 1])
    results = results_of(described, tmp_path, test=lambda _: np.full(REPLICAS, 0.1))
    [axes] = variance.draw(described, {}, results).axes
    assert [text.get_text() for text in axes.texts] == ["SD in pp", "0.00", "0.00"]
    assert not axes.patches


def test_curves_point_at_what_starts_beyond_the_axis(tmp_path):
    described = experiment(catalogue(3), calibration_size=[65536])
    results = results_of(described, tmp_path)
    [start] = [curves.passes_done(one)[0] for one in results if one.cell.calibrated]
    figure = curves.draw(described, {}, results)
    panel = figure.axes[0]
    assert panel.get_xlim()[1] < start
    assert f"Consistency, from {start:.1f} \N{RIGHTWARDS ARROW}" in [
        text.get_text() for text in panel.texts
    ]
