"""Pages of a whole study, and figures as the command line draws them."""

import json
import runpy
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from helpers.legible import assert_legible, page_text
from helpers.synthetic_figures import OPTIMIZERS, judged
from helpers.synthetic_runs import (
    REPLICAS,
    ROOT,
    catalogue,
    experiment,
    results_of,
    write_runs,
)
from initstudy.analysis.ranking import ranking
from initstudy.figures.pages import answer, claims, signals
from initstudy.records.probe import Probe, write_probe
from initstudy.reporting.answer import headline, place
from initstudy.study.answer import Answer
from initstudy.study.cells import ShownExperiment

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def plot(tmp_path, monkeypatch):
    """Runs plot.py as the command line does; returns the words of the page that it draws."""

    def plot(*arguments, captioned: bool = True) -> str:
        outputs = ["--output", tmp_path / "a.pdf"]
        if captioned:
            outputs += ["--preview", tmp_path / "a.png", "--caption", tmp_path / "a.rst"]
        monkeypatch.setattr(sys, "argv", ["plot.py", *map(str, (*arguments, *outputs))])
        runpy.run_path(str(ROOT / "scripts/plot.py"), run_name="__main__")
        return page_text(tmp_path / "a.pdf")

    return plot


def arguments_of(described: ShownExperiment, folder: Path) -> list:
    told = ["--experiment", json.dumps(described.as_dict(), sort_keys=True)]
    gathered = folder / f"{described.name}.h5"
    return [*told, "--runs", gathered, "--table", gathered.with_suffix(".csv")]


def test_the_command_line_draws_all_of_an_experiment(tmp_path, plot):
    described = experiment(catalogue(3), **OPTIMIZERS)
    write_runs(described, tmp_path)
    words = plot("experiment", "--kind", "hypothesis", *arguments_of(described, tmp_path))
    assert "optimizer adam" in words
    assert (
        "Optimizer adam: rank correlation over 3 initializers" in (tmp_path / "a.rst").read_text()
    )


def test_the_command_line_draws_one_facet(tmp_path, plot):
    described = experiment(catalogue(6), calibration_size=[32, 512], **OPTIMIZERS)
    write_runs(described, tmp_path)
    facet = {"calibration_size": 512, "optimizer": "adam"}
    arguments = ["--kind", "summary", "--facet", json.dumps(facet)]
    words = plot("experiment", *arguments, *arguments_of(described, tmp_path))
    table = pd.read_csv(tmp_path / "synthetic.csv")
    shown = table[table["calibration_size"].isin([0, 512]) & (table["optimizer"] == "adam")]
    areas = shown.groupby("initializer")["charged_area_under_curve"].mean()
    # Rows are ranked, whether initializers look at calibration inputs or not.
    ranked = [described.initializers[name].label for name in areas.sort_values().index[::-1]]
    assert "synthetic: calibration inputs 512, optimizer adam: " in words
    assert sorted(ranked, key=words.index) == ranked
    best = f"{described.initializers[areas.idxmax()].label} {100 * areas.max():.1f} % ["
    said = (tmp_path / "a.rst").read_text()
    assert f"area under the curve, calibration charged: {best}" in said
    assert f"Of {6 * REPLICAS} networks, 0 diverged." in said


@pytest.mark.parametrize("count", [0, 4, 20])
def test_claims_page(count, tmp_path, plot):
    table = judged(21)[:count]
    table.to_csv(tmp_path / "claims.csv", index=False)
    figure = claims.draw("A synthetic study", pd.read_csv(tmp_path / "claims.csv"))
    assert_legible(figure)
    arguments = ["--study", '"A synthetic study"', "--claims", tmp_path / "claims.csv"]
    words = plot("claims", *arguments)
    if count == 0:
        assert "A synthetic study. It declares no claims." in words
        return
    each = count // 4
    assert (
        f"Claims: {each} supported, {each} negligible, {each} refuted, {each} inconclusive" in words
    )
    assert words.count("n needed: 137") == each
    assert words.count("all [") == count
    assert words.count("What the article says") == count
    assert "correlation: +0.42 [" in words
    said = (tmp_path / "a.rst").read_text()
    assert said.startswith(f"A synthetic study. Of {count} claims: {each} supported, ")
    _, effects, _ = figure.axes
    dots = [line.get_xdata()[0] for line in effects.lines if line.get_marker() == "o"]
    scaled = table["effect"] / table["margin"]
    assert dots == pytest.approx(scaled[scaled.abs() <= claims.CLIP].tolist())


