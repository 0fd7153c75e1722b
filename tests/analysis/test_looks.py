"""Looking until claims are decided does not make wrong verdicts more frequent."""

import numpy as np
import pandas as pd
import pytest

from analysis.test_claim_rates import (
    ALIKE,
    DEPTHS,
    MARGIN,
    NOISE,
    STUDIES,
    replace,
    rows,
)
from initstudy.analysis.claims import judge
from initstudy.study.deciding import Look, further_replicas

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error")]

LOOKS, BLOCK, MOST = 5, 8, 40
TRUTH = (MARGIN, MARGIN, -MARGIN)
"""Of three claims of equivalence: exactly at the margin, any verdict but inconclusive is wrong."""


def table(scores: np.ndarray) -> pd.DataFrame:
    """scores: depths x initializers x replicas."""
    return pd.concat(
        rows(of_cell, depth=depth, initializer=initializer)
        for depth, of_depth in zip(DEPTHS, scores, strict=True)
        for initializer, of_cell in zip(("normal", "he"), of_depth, strict=True)
    )


def looked_at(random: np.random.Generator, *, pays: bool) -> tuple[bool, int]:
    """Whether any look at a study gave a wrong verdict, and how many there were until it ended."""
    claims = {f"at_{depth}": replace(ALIKE, where={"depth": depth}) for depth in DEPTHS}
    means = 0.5 + np.array([[0.0, better] for better in TRUTH])[:, :, None]
    scores = random.normal(means, NOISE, (3, 2, MOST))
    count, wrong = BLOCK, False
    for number in range(1, LOOKS + 1):
        look = Look(number, LOOKS) if pays else None
        found = judge(claims, {"main": table(scores[:, :, :count])}, {}, look)
        wrong |= bool((found["verdict"] != "inconclusive").any())
        rows_of_claims = [row | {"experiment": "main"} for row in found.to_dict("records")]
        if not further_replicas(rows_of_claims, {"main": count}, BLOCK, MOST):
            break
        # As slowly as it may grow, which is what gives chance the most opportunities.
        count += BLOCK
    return wrong, number


def test_wrong_verdicts_stay_below_5_percent_under_continuous_looking():
    random = np.random.default_rng(21)
    studies = [looked_at(random, pays=True) for _ in range(STUDIES)]
    rate = np.mean([wrong for wrong, _ in studies])
    print(f"wrong in {rate:.1%} of {STUDIES} studies")
    assert rate < 0.05
    assert rate > 0
    assert np.mean([look for _, look in studies]) > 3


def test_without_paying_for_looks_they_would_not():
    random = np.random.default_rng(21)
    studies = [looked_at(random, pays=False) for _ in range(STUDIES // 4)]
    rate = np.mean([wrong for wrong, _ in studies])
    print(f"wrong in {rate:.1%} of {STUDIES // 4} studies")
    assert rate > 0.08
