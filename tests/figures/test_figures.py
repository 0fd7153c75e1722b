"""Every figure: whole and legible with few and many initializers, and true to the data."""

import importlib
import itertools
import json
import math
import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import helpers.synthetic_runs as synthetic
import plot_best_rate
import plot_claims
import plot_curves
import plot_hypothesis
import plot_strength
import plot_sweep
import plot_variance
from helpers.legible import assert_legible, page_text
from helpers.synthetic_runs import (
    CHANCE,
    REPLICAS,
    catalogue,
    drawn_accuracy,
    experiment,
    strengths,
    write_runs,
)
from initstudy.analysis.tables import Cells, read_cells, replica_rows, replica_values
from initstudy.figures.panels import spread
from initstudy.figures.style import MOST_LINES, line_groups, save
from initstudy.reporting.claims import VERDICTS

pytestmark = pytest.mark.filterwarnings("error")

OPTIMIZERS = {"optimizer": ["adam", "sgd"]}
RATES = {"learning_rate": [0.0001, 0.0003, 0.01, 0.1]}
FIGURES = {
    "curves": OPTIMIZERS,
    "summary": {},
    "discrepancy": {"depth": [3, 12]},
    "moments": {"depth": [6]},
    "deltas": {},
    "sweep": RATES,
    "best_rate": OPTIMIZERS | {"learning_rate": [0.001, 0.01]},
    "strength": OPTIMIZERS,
    "hypothesis": OPTIMIZERS,
    "variance": OPTIMIZERS | {"seed": [0, 1]},
}
"""Kind of figure -> what the experiment varies."""


def cells_of(described: dict, folder: Path, **outcomes) -> Cells:
    """The cells of an experiment, as read from the files of its runs."""
    write_runs(described, folder, **outcomes)
    return read_cells(described, {}, folder)


@pytest.mark.parametrize("count", [3, 21])
@pytest.mark.parametrize("kind", FIGURES)
def test_figures_are_legible_and_reproducible(kind, count, tmp_path):
    initializers = strengths(count) if kind == "strength" else catalogue(count)
    described = experiment(initializers, **FIGURES[kind])
    cells = cells_of(described, tmp_path)
    draw = importlib.import_module(f"plot_{kind}").draw
    figure = draw(described, {}, cells)
    save(figure, tmp_path / "a.pdf", tmp_path / "a.png")
    words = page_text(tmp_path / "a.pdf")
    assert "A synthetic study; " in words
    assert f"n = {REPLICAS} replicas" in words
    labels = [entry["label"] for entry in initializers.values()]
    for label in ["match: channel"] if kind == "strength" else labels:
        assert label in words
    for axis, values in FIGURES[kind].items():
        for value in [] if axis == "seed" else values:
            assert str(value) in words
    assert_legible(figure)
    # Few initializers are enough to see whether the same runs give the same bytes.
    if count == 3:
        save(draw(described, {}, cells), tmp_path / "b.pdf", tmp_path / "b.png")
        for suffix in ("pdf", "png"):
            first, second = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in "ab")
            assert first == second


def test_percentages_have_no_more_decimals_than_they_need(tmp_path):
    """Where accuracies span less than a half, labels with decimals would run into each other."""
    described = experiment(catalogue(4))
    cells = cells_of(described, tmp_path, test=lambda cell: drawn_accuracy(cell) / 2)
    figure = plot_curves.draw(described, {}, cells)
    assert_legible(figure)
    labels = {label.get_text() for axes in figure.axes for label in axes.get_xticklabels()}
    assert "20\N{NO-BREAK SPACE}%" in labels


@pytest.mark.parametrize(
    ("axes", "places", "labels"),
    [
        ({"train_size": [64, 500, "all"]}, [64, 500, 1280], ["64", "500", "all"]),
        ({"momentum": [0.0, 0.9, 0.95, 0.99]}, [0, 0.9, 0.95, 0.99], ["0", "0.9", "0.95", "0.99"]),
        ({"calibration_size": [32, 512]}, [32, 512], ["32", "512"]),
        (
            {"calibration_source": ["train", "photos", "svhn", "noise"]},
            [0, 1, 2],
            ["training data", "svhn", "noise"],
        ),
    ],
)
def test_sweep_draws_the_data(axes, places, labels, tmp_path):
    described = experiment(catalogue(3), **axes)
    cells = cells_of(described, tmp_path)
    figure = plot_sweep.draw(described, {}, cells)
    assert_legible(figure)
    [swept] = axes
    for panel, metric in zip(figure.axes, ("final_accuracy", "area_under_curve"), strict=True):
        assert panel.get_xticks().tolist() == places
        assert [label.get_text().strip() for label in panel.get_xticklabels()] == labels
        for line, name in zip(panel.lines, described["initializers"], strict=False):
            means = [
                replica_rows(cell, run, 1.0)[metric].mean()
                for cell, run in cells
                if cell["initializer"] == name
            ]
            level = swept.startswith("calibration") and name != "consistency"
            assert line.get_xdata() == pytest.approx(places)
            assert line.get_ydata() == pytest.approx(means * len(places) if level else means)
            assert (line.get_marker() == "") == level
        assert [CHANCE, CHANCE] in [list(line.get_ydata()) for line in panel.lines]


