"""Components of variance against a planted truth and the table of an analysis of variance."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formula
from statsmodels.stats.anova import anova_lm

from initstudy.analysis.variance import row_share, variance_components


def simulated(deviations: tuple[float, float, float], seeds: int, replicas: int) -> np.ndarray:
    """Effects of replicas and of seeds, and noise, with these standard deviations."""
    random = np.random.default_rng(3)
    of_replica, of_seed, noise = deviations
    return (
        of_replica * random.normal(size=replicas)
        + of_seed * random.normal(size=(seeds, 1))
        + noise * random.normal(size=(seeds, replicas))
    )


def test_variance_components_are_those_of_the_anova_table():
    values = simulated((2.0, 1.0, 0.5), seeds=5, replicas=8)
    seed, replica = np.indices(values.shape).reshape(2, -1)
    table = pd.DataFrame({"value": values.ravel(), "seed": seed, "replica": replica})
    squares = anova_lm(formula.ols("value ~ C(seed) + C(replica)", table).fit())["mean_sq"]
    rest = squares["Residual"]
    expected = [(squares["C(replica)"] - rest) / 5, (squares["C(seed)"] - rest) / 8, rest]
    assert variance_components(values) == pytest.approx(expected)


def test_variance_components_of_a_planted_simulation():
    found = variance_components(simulated((0.03, 0.01, 0.02), seeds=2000, replicas=2000))
    assert np.sqrt(found) == pytest.approx([0.03, 0.01, 0.02], rel=0.05)


def test_variance_components_at_their_limits():
    # All means are equal: they vary less than chance alone would make them.
    assert variance_components(np.array([[0.0, 1.0], [1.0, 0.0]])) == (0, 0, 1)
    assert variance_components(np.full((3, 4), 0.1)) == (0, 0, 0)
    assert np.isnan(variance_components(np.ones((1, 4)))).all()


def test_the_share_of_rows_is_the_published_one():
    """Shrout & Fleiss (1979), table 2: six targets, four judges; ICC(2,1) is .29, McGraw & Wong's
    interval of it (.02, .76)."""
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = row_share(np.array(ratings, float))
    assert [round(number, 2) for number in found] == [0.29, 0.02, 0.76]


@pytest.mark.parametrize(("rows", "columns"), [(10, 3), (10, 5)])
@pytest.mark.parametrize("deviations", [(1, 1, 1), (0.3, 1, 0.5), (1, 0.1, 0.5)])
def test_the_interval_of_the_share_covers(rows, columns, deviations):
    random = np.random.default_rng(5)
    of_row, of_column, noise = deviations
    truth = of_row**2 / np.square(deviations).sum()
    covered = 0
    for _ in range(500):
        values = of_row * random.normal(size=(rows, 1)) + of_column * random.normal(size=columns)
        found = row_share(values + noise * random.normal(size=(rows, columns)))
        assert 0 <= found.low <= found.value <= found.high <= 1
        covered += found.low <= truth <= found.high
    assert covered / 500 > 0.92


@pytest.mark.filterwarnings("error")
def test_the_share_at_its_limits():
    only_rows = np.array([[0.0, 0.0], [1.0, 1.0], [3.0, 3.0]])
    assert row_share(only_rows).value == 1
    assert row_share(only_rows.T).value == 0
    assert np.isnan(row_share(np.ones((3, 3)))).all()
    assert np.isnan(row_share(np.array([[1.0, 2.0]]))).all()
