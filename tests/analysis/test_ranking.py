"""Who keeps up with the best: intervals against scipy's, in simulations, and on planted studies."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.synthetic_runs import REPLICAS, catalogue, experiment, results_of
from initstudy.analysis.intervals import Estimate, gaps_to_best
from initstudy.analysis.ranking import ranking, standing
from initstudy.analysis.standings import (
    KEEPS_UP,
    OPEN,
    WORSE,
    read_ranking,
    shared_conditions,
)
from initstudy.reporting.answer import headline
from initstudy.study.answer import Answer
from initstudy.study.deciding import Look

ANSWER = Answer(["photos"], "final_accuracy", 0.01)
LABELS = {"a": "A", "b": "B", "c": "C", "d": "D"}


def test_ends_are_those_of_the_paired_tests_of_all_pairs():
    scores = np.random.default_rng(0).normal(size=(4, 6)).cumsum(axis=0)
    for row, gap in enumerate(gaps_to_best(scores, 0.05)):
        intervals = [
            stats.ttest_rel(scores[row], scores[other]).confidence_interval(1 - 0.05 / 6)
            for other in range(4)
            if other != row
        ]
        assert gap.low == pytest.approx(min(interval.low for interval in intervals))
        assert gap.high == pytest.approx(min(interval.high for interval in intervals))
        others = np.delete(scores, row, axis=0).mean(axis=1)
        assert gap.value == pytest.approx(scores[row].mean() - others.max())


@pytest.mark.parametrize("truth", [(0, 0, 0, 0), (0, -0.5, -0.5, -2), (3, 0, 0, 0)])
def test_all_intervals_of_a_condition_hold_together(truth):
    random = np.random.default_rng(1)
    means = np.array(truth, dtype=float)
    gaps = [mean - np.delete(means, row).max() for row, mean in enumerate(means)]
    held = 0
    for _ in range(400):
        shared = random.normal(size=6)
        spread = np.array([0.2, 1, 1, 2])[:, None]
        found = gaps_to_best(means[:, None] + shared + spread * random.normal(size=(4, 6)), 0.05)
        held += all(one.low <= gap <= one.high for one, gap in zip(found, gaps, strict=True))
    assert held >= 0.93 * 400


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (Estimate(-0.05, -0.07, -0.03), WORSE),
        (Estimate(-0.002, -0.009, 0.001), KEEPS_UP),
        (Estimate(-0.01, -0.03, -0.005), OPEN),
        (Estimate(0.02, np.nan, np.nan), OPEN),
    ],
)
def test_a_standing_is_what_the_whole_interval_shows(gap, expected):
    assert standing(gap, margin=0.01) == expected


def test_one_replica_shows_nothing():
    gaps = gaps_to_best(np.array([[0.9], [0.1]]), 0.05)
    assert [gap.value for gap in gaps] == pytest.approx([0.8, -0.8])
    assert all(np.isnan([gap.low, gap.high]).all() for gap in gaps)


def test_a_row_is_an_initializer_in_a_condition(tmp_path):
    described = experiment(catalogue(3), optimizer=["adam", "sgd"])
    table = pd.concat([one.replicas for one in results_of(described, tmp_path)])
    answer = Answer([described.name], "final_accuracy", 0.01)
    shuffled = table.sample(frac=1, random_state=0)
    found = ranking(answer, [described], {described.name: shuffled}, {})
    assert list(found["condition"]) == 3 * ["optimizer=adam"] + 3 * ["optimizer=sgd"]
    assert found["declared"].all()
    assert (found["n"] == REPLICAS).all()
    expected = table.groupby(["optimizer", "initializer"])["final_accuracy"].mean()
    for row in found.itertuples():
        optimizer = row.condition.removeprefix("optimizer=")
        assert row.mean == pytest.approx(expected[optimizer, row.initializer], rel=1e-6)
        inside = table[
            (table["optimizer"] == optimizer) & (table["initializer"] == row.initializer)
        ]
        assert row.epochs_to_target == np.median(inside["epochs_to_target"])
        others = expected[optimizer].drop(row.initializer)
        assert row.gap == pytest.approx(row.mean - others.max(), abs=1e-6)
    # Two conditions share the error.
    scores = table[table["optimizer"] == "sgd"].pivot(
        index="initializer", columns="replica", values="final_accuracy"
    )
    gaps = gaps_to_best(scores.loc[found["initializer"][3:]].to_numpy().round(6), 0.025)
    assert found["gap_low"][3:].tolist() == pytest.approx([gap.low for gap in gaps], abs=1e-6)
    # Of two looks, the first has a third of it.
    early = ranking(answer, [described], {described.name: table}, {}, Look(1, 2))
    gaps = gaps_to_best(scores.loc[found["initializer"][3:]].to_numpy().round(6), 0.025 / 3)
    assert early["gap_low"][3:].tolist() == pytest.approx([gap.low for gap in gaps], abs=1e-6)
    found.to_csv(tmp_path / "answer.csv", index=False)
    pd.testing.assert_frame_equal(read_ranking(tmp_path / "answer.csv"), found)


def planted(**standings: str) -> pd.DataFrame:
    """Two conditions that decide, then depth 20; by initializer, the letters of its standings."""
    words = {"w": WORSE, "k": KEEPS_UP, "o": OPEN}
    places = [
        ("photos", "optimizer=adam", True),
        ("photos", "optimizer=sgd", True),
        ("depth", "depth=20", False),
        ("depth", "depth=20; learning_rate=common", False),
    ]
    return pd.DataFrame(
        [
            {
                "experiment": experiment,
                "condition": condition,
                "declared": declared,
                "initializer": name,
                "standing": words[letters[number]],
                "gap": -0.12,
            }
            for number, (experiment, condition, declared) in enumerate(places)
            for name, letters in standings.items()
            if number < len(letters) and letters[number] != "-"
        ]
    )


def test_the_headline_says_who_keeps_up_who_may_and_who_does_not():
    table = planted(a="kkww", b="kok", c="wk", d="wwk")
    assert headline(table, ANSWER, LABELS) == [
        "Within 1 pp of final test accuracy of the best in each of 2 conditions: A.",
        "Not shown worse than the best by more than 1 pp of final test accuracy: B.",
        "Shown worse in at least one of the 2 conditions: C, D.",
        "But elsewhere (exploratory) worse: A by 12 pp (depth 20).",
    ]


def test_the_headline_can_be_undecided():
    said = headline(planted(a="ko", b="oo"), ANSWER, LABELS)
    assert said == [
        "Undecided: no initializer is shown to be worse than the best by more than 1 pp of final"
        " test accuracy."
    ]


def test_nobody_may_keep_up_everywhere_and_who_was_not_run_everywhere_is_not_meant():
    assert headline(planted(a="wk", b="kw"), ANSWER, LABELS) == [
        "No initializer keeps up with the best, within 1 pp of final test accuracy, in each of 2"
        " conditions.",
        "Shown worse in at least one of the 2 conditions: A, B.",
    ]
    table = planted(a="kk", b="ww", c="-k")
    assert not any("C" in text for text in headline(table, ANSWER, LABELS))


def test_many_names_are_counted():
    names = dict(zip("abcdefghijkl", itertools.repeat("ww"), strict=False))
    labels = {name: name.upper() for name in names}
    said = headline(planted(**names), ANSWER, labels)
    assert (
        said[-1]
        == "Shown worse in at least one of the 2 conditions: A, B, C, D, E, F, G and 5 others."
    )


def test_profiles_are_of_the_conditions_that_were_run_by_all():
    means = {("a", n): 0.5 + 0.01 * n for n in range(10)} | {("b", n): 0.5 for n in range(10)}
    means |= {("c", n): 0.9 for n in range(3)}  # in too few
    table = pd.DataFrame(
        [
            {"initializer": name, "experiment": "x", "condition": f"n={n}", "mean": mean}
            for (name, n), mean in means.items()
        ]
    )
    gaps = shared_conditions(table)
    assert list(gaps.index) == ["a", "b"]
    assert gaps.loc["b"].tolist() == pytest.approx([-0.01 * n for n in range(10)])
    assert (gaps.loc["a"] == 0).all()
    again = table[table["condition"] == "n=3"].assign(experiment="y")
    assert shared_conditions(pd.concat([table, again])).shape == gaps.shape
    assert shared_conditions(table[table["condition"] < "n=5"]).empty
