"""The summary table: every number again, from its definition."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.synthetic_runs import REPLICAS, catalogue, experiment, write_runs
from initstudy.analysis.summaries import median, summary_table
from initstudy.analysis.tables import read_table

KEY = ["initializer", "optimizer", "learning_rate"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The summary, and the table of replicas that it is a summary of."""
    folder = tmp_path_factory.mktemp("summary")
    described = experiment(catalogue(3), optimizer=["adam", "sgd"], learning_rate=[0.01, 0.1])
    write_runs(described, folder)
    replicas = read_table(folder / "synthetic.csv")
    return described, summary_table(described, replicas), replicas


def only(summary: pd.DataFrame, cell: dict, **wanted) -> pd.Series:
    """The one row of a cell with these values."""
    for column, value in (cell | wanted).items():
        summary = summary[summary[column] == value]
    [(_, row)] = summary.iterrows()
    return row


def test_every_cell_has_its_statistics(tables):
    _, summary, replicas = tables
    for key, group in replicas.groupby(KEY):
        cell = dict(zip(KEY, key, strict=True))
        for metric in ("first_epoch_accuracy", "final_accuracy", "area_under_curve"):
            values = group[metric].to_numpy()
            row = only(summary, cell, metric=metric, statistic="mean")
            assert row["value"] == pytest.approx(values.mean())
            half = stats.t.ppf(0.975, REPLICAS - 1) * values.std(ddof=1) / math.sqrt(REPLICAS)
            assert row["high"] - row["low"] == pytest.approx(2 * half, rel=1e-5)
            row = only(summary, cell, metric=metric, statistic="interquartile_mean")
            assert row["value"] == pytest.approx(np.sort(values)[1:-1].mean())
            single = 1e-6  # precision
            assert values.min() - single <= row["low"] <= row["value"]
            assert row["value"] <= row["high"] <= values.max() + single
        row = only(summary, cell, metric="failed", statistic="rate")
        assert row["value"] == (1 / REPLICAS if cell["learning_rate"] == 0.1 else 0)
        assert row["n"] == REPLICAS
        row = only(summary, cell, metric="epochs_to_target", statistic="median")
        assert row["value"] == np.sort(group["epochs_to_target"])[(REPLICAS - 1) // 2]


def test_every_pair_of_a_facet_is_compared_once(tables):
    described, summary, replicas = tables
    pairs = summary[summary["statistic"] == "probability_of_improvement"]
    names = list(described.initializers)
    assert len(pairs) == 4 * math.comb(len(names), 2)
    for facet in described.facets():
        inside = replicas[
            (replicas["optimizer"] == facet["optimizer"])
            & (replicas["learning_rate"] == facet["learning_rate"])
        ].set_index("initializer")["charged_area_under_curve"]
        for one, other in itertools.combinations(names, 2):
            row = only(pairs, facet, initializer=one, against=other)
            wins = sum(
                (a > b) + (a == b) / 2 for a, b in itertools.product(inside[one], inside[other])
            )
            assert row["value"] == pytest.approx(wins / REPLICAS**2)
            assert 0 <= row["low"] <= row["value"] <= row["high"] <= 1


def test_what_ignores_an_axis_is_compared_at_every_value_of_it(tmp_path):
    described = experiment(catalogue(3), calibration_size=[32, 512])
    write_runs(described, tmp_path)
    summary = summary_table(described, read_table(tmp_path / "synthetic.csv"))
    pairs = summary[summary["statistic"] == "probability_of_improvement"]
    fixed = pairs[(pairs["initializer"] == "zero") & (pairs["against"] == "consistency")]
    assert sorted(fixed["calibration_size"]) == [32, 512]
    assert fixed["value"].notna().all()


@pytest.mark.parametrize(
    ("sample", "value", "low", "high"),
    [
        # Order statistics 2 and 9 of ten have probability 1 - 2 (1 + 10) / 1024 between them.
        ([3, 1, 2, 4, 5, math.inf, math.inf, 6, 7, math.inf], 5, 2, math.inf),
        ([math.inf] * 10, math.inf, math.inf, math.inf),
        ([2, 1], 1, math.nan, math.nan),
    ],
)
def test_the_median_takes_infinity_for_a_number(sample, value, low, high):
    assert median(np.array(sample, float)) == pytest.approx((value, low, high), nan_ok=True)
