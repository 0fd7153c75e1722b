"""What an experiment's replicas amount to, with intervals."""

import itertools

import numpy as np
import pandas as pd
from scipy import stats

from initstudy.analysis.inference import (
    failure_rate,
    interquartile_mean,
    probability_of_improvement,
)
from initstudy.analysis.intervals import CONFIDENCE, Estimate, mean
from initstudy.analysis.results import belongs
from initstudy.analysis.tables import rows_of_cells
from initstudy.study.cells import Experiment, Facet, cell
from initstudy.study.claims import ACCURACIES, COMPARED, EPOCHS, with_charged


def summary_table(experiment: Experiment, table: pd.DataFrame) -> pd.DataFrame:
    """A row a statistic: its value and 95 % interval, `low` to `high`, from `n` replicas.

    table: that of the experiment, a row a replica. Where it is tuned, `rate_at_edge` says of each
    row whether a rate that was not tried might be better.

    The axes say of which cell, `metric` is a column of the experiment's table. Statistics, with
    their intervals (see `inference`):

    - `mean` (Student's t, within 0 and 1) and `interquartile_mean` (bootstrap) of the accuracies;
    - `median` of epochs to the target (order statistics), a miss being infinity;
    - `rate` of failed (Wilson);
    - `probability_of_improvement`, P(A > B): that a replica of `initializer` has a larger area
      under the curve, calibration charged, than one of the initializer `against` (Newcombe), a tie
      counting as half. A pair stands once in every facet, as P(B > A) = 1 - P(A > B).
    """
    replicas, count = rows_of_cells(table), table["replica"].nunique()
    rows = []
    for one in experiment.cells:
        for (metric, name), estimate in cell_statistics(replicas[one]).items():
            rows.append(_row(one.values(), metric, name, "", estimate, count))
    for facet in experiment.facets():
        inside = {one.initializer: one for one in experiment.cells if belongs(one, facet)}
        samples = {name: accuracies(replicas[one], COMPARED) for name, one in inside.items()}
        for (name, other), estimate in improvements(samples).items():
            axes = inside[name].values() | facet
            rows.append(_row(axes, COMPARED, "probability_of_improvement", other, estimate, count))
    summary = pd.DataFrame(rows)
    if "rate_at_edge" in table:
        at_edge = {one for one, of_cell in replicas.items() if of_cell["rate_at_edge"].any()}
        summary["rate_at_edge"] = [cell(row) in at_edge for row in summary.to_dict("records")]
    return summary


def cell_statistics(replicas: pd.DataFrame) -> dict[tuple[str, str], Estimate]:
    """(metric, statistic) -> estimate, from a cell's rows of the experiment's table."""
    found = {}
    for metric in with_charged(*ACCURACIES):
        sample = accuracies(replicas, metric)
        found[metric, "mean"] = within_unit(mean(sample))
        found[metric, "interquartile_mean"] = interquartile_mean(sample)
    for metric in with_charged(EPOCHS):
        found[metric, "median"] = median(replicas[metric].to_numpy(float))
    found["failed", "rate"] = failure_rate(replicas["failed"].to_numpy())
    return found


def within_unit(estimate: Estimate) -> Estimate:
    """An estimate of a fraction, whose interval goes no further than fractions do."""
    return Estimate(estimate.value, max(estimate.low, 0.0), min(estimate.high, 1.0))


def improvements(samples: dict[str, np.ndarray]) -> dict[tuple[str, str], Estimate]:
    """(A, B) -> P(A > B) for every pair of initializers, from one number a replica of each."""
    return {
        (one, other): probability_of_improvement(samples[one], samples[other])
        for one, other in itertools.combinations(samples, 2)
    }


def accuracies(replicas: pd.DataFrame, metric: str) -> np.ndarray:
    """A column, one number a replica; nan counts as 0, as in claims."""
    return replicas[metric].fillna(0.0).to_numpy()


def median(sample: np.ndarray) -> Estimate:
    """The lower median of a sample, shape (n,), with its exact interval; infinity is a number.

    The interval's ends are order statistics (Conover, Practical Nonparametric Statistics, 1999,
    section 3.2); an end is nan where n is too small for one.
    """
    test = stats.quantile_test(sample, p=0.5)
    low, high = test.confidence_interval(CONFIDENCE)
    return Estimate(float(np.quantile(sample, 0.5, method="lower")), float(low), float(high))


def _row(axes: Facet, metric: str, name: str, against: str, estimate: Estimate, count: int) -> dict:
    what = {"metric": metric, "statistic": name, "against": against}
    return axes | what | estimate._asdict() | {"n": count}
