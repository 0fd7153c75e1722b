"""The tables of a search for learning rates, and those of experiments that are tuned."""

import shutil

import h5py
import numpy as np
import pandas as pd
import pytest

from helpers.small_cell import CELL, trained
from helpers.small_data import write_noise
from initstudy.analysis.claims import judge
from initstudy.analysis.ranking import ranking
from initstudy.analysis.rates import rates_table, search_rows
from initstudy.analysis.tables import experiment_table, read_table, rows_of_cells
from initstudy.records.gathered import read_gathered, write_gathered
from initstudy.records.run import write_run
from initstudy.study.answer import Answer
from initstudy.study.axes import AXES, COMMON, TUNED
from initstudy.study.cells import Experiment, cell
from initstudy.study.claims import Claim
from initstudy.study.tuning import AREA, FINAL, choice

RATES = {"common": 0.002, "tuned": 0.02}
POINT = cell(CELL | {"rate": TUNED})


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_noise(tmp_path_factory.mktemp("data") / "noise.h5", 250, 50, classes=4)


@pytest.fixture(scope="module")
def run(data):
    return trained(data, epochs=2, first_replica=1000, learning_rate=0.02)


def test_a_search_goes_by_validation_images(run):
    validation = run.history["validation_accuracy"]
    area, final = search_rows(run, AREA), search_rows(run, FINAL)
    np.testing.assert_allclose(area["value"], validation[1:].mean(axis=0))
    np.testing.assert_allclose(final["value"], validation[-1])
    assert area["replica"].tolist() == [1000, 1001]
    assert set(area["learning_rate"]) == {0.02}


def test_shuffled_test_labels_change_nothing(data, run, tmp_path):
    shuffled = tmp_path / "noise.h5"
    shutil.copy(data, shuffled)
    with h5py.File(shuffled, "r+") as file:
        labels = file["test/labels"][:]
        file["test/labels"][:] = np.random.default_rng(1).permutation(labels)
    other = trained(shuffled, epochs=2, first_replica=1000, learning_rate=0.02)
    assert not np.array_equal(other.history["test_accuracy"], run.history["test_accuracy"])
    for by in (AREA, FINAL):
        pd.testing.assert_frame_equal(search_rows(other, by), search_rows(run, by))


def test_a_replica_that_diverged_counts_as_nothing_learned(run):
    run.history["validation_accuracy"][1:, 0] = np.nan
    assert search_rows(run, AREA)["value"][0] == 0


def test_the_table_of_rates_has_the_best_with_what_it_took():
    found = choice({0.01: [0.3, 0.5], 0.1: [0.5, 0.7], 1.0: [0.1, 0.1]})
    [row] = rates_table({POINT: found}).to_dict("records")
    assert (row["learning_rate"], row["value"], row["at_edge"]) == (0.1, 0.6, False)
    assert row["rates_tried"] == 3
    assert row["search_passes"] == 6 * POINT.epochs


@pytest.fixture(scope="module")
def table(data, tmp_path_factory):
    """The table of a tuned experiment, as read back from its file."""
    folder = tmp_path_factory.mktemp("runs")
    runs = []
    for rate, learning_rate in RATES.items():
        for initializer in ("he_normal", "zero"):
            path = folder / f"{rate}-{initializer}.h5"
            axes = {"initializer": initializer, "learning_rate": learning_rate}
            write_run(path, trained(data, replicas=3, **axes))
            runs.append((path, rate))
    write_gathered(folder / "first.h5", runs)
    axes = {axis: [CELL[axis]] for axis in sorted(AXES)}
    axes |= {"learning_rate": [TUNED, COMMON], "initializer": ["he_normal", "zero"]}
    experiment = Experiment("first", axes, [], {}, 3)
    found = {
        point: choice({0.002: [0.1], 0.02: [0.2]})
        for point in experiment.cells
        if point.rate == TUNED and point.initializer == "he_normal"
    }
    whole = experiment_table(experiment, read_gathered(folder / "first.h5"), {"noise": 0.9}, found)
    whole.to_csv(folder / "first.csv", index=False)
    return experiment, folder / "first.csv"


def test_a_table_has_the_number_of_a_rate_and_how_it_was_chosen(table):
    experiment, path = table
    raw = pd.read_csv(path)
    assert dict(zip(raw["rate"], raw["learning_rate"], strict=True)) == RATES
    tuned = (raw["rate"] == "tuned") & (raw["initializer"] == "he_normal")
    assert raw["search_passes"][tuned].tolist() == [2, 2, 2]
    assert raw["rate_at_edge"][tuned].all()
    assert not raw["rate_at_edge"][~tuned].any()
    assert list(rows_of_cells(read_table(path))) == experiment.cells


def test_the_answer_says_how_wide_the_range_of_good_rates_is(table):
    experiment, path = table
    points = {one.initializer: one for one in experiment.cells if one.rate == TUNED}
    found = {
        points["he_normal"]: choice({0.002: [0.1], 0.02: [0.2], 0.2: [0.19]}),
        points["zero"]: choice({0.002: [0.1], 0.02: [0.1], 0.2: [0.1]}),
    }
    answer = Answer(["first"], "final_accuracy", 0.01)
    tables, rates = {"first": read_table(path)}, {"first": rates_table(found)}
    ranked = ranking(answer, [experiment], tables, rates).set_index(["condition", "initializer"])
    decades = ranked["good_decades"]
    assert decades["learning_rate=tuned", "he_normal"] == pytest.approx(1)
    assert decades["learning_rate=tuned", "zero"] == pytest.approx(2)
    assert decades["learning_rate=common"].isna().all()
    assert ranking(answer, [experiment], tables, {})["good_decades"].isna().all()


def test_a_claim_is_judged_at_tuned_rates_and_at_common_ones_beside(table):
    _, path = table
    whole = read_table(path)
    claim = Claim(
        "He's is better.",
        *("first", "greater", "final_accuracy", 0.01),
        compare={"initializer": "he_normal"},
        against={"initializer": "zero"},
        where={"learning_rate": TUNED},
    )
    [row] = judge({"better": claim}, {"first": whole}, {}).to_dict("records")
    means = whole.groupby(["learning_rate", "initializer"])["final_accuracy"].mean()
    for rate, effect in ((TUNED, "effect"), (COMMON, "common_effect")):
        difference = means[rate, "he_normal"] - means[rate, "zero"]
        assert row[effect] == pytest.approx(difference, abs=1e-6)
    assert (row["rate"], row["at_edge"]) == (TUNED, "he_normal")
    alone = judge({"better": claim.at_common()}, {"first": whole}, {}).to_dict("records")[0]
    assert alone["verdict"] == row["common_verdict"]
    assert alone["rate"] == COMMON
    assert np.isnan(alone["common_effect"])
