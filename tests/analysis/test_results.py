"""What figures read: the runs and the table of an experiment, cell by cell."""

import math
from dataclasses import replace

import numpy as np
import pytest

from helpers.synthetic_runs import catalogue, experiment, synthetic_runs
from initstudy.analysis import results as results_module
from initstudy.analysis.results import Results, read_results, within
from initstudy.analysis.tables import experiment_table, read_table
from initstudy.records.run import Run
from initstudy.study.cells import ShownExperiment

TARGETS = {"photos": 0.5, "digits": 0.5}


@pytest.fixture
def reread(tmp_path, monkeypatch):
    """The results of an experiment with these runs, its table by way of a file."""

    def reread(described: ShownExperiment, runs: dict[str, Run]) -> Results:
        path = tmp_path / "synthetic.csv"
        experiment_table(described, runs, TARGETS).to_csv(path, index=False)
        monkeypatch.setattr(results_module, "read_gathered", lambda _: runs)
        return read_results(described, tmp_path / "synthetic.h5", path)

    return reread


def in_single_precision(run: Run) -> Run:
    """As networks compute."""
    return replace(run, history={key: one.astype(np.float32) for key, one in run.history.items()})


def test_every_cell_has_its_run_and_its_numbers_bit_for_bit(reread):
    described = experiment(catalogue(3), train_size=[1000, "all"], learning_rate=[0.001, 1e-05])
    runs = synthetic_runs(described)
    runs = {folder: in_single_precision(run) for folder, run in runs.items()}
    results = reread(described, runs)
    assert [result.cell for result in results] == described.cells
    for result in results:
        run = runs[result.cell.folder]
        assert result.run is run
        accuracy = run.history["test_accuracy"].astype(np.float64)
        assert result.values("final_accuracy").tolist() == accuracy[-1].tolist()
        assert result.values("area_under_curve").tolist() == accuracy[1:].mean(axis=0).tolist()
        losses = run.progress["loss"].mean(axis=0)
        assert result.values("mean_train_loss").tolist() == losses.tolist()


def test_what_is_lacking_counts_as_0_or_as_is_said(reread):
    described = experiment(catalogue(1))
    [(folder, run)] = synthetic_runs(described).items()
    accuracy = run.history["test_accuracy"].copy()
    accuracy[-1, 0] = math.nan
    run = replace(run, history=run.history | {"test_accuracy": accuracy})
    [result] = reread(described, {folder: run})
    assert result.values("final_accuracy")[0] == 0
    assert result.values("final_accuracy", lacking=-math.inf)[0] == -math.inf
    assert result.values("final_accuracy")[1] > 0


def test_a_facet_has_the_cells_that_its_experiment_would_have_with_these_values_alone(reread):
    described = experiment(
        catalogue(3),
        dataset=["digits", "photos"],
        calibration_source=["train", "digits", "noise"],
        calibration_size=[32, 512],
    )
    results = reread(described, synthetic_runs(described))
    for facet in described.facets():
        alone = {axis: [value] for axis, value in facet.items()}
        expected = replace(described, axes=described.axes | alone).cells
        assert [result.cell for result in within(results, facet)] == expected
        assert len(expected) == 3


def test_an_axis_of_text_keeps_what_looks_like_a_number_or_like_none(reread, tmp_path):
    first = catalogue(1)["zero"]
    names = ("nan", "1e3", "null", "0x10")
    named = {name: replace(first, position=place) for place, name in enumerate(names)}
    described = experiment(named)
    results = reread(described, synthetic_runs(described))
    assert [result.cell.initializer for result in results] == list(names)
    assert read_table(tmp_path / "synthetic.csv")["initializer"].unique().tolist() == list(names)


def test_what_calibration_cost_is_told_in_passes(reread):
    described = experiment(catalogue(3), batch_size=[16], calibration_size=[320])
    for result in reread(described, synthetic_runs(described)):
        expected = 320 / (result.run.history["step"][1] * 16) if result.cell.calibrated else 0
        assert result.calibration_passes() == expected
