"""What each look at a study may cost, and how many replicas it asks for."""

import math

import pytest

from initstudy.study.deciding import Look, further_replicas


def claim(needed, verdict="inconclusive", experiment="first"):
    return {"experiment": experiment, "replicas_needed": needed, "verdict": verdict}


@pytest.mark.parametrize("of", [1, 2, 5])
def test_looks_share_the_error_and_later_ones_get_more(of):
    shares = [Look(number, of).share for number in range(1, of + 1)]
    assert math.fsum(shares) == pytest.approx(1)
    assert shares == pytest.approx([shares[0] * 2**number for number in range(of)])


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ([claim(23)], {"first": 30}),
        # As many as are needed are there, and yet it is not decided: one block more.
        ([claim(8)], {"first": 20}),
        ([claim(10_000)], {"first": 40}),
        ([claim(23), claim(31)], {"first": 40}),
        ([claim(23), claim(12, experiment="second")], {"first": 30, "second": 40}),
        ([claim(math.nan, "supported")], {}),
        # A correlation lacks families.
        ([claim(math.nan)], {}),
        ([claim(23, experiment="full")], {}),
    ],
)
def test_undecided_claims_ask_for_whole_blocks(claims, wanted):
    has = {"first": 10, "second": 30, "full": 40}
    assert further_replicas(claims, has, block=10, most=40) == wanted
