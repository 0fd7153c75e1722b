"""Verdicts on planted effects, and how rows are paired."""

import itertools
import json
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
from initstudy.analysis.intervals import Estimate
from initstudy.core.errors import InputError
from initstudy.study.cells import Initializer

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
    found = verdict(replace(CORRELATION, metric=metric, over=["train_size"]), table)
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
    claim = replace(ADVANTAGE, over=["batch_size", "train_size"])
    found = verdict(claim, pd.concat(cells))
    assert found[["effect", "ci_low", "ci_high"]].tolist() == pytest.approx([0.02] * 3)
    assert found[["ci_low", "n", "verdict"]].tolist() == [0.02, 4, "supported"]


def test_cells_of_a_replica_are_one_observation():
    """Forty copies of two replicas are as little evidence as two."""
    copies = [pair(np.array([0.01, 0.03]), seed=seed) for seed in range(40)]
    orders = replace(ADVANTAGE, over=["seed"])
    many, few = verdict(orders, pd.concat(copies)), verdict(ADVANTAGE, copies[0])
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
    every = replace(ADVANTAGE, over=["calibration_size"])
    assert verdict(every, table)["effect"] == pytest.approx(0.03)
    turned = replace(every, compare=ADVANTAGE.against, against=ADVANTAGE.compare)
    assert verdict(turned, table)["effect"] == pytest.approx(-0.03)
    only = replace(ADVANTAGE, where={"calibration_size": 512, "calibration_source": "train"})
    assert verdict(only, table)["effect"] == pytest.approx(0.04)
    sizes = {"compare": {"calibration_size": 512}, "against": {"calibration_size": 32}}
    assert verdict(replace(ADVANTAGE, **sizes), table)["effect"] == pytest.approx(0.02)
    both = replace(ADVANTAGE, compare={"initializer": "consistency", "calibration_size": 32})
    assert verdict(both, table)["effect"] == pytest.approx(0.02)
    neither = replace(every, compare={"initializer": "he"})
    assert verdict(neither, table)["effect"] == pytest.approx(-1 / 30, abs=1e-6)


def test_a_network_without_an_axis_agrees_with_every_value_of_it():
    scores = np.array([0.5, 0.6, 0.5])
    table = [rows(scores, network="resnet20", depth=0)]
    table += [rows(scores - gap, depth=depth) for depth, gap in ((3, 0.02), (12, 0.04))]
    table = pd.concat(table)
    networks = {"compare": {"network": "resnet20"}, "against": {"network": "lenet5"}}
    claim = replace(ADVANTAGE, **networks, over=["depth"])
    assert verdict(claim, table)["effect"] == pytest.approx(0.03)
    turned = replace(claim, compare=claim.against, against=claim.compare)
    assert verdict(turned, table)["effect"] == pytest.approx(-0.03)
    deep = replace(ADVANTAGE, **networks, where={"depth": 12})
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
    both = replace(CORRELATION, over=["calibration_size"])
    assert verdict(both, table)["effect"] == pytest.approx(0)
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
    found = judge(claims, {"main": table}, {})
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
    ("low", "high", "greater", "not_greater", "equivalent"),
    [
        (-0.5, 0.9, "negligible", "supported", "supported"),
        (0.1, 0.9, "negligible", "supported", "supported"),
        (-0.9, -0.1, "negligible", "supported", "supported"),
        (-2.0, 0.9, "refuted", "supported", "inconclusive"),
        (-3.0, -1.1, "refuted", "supported", "refuted"),
        (0.1, 1.5, "supported", "refuted", "inconclusive"),
        (1.1, 1.5, "supported", "refuted", "refuted"),
        (-0.1, 1.5, "inconclusive", "inconclusive", "inconclusive"),
        (-1.5, 1.5, "inconclusive", "inconclusive", "inconclusive"),
        (math.nan, math.nan, "inconclusive", "inconclusive", "inconclusive"),
    ],
)
def test_a_verdict_can_be_read_off_the_interval(low, high, greater, not_greater, equivalent):
    interval = Estimate((low + high) / 2, low, high)
    assert verdict_of("greater", interval, 1.0) == greater
    assert verdict_of("correlation", interval, 1.0) == greater
    assert verdict_of("not_greater", interval, 1.0) == not_greater
    assert verdict_of("equivalent", interval, 1.0) == equivalent


def test_more_claims_and_equivalence_need_more_replicas():
    table = pair(standardized(0.005, 0.05))
    needed = [
        judge({f"claim{k}": claim for k in range(count)}, {"main": table}, {})["replicas_needed"][0]
        for claim, count in ((ADVANTAGE, 1), (ADVANTAGE, 5), (EQUIVALENCE, 5))
    ]
    assert needed == sorted(set(needed))


def test_an_average_shows_its_parts_and_every_row_its_condition():
    """Nothing under SGD, 12 points under Adam: the mean of 6 hides both."""
    table = pd.concat(
        [
            pair(standardized(0.0, 0.001), optimizer="sgd", depth=3),
            pair(standardized(0.12, 0.01), optimizer="adam", learning_rate=0.001, depth=3),
        ]
    )
    both = verdict(replace(ADVANTAGE, over=["optimizer"]), table)
    assert both["effect"] == pytest.approx(0.06, abs=1e-6)
    assert both["metric"] == "area_under_curve"
    condition = "dataset=cifar10; network=lenet5; over optimizer=adam, sgd; epochs=10"
    assert both["condition"] == condition
    adam, sgd = json.loads(both["parts"])
    assert (adam["part"], sgd["part"]) == ("optimizer=adam", "optimizer=sgd")
    assert adam["effect"] == pytest.approx(0.12, abs=1e-6)
    assert sgd["effect"] == pytest.approx(0, abs=1e-6)
    half = 2.26216 * 0.01 / math.sqrt(10)
    assert adam["ci_high"] - adam["effect"] == pytest.approx(half, abs=2e-6)
    one = verdict(replace(ADVANTAGE, where={"optimizer": "sgd"}), table)
    assert one["condition"].endswith("optimizer=sgd; learning_rate=0.01; epochs=10")
    assert one["parts"] == "[]"
    with pytest.raises(InputError, match="its rows differ in more than its keys name"):
        verdict(ADVANTAGE, table)


def test_a_correlation_is_one_of_families_and_shows_what_hides_it():
    """Six initializers are the better the closer; two that match by construction are not, nor is
    one that does not learn; and variants are no new evidence."""
    table, named = [], {}
    scores = [0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.3, 0.31, 0.1]
    distances = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.01, 0.02, 0.1]
    for number, (score, distance) in enumerate(zip(scores, distances, strict=True)):
        name = f"i{number}"
        table.append(rows(np.full(3, score), distance, initializer=name))
        family, matches = ("matching", True) if number in (6, 7) else (name, False)
        named[name] = Initializer(name, number, family=family, matches_target=matches)
    table = pd.concat(table)
    found = verdict(CORRELATION, table, named)
    assert found["effect"] == pytest.approx(stats.spearmanr(scores, np.negative(distances))[0])
    assert found["n"] == 8
    [others] = json.loads(found["parts"])
    assert others["part"].startswith("without those at chance and those that match")
    assert others["effect"] == pytest.approx(1)
    # Twice the variants of an idea leave the evidence as it is.
    variants = [table.assign(initializer=table["initializer"] + f"v{copy}") for copy in range(3)]
    more = {f"{name}v{copy}": one for name, one in named.items() for copy in range(3)}
    again = verdict(CORRELATION, pd.concat(variants), more)
    assert again["n"] == 8
    assert again["ci_low"] == pytest.approx(found["ci_low"])