@pytest.mark.parametrize("count", [3, 8, pytest.param(25, marks=pytest.mark.slow)])
def test_answer_page(count, tmp_path, plot):
    initializers = catalogue(count)
    some = dict(list(initializers.items())[: max(2, count // 2)])
    shown = [
        experiment(initializers, name="photos", optimizer=["adam", "sgd"]),
        experiment(some, name="digits", dataset=["digits"], optimizer=["adam", "sgd"]),
        experiment(some, name="depth", depth=[3, 8, 20]),
    ]
    tables = {
        one.name: pd.concat([result.replicas for result in results_of(one, tmp_path)])
        for one in shown
    }
    declared = Answer(["photos", "digits"], "final_accuracy", 0.01)
    table = ranking(declared, shown, tables, {})
    labels = {name: entry.label for name, entry in initializers.items()}
    judgements = judged(21)[:count]
    judgements.to_csv(tmp_path / "claims.csv", index=False)
    claimed = pd.read_csv(tmp_path / "claims.csv").to_dict("records")
    figure = answer.draw("A synthetic study", table, declared, labels, claimed)
    assert_legible(figure)
    # Every number of the map stands in its row and below its condition.
    axes = figure.axes[-1]
    columns = [label.get_text() for label in axes.get_xticklabels()]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    drawn = {
        (columns[round(x)], rows[round(y)]): text.get_text()
        for text in axes.texts
        for x, y in [text.get_position()]
    }
    assert drawn == {
        (place(row), labels[row.initializer]): str(round(100 * row.gap))
        for row in table.itertuples()
    }
    table.to_csv(tmp_path / "answer.csv", index=False)
    told = [json.dumps(labels), "--study", '"A study"', "--answer", json.dumps(declared.as_dict())]
    told += ["--claims", tmp_path / "claims.csv"]
    words = plot("answer", "--table", tmp_path / "answer.csv", "--labels", *told)
    assert words.count("What the article says of this") == len(judgements)
    for verdict, number in judgements["verdict"].value_counts().items():
        assert words.count(f" {verdict} ") == number
    for sentence in headline(table, declared, labels):
        assert sentence in words
    best = table.loc[table["gap"].idxmax()]
    assert words.count(labels[best["initializer"]]) >= 2
    assert words.count("optimizer adam") >= 4
    said = (tmp_path / "a.rst").read_text().replace("\\", "")
    assert said.startswith(headline(table, declared, labels)[0])


def test_signals_page(tmp_path, plot):
    initializers = catalogue(5)
    layers = [f"C{number}" for number in range(30)] + ["logits"]
    probed = {"dataset": "photos", "network": "plain", "depth": 30, "norm": "none"}
    probed["activation"] = "relu"
    random = np.random.default_rng(0)
    probes = []
    for number, name in enumerate(initializers):
        signal = 10.0 ** ((number - 3) * np.arange(len(layers)))[:, None]
        drawn = signal * random.lognormal(0, 0.2, (len(layers), REPLICAS))
        cosines = np.linspace(0.1, 1, len(layers))[:, None] * np.ones(REPLICAS)
        quantities = [
            dict.fromkeys(signals.PANELS, values) | {"cosine": cosine}
            for values, cosine in zip(drawn, cosines, strict=True)
        ]
        described = probed | {"initializer": name, "draws": REPLICAS, "batch_size": 32}
        attributes = {"probe": described, "software": {}, "layers": layers}
        probes.append(Probe(attributes, dict(zip(layers, quantities, strict=True))))
        write_probe(tmp_path / f"{name}.h5", probes[-1])
    figure = signals.draw("A synthetic study", initializers, probes)
    assert_legible(figure)
    for axes, quantity in zip(figure.axes, signals.PANELS, strict=True):
        if quantity not in signals.LINEAR:
            assert signals.SHOWN[0] <= axes.get_ylim()[0] < axes.get_ylim()[1] <= signals.SHOWN[1]
        last = probes[1].signals["logits"][quantity]
        assert axes.lines[1].get_ydata()[-1] == pytest.approx(np.median(last))
    told = json.dumps({name: vars(entry) for name, entry in initializers.items()})
    files = [tmp_path / f"{name}.h5" for name in initializers]
    words = plot("signals", "--study", '"A study"', "--initializers", told, "--probes", *files)
    assert "A study; data set photos, network plain, depth 30, norm none, activation relu" in words
    median = np.median(probes[4].signals["C29"]["second_moment"])
    said = (tmp_path / "a.rst").read_text()
    assert f"{initializers['consistency_joint'].label} {median:.2g}" in said


def test_cover_counts_every_cell_once(tmp_path, plot):
    first = experiment(catalogue(2), name="first", learning_rate=[0.001, 0.1])
    second = experiment(catalogue(3), name="second")
    for described in (first, second):
        write_runs(described, tmp_path)
    provenance = {"source": "drawn", "counts": {"train": 1000}, "checksums": {"all": "0" * 32}}
    with h5py.File(tmp_path / "photos.h5", "w") as file:
        file.attrs["provenance"] = json.dumps(provenance)
        file.attrs["classes"] = json.dumps(["a", "b"])
    arguments = ["--experiments", json.dumps([first.as_dict(), second.as_dict()])]
    arguments += ["--runs", *(tmp_path / f"{name}.h5" for name in ("first", "second"))]
    arguments += ["--tables", *(tmp_path / f"{name}.csv" for name in ("first", "second"))]
    words = plot("cover", *arguments, "--data", tmp_path / "photos.h5", captioned=False)
    assert words.startswith("A synthetic study ")
    assert "first: 4 cells; initializer zero, normal; learning_rate 0.001, 0.1; 2 of 20" in words
    assert "second: 3 cells; initializer zero, normal, consistency; 0 of 15 networks" in words
    assert "photos: drawn; 2 classes; 1,000 train; all 000000000000000…" in words
    # The cells at the default learning rate are in both experiments.
    assert "5 cells of 5 replicas each, 25 networks, on cpu" in words
    assert "python 3" in words
