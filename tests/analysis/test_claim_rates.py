"""How often verdicts on simulated studies are wrong, and how often they are reached."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.planted_claims import ADVANTAGE, EQUIVALENCE, pair, rows, standardized
from initstudy.analysis.claims import judge
from initstudy.study.claims import Claim

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error")]

STUDIES = 500
# A true rate of 5 % exceeds this in 500 studies once in a thousand times.
FALSE_RATE = 0.05 + 3.1 * math.sqrt(0.05 * 0.95 / STUDIES)

NOISE = 0.015
MARGIN = 0.03
DEPTHS = (3, 5, 9)
CONTRAST = {"compare": {"initializer": "he"}, "against": {"initializer": "normal"}}
BETTER = replace(ADVANTAGE, **CONTRAST, margin=MARGIN)
# With so small a margin noise is not negligible, which would keep it from being supported.
SLIGHTLY_BETTER = replace(BETTER, margin=0.001)
ALIKE = replace(EQUIVALENCE, **CONTRAST, margin=MARGIN)
REPLICAS = 10


def studies(
    tests: list[Claim], truth: list[float], replicas: int, seed: int, count: int = STUDIES
) -> list[np.ndarray]:
    """The verdicts of simulated studies, which put one test to each depth.

    Initializer he is better than normal by `truth` at these depths, and all the rest is noise.
    """
    random = np.random.default_rng(seed)
    claims = {
        f"at_{depth}": replace(test, where={"depth": depth})
        for depth, test in zip(DEPTHS, tests, strict=True)
    }
    cells = [(depth, initializer) for depth in DEPTHS for initializer in ("normal", "he")]
    means = np.array([0.5 + advantage for better in truth for advantage in (0.0, better)])
    blank = np.zeros(replicas)
    table = pd.concat(
        rows(blank, depth=depth, initializer=initializer) for depth, initializer in cells
    )
    verdicts = []
    for _ in range(count):
        scores = random.normal(means[:, None], NOISE, (len(cells), replicas))
        study = {"main": table.assign(area_under_curve=scores.ravel())}
        verdicts.append(judge(claims, study, {})["verdict"].to_numpy())
    return verdicts


def test_noise_is_rarely_supported():
    """Of 500 studies of three untrue claims, one in twenty at most supports any of them.

    They are as close to the truth as an untrue claim can be: two claim an advantage where there is
    none, one an equivalence where the difference is exactly the margin.
    """
    verdicts = studies([SLIGHTLY_BETTER, SLIGHTLY_BETTER, ALIKE], [0.0, 0.0, MARGIN], 8, seed=11)
    false = np.mean([(found == "supported").any() for found in verdicts])
    assert false < FALSE_RATE
    # Nor are they only safe because nothing is ever concluded.
    assert false > 0.005


def test_planted_effects_are_found_with_the_stated_power():
    """With as many replicas as a pilot study asks for, each claim is supported with power 0.8.

    The same 500 studies show that of three true claims any one is rarely called negligible or
    refuted.
    """
    # Its differences have exactly the true standard deviation.
    pilot = pair(standardized(0.0, NOISE * math.sqrt(2), 3))
    claims = {f"claim{number}": replace(ADVANTAGE, margin=MARGIN) for number in range(3)}
    asked = judge(claims, {"main": pilot}, {})
    assert set(asked["verdict"]) == {"inconclusive"}
    verdicts = studies([BETTER] * 3, [MARGIN] * 3, asked["replicas_needed"][0], seed=12)
    power = np.mean([found == "supported" for found in verdicts])
    assert 0.8 - 3.1 * math.sqrt(0.8 * 0.2 / (3 * STUDIES)) < power < 0.95
    wrong = [np.isin(found, ["negligible", "refuted"]).any() for found in verdicts]
    assert np.mean(wrong) < FALSE_RATE


def rates(claim: Claim, effect: float, seed: int) -> dict[str, float]:
    """Verdict -> share, of three claims with that true effect in studies of 10 replicas."""
    found = np.concatenate(studies([claim] * 3, [effect] * 3, REPLICAS, seed, STUDIES // 4))
    return {verdict: float(np.mean(found == verdict)) for verdict in VERDICTS}


VERDICTS = ("supported", "negligible", "refuted", "inconclusive")


def test_verdicts_do_not_contradict_the_truth():
    """At effects of 0, half a margin, a margin and two; the table in docs/method.md is from here,
    over 500 studies.

    What is said of an effect of half a margin is true whether it is `negligible` or, its sign,
    `supported`: it is never refuted to be above 0 more often than any false verdict comes up.
    """
    better = {share: rates(BETTER, share * MARGIN, 13) for share in (0, 0.5, 1, 2)}
    alike = {share: rates(ALIKE, share * MARGIN, 14) for share in (0, 0.5, 1, 2)}
    print(pd.DataFrame(better).T, pd.DataFrame(alike).T, sep="\n")
    each = 0.05 / 3 + 3.1 * math.sqrt(0.05 / 3 / (3 * STUDIES / 4))
    assert better[0]["supported"] < each
    assert better[0.5]["refuted"] + better[0.5]["supported"] < 0.3
    assert better[1]["negligible"] + better[1]["refuted"] < each
    assert better[2]["supported"] > 0.99
    assert better[0]["negligible"] > 0.5
    assert alike[0]["supported"] > 0.5
    assert alike[0]["refuted"] == alike[0.5]["refuted"] == 0
    assert alike[1]["supported"] < each
    assert alike[1]["refuted"] < each
    assert alike[2]["refuted"] > 0.5
