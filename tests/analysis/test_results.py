"""What figures read: the runs and the table of an experiment, cell by cell."""

import math
from dataclasses import replace

import numpy as np

from helpers.synthetic_runs import (
    REPLICAS,
    catalogue,
    drawn_accuracy,
    experiment,
    results_of,
    synthetic_run,
)
from initstudy.analysis.results import within
from initstudy.analysis.tables import experiment_table, read_table, rows_of_cells
from initstudy.study.cells import cell


def test_every_cell_has_its_run_and_its_rows(tmp_path):
    described = experiment(catalogue(3), train_size=[1000, "all"], learning_rate=[0.001, 1e-05])
    results = results_of(described, tmp_path)
    assert [result.cell for result in results] == described.cells
    for result in results:
        assert cell(result.run.attributes["cell"]) == result.cell
        accuracy = result.run.history["test_accuracy"]
        assert result.values("replica").tolist() == list(range(REPLICAS))
        assert result.values("area_under_curve").tolist() == accuracy[1:].mean(axis=0).tolist()
        losses = result.run.progress["loss"].mean(axis=0)
        assert result.values("mean_train_loss").tolist() == losses.tolist()


def test_single_precision_comes_back_bit_for_bit(tmp_path):
    described = experiment(catalogue(1))
    [cell] = described.cells
    run = synthetic_run(cell, drawn_accuracy(cell), drawn_accuracy(cell))
    single = {key: values.astype(np.float32) for key, values in run.history.items()}
    run = replace(run, history=run.history | single)
    table = experiment_table(described, {cell.folder: run}, {"photos": 0.5})
    table.to_csv(tmp_path / "synthetic.csv", index=False)
    rows = rows_of_cells(read_table(tmp_path / "synthetic.csv"))[cell]
    for column in table:
        assert rows[column].tolist() == table[column].tolist()


def test_what_is_lacking_counts_as_0_or_as_is_said(tmp_path):
    def outcome(cell):
        return np.array([math.nan, 0.25, 0.5, 0.75, 0.75])

    [result] = results_of(experiment(catalogue(1)), tmp_path, test=outcome)
    assert result.values("final_accuracy").tolist() == [0, 0.25, 0.5, 0.75, 0.75]
    assert result.values("final_accuracy", lacking=-math.inf)[0] == -math.inf
    # A miss is a number.
    assert result.values("epochs_to_target")[:2].tolist() == [math.inf, math.inf]


def test_a_facet_has_the_cells_that_its_values_alone_would_make(tmp_path):
    described = experiment(
        catalogue(3),
        dataset=["digits", "photos"],
        calibration_source=["train", "digits", "noise"],
        calibration_size=[32, 512],
    )
    results = results_of(described, tmp_path)
    for facet in described.facets():
        alone = {axis: [value] for axis, value in facet.items()}
        expected = replace(described, axes=described.axes | alone).cells
        assert [result.cell for result in within(results, facet)] == expected
        assert len(expected) == 3


def test_an_axis_of_text_keeps_what_looks_like_a_number_or_like_nothing(tmp_path):
    names = ["nan", "1e3", "null", "007"]
    [initializer] = catalogue(1).values()
    described = experiment(dict.fromkeys(names, initializer))
    results = results_of(described, tmp_path)
    assert [result.cell.initializer for result in results] == names
    assert read_table(tmp_path / "synthetic.csv")["initializer"].unique().tolist() == names


def test_what_calibration_cost_is_told_in_passes(tmp_path):
    described = experiment(catalogue(3), batch_size=[16], calibration_size=[320])
    zero, normal, consistency = results_of(described, tmp_path)
    assert zero.calibration_passes() == normal.calibration_passes() == 0
    steps = consistency.run.history["step"][1]
    # Only forward, of which a pass of training has three: one forward, two backward.
    assert consistency.calibration_passes() == 320 / (3 * steps * 16)
