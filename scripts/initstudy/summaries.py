"""What an experiment's replicas amount to, with intervals."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from initstudy.axes import AXES
from initstudy.inference import (
    CONFIDENCE,
    Estimate,
    failure_rate,
    interquartile_mean,
    mean,
    probability_of_improvement,
)
from initstudy.results import Cells, read_cells, replica_rows, replica_values, within
from initstudy.study import facets

ACCURACIES = ("first_epoch_accuracy", "final_accuracy", "area_under_curve")
COMPARED = "area_under_curve"
"""What P(A > B) is about: unlike the final accuracy it tells apart what ends alike."""


def summary_table(experiment: dict, results: str | Path, targets: dict) -> pd.DataFrame:
    """A row a statistic: its value and 95 % interval, `low` to `high`, from `n` replicas.

    The axes say of which cell, `metric` is a column of the experiment's table. Statistics, with
    their intervals (see `inference`):

    - `mean` (Student's t) and `interquartile_mean` (bootstrap) of the accuracies;
    - `median` of epochs_to_target (order statistics), a miss being infinity;
    - `rate` of failed (Wilson);
    - `probability_of_improvement`, P(A > B): that a replica of `initializer` has a larger area
      under the curve than one of the initializer `against` (bootstrap), a tie counting as half. A
      pair stands once in every facet, as P(B > A) = 1 - P(A > B).

    The arguments are those of `results.experiment_table`.
    """
    cells, count = read_cells(experiment, {}, results), experiment["replicas"]
    rows = []
    for cell, run in cells:
        replicas = replica_rows(cell, run, targets[cell["dataset"]])
        for (metric, name), estimate in cell_statistics(replicas).items():
            rows.append(_axes(cell) | _row(metric, name, "", estimate, count))
    for facet in facets(experiment["axes"]):
        inside = within(cells, experiment, facet)
        axes = {cell["initializer"]: _axes(cell) | facet for cell, _ in inside}
        for (one, other), estimate in improvements(inside).items():
            row = _row(COMPARED, "probability_of_improvement", other, estimate, count)
            rows.append(axes[one] | row)
    return pd.DataFrame(rows)


def cell_statistics(replicas: pd.DataFrame) -> dict[tuple[str, str], Estimate]:
    """(metric, statistic) -> estimate, from a cell's rows of the experiment's table."""
    found = {}
    for metric in ACCURACIES:
        sample = replicas[metric].fillna(0.0).to_numpy()  # as in claims
        found[metric, "mean"] = mean(sample)
        found[metric, "interquartile_mean"] = interquartile_mean(sample)
    found["epochs_to_target", "median"] = median(replicas["epochs_to_target"].to_numpy(float))
    found["failed", "rate"] = failure_rate(replicas["failed"].to_numpy())
    return found


def improvements(cells: Cells) -> dict[tuple[str, str], Estimate]:
    """(A, B) -> P(A > B) for every pair of the cells' initializers, one cell each."""
    samples = {cell["initializer"]: replica_values(cell, run, COMPARED) for cell, run in cells}
    return {
        (one, other): probability_of_improvement(samples[one], samples[other])
        for one, other in itertools.combinations(samples, 2)
    }


def median(sample: np.ndarray) -> Estimate:
    """The lower median of a sample, shape (n,), with its exact interval; infinity is a number.

    The interval's ends are order statistics (Conover, Practical Nonparametric Statistics, 1999,
    section 3.2); an end is nan where n is too small for one.
    """
    test = stats.quantile_test(sample, p=0.5)
    low, high = test.confidence_interval(CONFIDENCE)
    return Estimate(float(np.quantile(sample, 0.5, method="lower")), float(low), float(high))


def _axes(cell: dict) -> dict:
    return {axis: cell[axis] for axis in AXES}


def _row(metric: str, name: str, against: str, estimate: Estimate, count: int) -> dict:
    estimated = estimate._asdict()
    return {"metric": metric, "statistic": name, "against": against} | estimated | {"n": count}
