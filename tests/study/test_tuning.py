"""The search for learning rates: what it tries, finds, and how far it goes."""

import csv
from dataclasses import replace

import pytest

from initstudy.study.axes import AXES, COMMON, TUNED
from initstudy.study.cells import Experiment, cell
from initstudy.study.tuning import (
    AREA,
    EXTENSIONS,
    FIRST_REPLICA,
    Tuning,
    choice,
    choices,
    extension,
    trained,
)

DEFAULTS = {name: axis.default for name, axis in AXES.items()} | {"learning_rate": TUNED}
POINT = cell(DEFAULTS)
GRID = [0.001, 0.01, 0.1]
TUNING = Tuning({"adam": GRID, "sgd": [0.1, 1.0]}, 3, AREA, ["first"])


def found_in(path):
    return choices(path.read_text().splitlines())


def searched(path, value_at, tuning=TUNING, point=POINT, rounds=1 + EXTENSIONS):
    """What a search finds where a rate's value is planted, and the cells of each round."""
    cells, tried = tuning.grid([point]), []
    rows = []
    for _ in range(rounds):
        tried.append([one.learning_rate for one in cells])
        rows += [
            one.values() | {"replica": FIRST_REPLICA + k, "value": value_at(one.learning_rate) + d}
            for one in cells
            for k, d in enumerate((-0.01, 0.0, 0.01))
        ]
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        cells = extension(found_in(path))
    return found_in(path)[point], tried


def peak_at(best):
    return lambda rate: 0.5 / (1 + abs(rate - best) / best)


def test_a_planted_best_rate_is_found(tmp_path):
    found, tried = searched(tmp_path / "search.csv", peak_at(0.01))
    assert found.rate == 0.01
    assert not found.at_edge
    assert found.value == pytest.approx(0.5)
    assert tried == [GRID, [], []]
    assert found.networks == 9


@pytest.mark.parametrize(
    ("best", "further", "at_edge"),
    [
        (0.3, [[0.3], [0.9]], False),
        (0.1, [[0.3], []], False),
        (5.0, [[0.3], [0.9]], True),
        (1e-4, [[0.000333333], [0.000111111]], True),
    ],
)
def test_a_best_rate_at_the_edge_is_gone_beyond_twice_at_most(tmp_path, best, further, at_edge):
    found, tried = searched(tmp_path / "search.csv", peak_at(best))
    assert tried == [GRID, *further]
    assert found.at_edge == at_edge
    rates = [rate for of_round in tried for rate in of_round]
    assert found.rate == max(rates, key=peak_at(best))


def test_where_nothing_is_learned_the_middle_rate_is_taken(tmp_path):
    found, tried = searched(tmp_path / "search.csv", lambda rate: 0.1)
    assert found.rate == 0.01
    assert tried == [GRID, [], []]


def test_good_rates_are_those_around_the_best_that_come_close():
    values = {0.001: 0.49, 0.01: 0.3, 0.03: 0.485, 0.1: 0.5, 0.3: 0.49, 1.0: 0.2}
    found = choice({rate: [value] for rate, value in values.items()})
    assert (found.low, found.rate, found.high) == (0.03, 0.1, 0.3)
    assert found.width == pytest.approx(1.0)


def test_a_search_is_of_replicas_that_nobody_compares():
    assert TUNING.block.folder == "replicas=1000-1002"


def test_every_condition_has_a_search_of_its_own_over_its_optimizers_rates(tmp_path):
    experiment = Experiment(
        "first",
        {axis: [DEFAULTS[axis]] for axis in sorted(AXES)}
        | {"learning_rate": [TUNED, COMMON], "optimizer": ["adam", "sgd"]},
        calibrated=[],
        unused={},
        replicas=2,
    )
    assert experiment.tuned
    assert len(experiment.cells) == 4
    cells = TUNING.grid(experiment.cells)
    assert [(one.optimizer, one.learning_rate) for one in cells] == [
        *(("adam", rate) for rate in GRID),
        *(("sgd", rate) for rate in (0.1, 1.0)),
    ]
    facets = experiment.facets()
    assert facets[0] == {"learning_rate": TUNED, "optimizer": "adam"}


def test_words_stand_for_rates(tmp_path):
    found, _ = searched(tmp_path / "search.csv", peak_at(0.1))
    rates = {"adam": 0.001, "sgd": 0.01}
    assert trained(POINT, rates, {POINT: found}).learning_rate == 0.1
    common = replace(POINT, learning_rate=COMMON)
    assert trained(common, rates, {}).learning_rate == 0.001
    given = replace(POINT, learning_rate=0.5)
    assert trained(given, rates, {}) == given
