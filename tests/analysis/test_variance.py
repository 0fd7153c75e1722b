"""Components of variance against a planted truth and the table of an analysis of variance."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formula
from statsmodels.stats.anova import anova_lm

from initstudy.analysis.variance import variance_components


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
