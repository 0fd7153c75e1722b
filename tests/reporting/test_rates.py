"""What is said of a search for learning rates, on every page that shows what it found."""

from dataclasses import replace

import pandas as pd

from helpers.synthetic_runs import catalogue, experiment
from initstudy.explorer.content import with_edges
from initstudy.reporting.claims import rates_lines
from initstudy.reporting.rates import edges, rates_caption
from initstudy.reporting.words import conditions
from initstudy.study.axes import COMMON, TUNED
from initstudy.study.tuning import AREA, Tuning, choice

TUNING = Tuning({"adam": [0.001, 0.01, 0.1]}, 3, AREA, ["synthetic"])
PLAIN = experiment(catalogue(3))
DESCRIBED = experiment(catalogue(3), learning_rate=[TUNED, COMMON])
INSIDE, AT_EDGE = (
    choice(dict(zip([0.001, 0.01, 0.1], ([value] for value in values), strict=True)))
    for values in ((0.3, 0.5, 0.2), (0.1, 0.2, 0.3))
)
TUNED_POINTS = [point for point in DESCRIBED.cells if point.rate == TUNED]
FOUND = dict(zip(TUNED_POINTS, (INSIDE, AT_EDGE, INSIDE), strict=True))


def test_best_rates_at_the_edge_are_named():
    assert edges(FOUND) == (
        "Still at the edge, so a further rate might be better: normal (optimizer adam, 0.1)."
    )
    assert edges({TUNED_POINTS[0]: INSIDE}) == ""
    said = rates_caption(FOUND, TUNING)
    assert said.startswith("For each initializer and condition the learning rate with the highest ")
    assert "3 searches, 9 networks." in said
    assert said.endswith(edges(FOUND))


def test_pages_name_the_initializers_whose_best_rate_lies_at_the_edge():
    flagged = replace(DESCRIBED, at_edge=["normal"])
    warning = "The best rate of Normal(0, 0.01) lies at the edge of what was tried"
    assert warning in conditions(flagged)
    assert "edge" not in conditions(DESCRIBED)
    assert "Tuned: each initializer at its own best learning rate" in conditions(DESCRIBED)
    assert "Tuned" not in conditions(PLAIN)


def test_the_explorer_names_them_too():
    summary = pd.DataFrame(
        {"initializer": ["zero", "normal", "normal"], "rate_at_edge": [False, True, True]}
    )
    assert with_edges(DESCRIBED, summary).at_edge == ["normal"]
    assert with_edges(PLAIN, summary.drop(columns="rate_at_edge")) == PLAIN


def test_a_claim_says_what_holds_at_the_common_rate_and_what_is_at_the_edge():
    claim = {
        "test": "greater",
        "common_effect": 0.012,
        "common_verdict": "supported",
        "at_edge": "normal",
    }
    assert rates_lines(claim) == [
        "at the common learning rate: +1.2 pp, supported",
        "best rate at the edge of what was tried: normal",
    ]
    nothing = {"common_effect": float("nan"), "common_verdict": "", "at_edge": ""}
    assert rates_lines(claim | nothing) == []
