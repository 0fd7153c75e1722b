"""How much of an outcome's variance comes from where."""

from typing import NamedTuple

import numpy as np
from scipy.stats import f as fisher

from initstudy.analysis.intervals import CONFIDENCE, Estimate


class Components(NamedTuple):
    """Variances that add up to that of one outcome."""

    replica: float
    seed: float
    remainder: float


class MeanSquares(NamedTuple):
    """Those of a two-way layout with one number a field."""

    row: float
    column: float
    remainder: float


def variance_components(values: np.ndarray) -> Components:
    """The parts of crossed replicas and seeds in the variance of `values`, seeds x replicas.

    The analysis of variance estimator of the two-way random-effects model without replication
    (Searle, Casella & McCulloch, Variance Components, 1992): mean squares are set equal to their
    expectations. The remainder is the interaction and whatever else a cell has to itself. Negative
    estimates become 0. All are nan where there are fewer than two seeds or replicas.
    """
    seeds, replicas = values.shape
    if min(seeds, replicas) < 2:
        return Components(np.nan, np.nan, np.nan)
    if np.ptp(values) == 0:
        # Summing equal numbers may round, and the shares of rounding errors mean nothing.
        return Components(0.0, 0.0, 0.0)
    square = mean_squares(values)
    return Components(
        max(0.0, (square.column - square.remainder) / seeds),
        max(0.0, (square.row - square.remainder) / replicas),
        square.remainder,
    )


def row_share(values: np.ndarray) -> Estimate:
    """The share of the rows in the variance of `values`, rows x columns, both random.

    The intraclass correlation ICC(A,1) with its interval by Satterthwaite's approximation (McGraw &
    Wong, Psychological Methods 1, 1996, tables 4 and 7), within [0, 1]. nan where there are fewer
    than two rows or columns, or nothing varies; the interval also where nothing is left to rows and
    columns together.
    """
    n, k = values.shape
    if min(n, k) < 2 or np.ptp(values) == 0:
        return Estimate(np.nan, np.nan, np.nan)
    row, column, rest = mean_squares(values)
    if rest == 0:
        share = row / (row + k * column / n)
        return Estimate(share, np.nan, np.nan)
    share = max(0.0, (row - rest) / (row + (k - 1) * rest + k * (column - rest) / n))
    parts = np.array([k * share * column, (n * (1 - share) + k * share * (n - 1)) * rest])
    freedoms = np.array([k - 1, (n - 1) * (k - 1)])
    freedom = parts.sum() ** 2 / np.sum(parts**2 / freedoms)
    others = k * column + (k * n - k - n) * rest
    below = fisher.ppf((1 + CONFIDENCE) / 2, n - 1, freedom)
    above = fisher.ppf((1 + CONFIDENCE) / 2, freedom, n - 1)
    low = n * (row - below * rest) / (below * others + n * row)
    high = n * (above * row - rest) / (others + n * above * row)
    ends = np.clip([low, high], 0, 1)
    return Estimate(share, float(ends[0]), float(ends[1]))


def mean_squares(values: np.ndarray) -> MeanSquares:
    """Of rows, columns, and what is left."""
    rows, columns = values.shape
    of_row = values.mean(axis=1) - values.mean()
    of_column = values.mean(axis=0) - values.mean()
    rest = values - values.mean() - of_row[:, None] - of_column
    return MeanSquares(
        float(columns * np.sum(of_row**2) / (rows - 1)),
        float(rows * np.sum(of_column**2) / (columns - 1)),
        float(np.sum(rest**2) / ((rows - 1) * (columns - 1))),
    )
