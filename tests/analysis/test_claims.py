"""Verdicts on planted effects, and how rows are paired."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.planted_claims import (
    ADVANTAGE,
    CORRELATION,
    EQUIVALENCE,
    initializers,
    pair,
    rows,
    standardized,
    verdict,
)
from initstudy.analysis.claims import judge, verdict_of
from initstudy.analysis.inference import Estimate

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("claim", "mean", "deviation", "expected"),
    [
        (ADVANTAGE, 0.03, 0.01, "supported"),
        (ADVANTAGE, -0.03, 0.01, "refuted"),
        (ADVANTAGE, 0.0, 0.001, "negligible"),
        # Better beyond doubt, and beyond doubt by less than matters.
        (ADVANTAGE, 0.005, 0.001, "negligible"),
        (ADVANTAGE, -0.015, 0.01, "refuted"),
        (ADVANTAGE, 0.005, 0.05, "inconclusive"),
        (EQUIVALENCE, 0.0, 0.005, "supported"),
        (EQUIVALENCE, 0.005, 0.003, "supported"),
        (EQUIVALENCE, 0.03, 0.01, "refuted"),
        (EQUIVALENCE, -0.03, 0.01, "refuted"),
        # Absence of evidence is not evidence of absence.
        (EQUIVALENCE, 0.0, 0.05, "inconclusive"),
    ],
)
def test_planted_differences(claim, mean, deviation, expected):
    found = verdict(claim, pair(standardized(mean, deviation)))
    assert found["verdict"] == expected
    assert found["effect"] == pytest.approx(mean, abs=1e-6)
    # t(0.975; 9) = 2.26216.
    half = 2.26216 * deviation / math.sqrt(10)
    assert found["ci_high"] - found["effect"] == pytest.approx(half, abs=2e-6)
    assert found["effect"] - found["ci_low"] == pytest.approx(half, abs=2e-6)
    assert found["n"] == 10
    assert (expected == "inconclusive") == (found["replicas_needed"] > 10)


@pytest.mark.parametrize(
    ("sign", "noise", "expected"),
    [(1, 0.001, "supported"), (-1, 0.001, "refuted"), (0, 0.05, "inconclusive")],
)
@pytest.mark.parametrize("metric", ["area_under_curve", "epochs_to_target"])
def test_planted_correlations(sign, noise, expected, metric):
    table = pd.concat(
        [initializers(noise, sign, train_size=1000), initializers(noise, sign, train_size="all")]
    )
    # The sooner the target is reached the better; the worst miss it.
    table["epochs_to_target"] = np.where(
        table["area_under_curve"] < 0.45, math.inf, 10 - 10 * table["area_under_curve"]
    )
    found = verdict(replace(CORRELATION, metric=metric), table)
    assert found["verdict"] == expected
    assert np.sign(found["effect"]) == sign or sign == 0
    assert found["ci_low"] <= found["effect"] <= found["ci_high"]
    assert found["n"] == 8
    assert math.isnan(found["replicas_needed"])


def test_pairs_are_those_of_equal_replicas_and_axes():
    """What differs between cells and replicas is not noise: the differences are all 0.02."""
    random = np.random.default_rng(2)
    cells = []
    for batch_size, train_size in itertools.product([16, 64], [1000, "all"]):
        cells.append(pair(np.full(4, 0.02), batch_size=batch_size, train_size=train_size))
        cells[-1]["area_under_curve"] += random.normal()
    found = verdict(ADVANTAGE, pd.concat(cells))
    assert found[["effect", "ci_low", "ci_high"]].tolist() == pytest.approx([0.02] * 3)
    assert found[["ci_low", "n", "verdict"]].tolist() == [0.02, 4, "supported"]


def test_cells_of_a_replica_are_one_observation():
    """Forty copies of two replicas are as little evidence as two."""
    copies = [pair(np.array([0.01, 0.03]), seed=seed) for seed in range(40)]
    many, few = verdict(ADVANTAGE, pd.concat(copies)), verdict(ADVANTAGE, copies[0])
    assert many["n"] == 2
    ends = ["simultaneous_low", "simultaneous_high"]
    assert many[ends].tolist() == pytest.approx(few[ends].tolist())


def test_uncalibrated_rows_agree_with_every_calibration():
    scores = np.array([0.5, 0.6, 0.5])
    table = [rows(scores), rows(np.full(3, 0.5), initializer="he")]
    for size, gain in ((32, 0.02), (512, 0.04)):
        calibration = {"calibration_source": "train", "calibration_size": size}
        table.append(rows(scores + gain, initializer="consistency", **calibration))
    table = pd.concat(table)
    # Both sizes against the one row without; either way round.
    assert verdict(ADVANTAGE, table)["effect"] == pytest.approx(0.03)
    turned = replace(ADVANTAGE, compare=ADVANTAGE.against, against=ADVANTAGE.compare)
    assert verdict(turned, table)["effect"] == pytest.approx(-0.03)
    only = replace(ADVANTAGE, where={"calibration_size": 512, "calibration_source": "train"})
    assert verdict(only, table)["effect"] == pytest.approx(0.04)
    sizes = {"compare": {"calibration_size": 512}, "against": {"calibration_size": 32}}
    assert verdict(replace(ADVANTAGE, **sizes), table)["effect"] == pytest.approx(0.02)
    both = replace(ADVANTAGE, compare={"initializer": "consistency", "calibration_size": 32})
    assert verdict(both, table)["effect"] == pytest.approx(0.02)
    neither = replace(ADVANTAGE, compare={"initializer": "he"})
    assert verdict(neither, table)["effect"] == pytest.approx(-1 / 30, abs=1e-6)


def test_a_network_without_an_axis_agrees_with_every_value_of_it():
    scores = np.array([0.5, 0.6, 0.5])
    table = [rows(scores, network="resnet20", depth=0)]
    table += [rows(scores - gap, depth=depth) for depth, gap in ((3, 0.02), (12, 0.04))]
    table = pd.concat(table)
    claim = replace(ADVANTAGE, compare={"network": "resnet20"}, against={"network": "lenet5"})
    assert verdict(claim, table)["effect"] == pytest.approx(0.03)
    turned = replace(claim, compare=claim.against, against=claim.compare)
    assert verdict(turned, table)["effect"] == pytest.approx(-0.03)
    deep = replace(claim, where={"depth": 12})
    assert verdict(deep, table)["effect"] == pytest.approx(0.04)


def test_uncalibrated_initializers_stand_in_every_facet():
    """The discrepancy orders 5 initializers rightly at one size and wrongly at the other."""
    table = []
    for index in range(5):
        cell = {"initializer": f"i{index}", "discrepancy": float(index)}
        if index < 3:
            table.append(rows(np.full(2, 0.5), **cell))
        else:
            for size, score in ((32, 0.5 - 0.1 * index), (512, 0.5 + 0.1 * index)):
                calibration = {"calibration_size": size, "calibration_source": "train"}
                table.append(rows(np.full(2, score), **(calibration | cell)))
    # Ranks 0 to 4 against 1 1 1 3 4 (three tie), then against their opposite: the mean is 0.
    table = pd.concat(table)
    assert verdict(CORRELATION, table)["effect"] == pytest.approx(0)
    one = replace(CORRELATION, where={"calibration_size": 32})
    assert verdict(one, table)["effect"] == pytest.approx(8 / math.sqrt(10 * 8))
    assert verdict(one, table)["n"] == 5


def test_nan_is_an_accuracy_of_0_a_miss_and_the_farthest():
    table = pair(np.full(3, 0.02))
    table.loc[table["initializer"] == "normal", "area_under_curve"] = [0.5, math.nan, 0.5]
    table.loc[table["initializer"] == "consistency", "area_under_curve"] = [0.5, 0.3, 0.5]
    assert verdict(ADVANTAGE, table)["effect"] == pytest.approx(0.1)
    cells = initializers(0.0, 1).reset_index(drop=True)
    last = cells["initializer"] == "i7"
    cells.loc[last, ["initial_discrepancy", "area_under_curve", "epochs_to_target"]] = math.nan
    cells.loc[~last, "epochs_to_target"] = 10 - 10 * cells["area_under_curve"]
    for metric in ("area_under_curve", "epochs_to_target"):
        assert verdict(replace(CORRELATION, metric=metric), cells)["effect"] == pytest.approx(1)


def test_equal_differences_and_one_replica():
    zero = pair(np.zeros(5))
    assert verdict(ADVANTAGE, zero)["verdict"] == "negligible"
    assert verdict(EQUIVALENCE, zero)["verdict"] == "supported"
    # Exactly the smallest effect that matters, up to rounding in single precision.
    margin = pair(np.full(5, 0.01)).astype({"area_under_curve": np.float32})
    assert verdict(ADVANTAGE, margin)["verdict"] == "supported"
    for claim in (ADVANTAGE, EQUIVALENCE):
        single = verdict(claim, pair(np.array([0.5])))
        assert single[["n", "verdict"]].tolist() == [1, "inconclusive"]
        assert single[["ci_low", "simultaneous_high", "replicas_needed"]].isna().all()


def test_the_interval_that_decides_is_one_of_all_claims_together():
    """Of four claims each has 1 - 0.05 / 4, one that cannot be tested included (Bonferroni)."""
    claims = {f"claim{depth}": replace(ADVANTAGE, where={"depth": depth}) for depth in range(1, 5)}
    effects = [standardized(mean, 0.04, 12) for mean in (0.026, 0.045, 0.06)]
    effects.append(np.array([0.5]))
    table = pd.concat(pair(effect, depth=depth) for depth, effect in enumerate(effects, 1))
    found = judge(claims, {"main": table})
    assert found["claim"].tolist() == list(claims)
    half = stats.t.ppf(1 - 0.05 / 8, 11) * 0.04 / math.sqrt(12)
    low, high = found["simultaneous_low"][:3], found["simultaneous_high"][:3]
    assert (found["effect"][:3] - low).tolist() == pytest.approx(3 * [half], abs=2e-6)
    assert (high - found["effect"][:3]).tolist() == pytest.approx(3 * [half], abs=2e-6)
    # By itself the first claim would be supported.
    assert found["ci_low"][0] > 0 > low[0]
    expected = ["inconclusive", "supported", "supported", "inconclusive"]
    assert found["verdict"].tolist() == expected


@pytest.mark.parametrize(
    ("low", "high", "greater", "equivalent"),
    [
        (-0.5, 0.9, "negligible", "supported"),
        (0.1, 0.9, "negligible", "supported"),
        (-0.9, -0.1, "negligible", "supported"),
        (-2.0, 0.9, "refuted", "inconclusive"),
        (-3.0, -1.1, "refuted", "refuted"),
        (0.1, 1.5, "supported", "inconclusive"),
        (1.1, 1.5, "supported", "refuted"),
        (-0.1, 1.5, "inconclusive", "inconclusive"),
        (-1.5, 1.5, "inconclusive", "inconclusive"),
        (math.nan, math.nan, "inconclusive", "inconclusive"),
    ],
)
def test_a_verdict_can_be_read_off_the_interval(low, high, greater, equivalent):
    interval = Estimate((low + high) / 2, low, high)
    assert verdict_of("greater", interval, 1.0) == greater
    assert verdict_of("correlation", interval, 1.0) == greater
    assert verdict_of("equivalent", interval, 1.0) == equivalent


def test_more_claims_and_equivalence_need_more_replicas():
    table = pair(standardized(0.005, 0.05))
    needed = [
        judge({f"claim{k}": claim for k in range(count)}, {"main": table})["replicas_needed"][0]
        for claim, count in ((ADVANTAGE, 1), (ADVANTAGE, 5), (EQUIVALENCE, 5))
    ]
    assert needed == sorted(set(needed))
