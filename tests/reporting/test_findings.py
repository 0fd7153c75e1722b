"""Titles of pages say what the numbers show, no more."""

import numpy as np
import pytest
from scipy import stats

from initstudy.analysis.intervals import mean
from initstudy.reporting.findings import Finding, lead, lead_along, not_behind, title_and_lead

NOISE = np.array([-0.01, 0.0, 0.01, 0.005, -0.005])
"""Of five replicas, which all initializers share: differences are exact."""
JITTER = np.array([0.02, -0.02, 0.01, -0.01, 0.0])


def at(mean: float, jitter: float = 0.0) -> np.ndarray:
    return mean + NOISE + jitter * JITTER


def test_differences_have_the_interval_of_the_paired_test():
    first, second = at(0.5, 1), at(0.45)
    expected = stats.ttest_rel(first, second).confidence_interval(0.98)
    found = mean(first - second, 0.98)
    assert found.value == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert np.isnan(mean(first[:1] - second[:1])[1:]).all()


@pytest.mark.parametrize(
    ("samples", "text", "leader"),
    [
        ({"A": at(0.6)}, "A comes to 60.0 %", ""),
        ({"A": at(0.4), "B": at(0.6)}, "B leads A by 20.0 pp", "B"),
        (
            {"A": at(0.6), "B": at(0.6, 1), "C": at(0.3)},
            "A is first; B is not shown to be behind",
            "",
        ),
        ({"A": at(0.6), "B": at(0.6, 1)}, "nobody is shown to lead", ""),
        ({"A, half": at(0.6), "B": at(0.4)}, '"A, half" leads B by 20.0 pp', "A, half"),
        ({"A": np.array([0.6]), "B": np.array([0.1])}, "nobody is shown to lead", ""),
    ],
)
def test_who_leads(samples, text, leader):
    assert lead(samples) == Finding(text, leader)


def test_many_that_may_be_the_best_are_counted():
    samples = {name: at(0.6, number) for number, name in enumerate("ABCDE")} | {"F": at(0.1)}
    first, *others = not_behind(samples)
    assert {first, *others} == {*"ABCDE"}
    assert lead(samples).text == (
        f"{first} is first; {others[0]} and 3 others are not shown to be behind"
    )


def test_a_lead_may_change_along_an_axis():
    places = {
        "3": {"A": at(0.6), "B": at(0.5), "C": at(0.1)},
        "8": {"A": at(0.5), "B": at(0.45), "C": at(0.1)},
        "20": {"A": at(0.301, 1), "B": at(0.3), "C": at(0.1)},
        "30": {"A": at(0.1), "B": at(0.2), "C": at(0.1)},
    }
    said = "A leads B by 10.0 pp at 3, by 5.0 pp at 8; not shown at 20; is behind at 30"
    assert lead_along(places) == Finding(said)
    first = {place: places[place] for place in ("3", "8")}
    assert lead_along(first) == Finding("A leads B by 10.0 pp at 3, by 5.0 pp at 8", "A")
    last = {"20": places["20"]}
    assert lead_along(last).text == "A is nowhere shown to lead B"


def test_one_initializer_is_compared_with_itself_elsewhere():
    places = {"32": {"A": at(0.5)}, "256": {"A": at(0.52)}, "1024": {"A": at(0.6)}}
    assert lead_along(places).text == "A does 10.0 pp better at 1024 than at 32"
    level = {"32": {"A": at(0.5)}, "256": {"A": at(0.501, 1)}}
    assert lead_along(level).text == "no difference is shown for A"


def test_a_title_says_what_is_seen_and_where_facets_differ_each_has_a_sentence():
    adam, sgd = {"optimizer": "adam"}, {"optimizer": "sgd"}
    assert title_and_lead("train_size", "curves", [({}, Finding("A leads B", "A"))]) == (
        "train size: A leads B",
        [],
    )
    both = [(adam, Finding("A leads B", "A")), (sgd, Finding("A leads C", "A"))]
    assert title_and_lead("photos", "curves", both) == (
        "photos: A leads in all conditions",
        ["Optimizer adam: A leads B.", "Optimizer sgd: A leads C."],
    )
    differing = [(adam, Finding("A leads B", "A")), (sgd, Finding("nobody is shown to lead"))]
    assert title_and_lead("photos", "curves", differing)[0] == "photos: curves"