def test_sweep_takes_the_longest_axis_and_marks_failures(tmp_path):
    described = experiment(
        catalogue(2), depth=[3, 8, 20], batch_size=[16, 64], momentum=[0, 0.5, 0.9]
    )
    assert plot_sweep.swept_axis(described["axes"]) == "depth"
    described = experiment(catalogue(2), depth=[3, 8, 20], **OPTIMIZERS)
    figure = plot_sweep.draw(described, {}, cells_of(described, tmp_path))
    assert [axes.get_title(loc="left") for axes in figure.axes[::2]] == [
        "optimizer adam",
        "optimizer sgd",
    ]
    for axes in figure.axes:
        crosses = [line for line in axes.lines if line.get_marker() == "x"]
        assert [line.get_xdata()[0] for line in crosses] == [20, 20]
        assert len({line.get_ydata()[0] for line in crosses}) == 2


def test_best_rate_is_chosen_on_validation(tmp_path):
    described = experiment(catalogue(2), learning_rate=[0.001, 0.01])

    def planted(better: float):
        return lambda cell: np.full(REPLICAS, 0.6 if cell["learning_rate"] == better else 0.5)

    cells = cells_of(described, tmp_path, test=planted(0.001), validation=planted(0.01))
    assert plot_best_rate.best_rate(cells[:2])[0]["learning_rate"] == 0.01
    [axes] = plot_best_rate.draw(described, {}, cells).axes
    assert [text.get_text() for text in axes.texts] == ["best rate", "0.01", "0.01"]
    common, best = axes.lines[:2]
    assert common.get_xdata() == pytest.approx([0.6])
    assert best.get_xdata() == pytest.approx([0.5])
    assert common.get_markerfacecolor() == "white"


def test_strength_joins_a_match_from_its_base(tmp_path):
    described = experiment(strengths(8))
    cells = cells_of(described, tmp_path)
    scores = {
        cell["initializer"]: replica_values(cell, run, "final_accuracy") for cell, run in cells
    }
    axes, second = plot_strength.draw(described, {}, cells).axes
    channel, _scalar, joint, auto, chosen = axes.lines[:5]
    assert list(channel.get_xdata()) == [0, 0.75, 0.875, 1]
    assert channel.get_ydata() == pytest.approx(
        [scores[name].mean() for name in ("orthogonal", "channel_6", "channel_3", "channel_0")]
    )
    assert list(joint.get_xdata()) == [0, 0.875]
    assert auto.get_ydata() == pytest.approx([scores["joint_1"].mean()] * 2)
    [strength] = [
        run.attributes["strength"].mean() for cell, run in cells if cell["initializer"] == "joint_1"
    ]
    assert chosen.get_xdata() == pytest.approx([strength])
    written = second.get_title(loc="left")
    assert written == f"Consistency joint, auto: mean strength {strength:.2f}"


@pytest.mark.parametrize("count", [3, 21])
def test_hypothesis_shows_the_rank_correlation(count, tmp_path):
    described = experiment(catalogue(count))
    cells = cells_of(described, tmp_path)
    near = [-replica_rows(*result, 1.0)["initial_discrepancy"].mean() for result in cells]
    areas = [replica_rows(*result, 1.0)["area_under_curve"].mean() for result in cells]
    found = plot_hypothesis.association(cells)
    assert found.value == pytest.approx(stats.spearmanr(near, areas).statistic)
    assert math.isnan(found.low) == (count == 3)
    title = plot_hypothesis.draw(described, {}, cells).axes[0].get_title(loc="left")
    assert title == plot_hypothesis.in_words(found)
    assert title.startswith(f"r = {found.value:.2f}")


def test_names_are_spread_no_farther_than_they_touch():
    gaps = np.random.default_rng(0).uniform(0, 0.2, (50, 8))
    for places in np.cumsum(gaps / gaps.sum(axis=1, keepdims=True), axis=1):
        moved = spread(places, 0.08)
        assert (np.diff(moved) > 0.08 - 1e-9).all()
        assert moved[0] >= 0
        assert moved[-1] <= 1
    assert spread(np.array([0.1, 0.5, 0.9]), 0.08) == pytest.approx([0.1, 0.5, 0.9])
    assert spread(np.array([0.5, 0.5, 0.9]), 0.08) == pytest.approx([0.46, 0.54, 0.9])


@pytest.mark.parametrize("count", [1, 8, 9, 21])
def test_every_initializer_is_in_one_group(count):
    names = [f"name_{number}" for number in range(count)]
    groups = line_groups(names)
    assert [name for group in groups for name in group] == names
    assert max(map(len, groups)) <= MOST_LINES
    assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_what_never_varies_has_no_bar(tmp_path):
    described = experiment(catalogue(2), seed=[0, 1])
    cells = cells_of(described, tmp_path, test=lambda _: np.full(REPLICAS, 0.1))
    [axes] = plot_variance.draw(described, {}, cells).axes
    assert [text.get_text() for text in axes.texts] == ["SD in pp", "0.00", "0.00"]
    assert not axes.patches


def call(script: str, *arguments, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a script as the command line does; it writes `folder`/a.{pdf,png,rst}."""
    outputs = ["--output", folder / "a.pdf", "--preview", folder / "a.png"]
    outputs += ["--caption", folder / "a.rst"]
    monkeypatch.setattr(sys, "argv", [script, *map(str, (*arguments, *outputs))])
    runpy.run_path(str(synthetic.ROOT / "scripts" / f"{script}.py"), run_name="__main__")


def judged(count: int) -> pd.DataFrame:
    """Verdicts of every kind of test, with effects within and beyond the scale."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "claim": [f"claim_{number}" for number in range(count)],
            "statement": "What the article says of this, in words enough for two or three lines.",
            "test": list(itertools.islice(itertools.cycle(["greater", "equivalent"]), count)),
            "effect": random.normal(0, 0.03, count),
            "p": 0.2,
            "p_adjusted": 0.2,
            "margin": 0.01,
            "n": 10,
            "verdict": list(itertools.islice(itertools.cycle(VERDICTS), count)),
        }
    )
    table.loc[0, ["test", "effect", "margin"]] = ["correlation", 0.42, 0.3]
    spread = random.uniform(0.001, 0.1, count)
    open_ended = table["verdict"] == "inconclusive"
    return table.assign(
        ci_low=table["effect"] - spread,
        ci_high=table["effect"] + spread,
        replicas_needed=np.where(open_ended, 137.0, np.nan),
    )


@pytest.mark.parametrize("count", [0, 3, 21])
def test_claims_page(count, tmp_path, monkeypatch):
    claims = judged(21)[:count]
    claims.to_csv(tmp_path / "claims.csv", index=False)
    figure = plot_claims.draw("A synthetic study", pd.read_csv(tmp_path / "claims.csv"))
    assert_legible(figure)
    arguments = ["--study", "A synthetic study", "--claims", tmp_path / "claims.csv"]
    call("plot_claims", *arguments, folder=tmp_path, monkeypatch=monkeypatch)
    words = page_text(tmp_path / "a.pdf")
    if count == 0:
        assert "A synthetic study. It declares no claims." in words
        return
    third = count // 3
    assert f"Claims: {third} supported, {third} refuted, {third} inconclusive" in words
    assert words.count("n needed: 137") == third
    assert words.count("What the article says") == count
    assert "correlation: +0.42 [" in words
    _, effects, _ = figure.axes
    dots = [line.get_xdata()[0] for line in effects.lines if line.get_marker() == "o"]
    scaled = claims["effect"] / claims["margin"]
    assert dots == pytest.approx(scaled[scaled.abs() <= plot_claims.CLIP].tolist())


def test_the_command_line_draws_what_the_workflow_asks_for(tmp_path, monkeypatch):
    described = experiment(catalogue(3), **OPTIMIZERS)
    write_runs(described, tmp_path)
    arguments = ["--experiment", json.dumps(described), "--results", tmp_path]
    call("plot_hypothesis", *arguments, folder=tmp_path, monkeypatch=monkeypatch)
    assert "optimizer adam" in page_text(tmp_path / "a.pdf")
    assert "Optimizer adam: rank correlation r = " in (tmp_path / "a.rst").read_text()
