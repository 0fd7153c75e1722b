"""How much of an outcome's variance comes from where."""

from typing import NamedTuple

import numpy as np


class Components(NamedTuple):
    """Variances that add up to that of one outcome."""

    replica: float
    seed: float
    remainder: float


def variance_components(values: np.ndarray) -> Components:
    """The shares of crossed replicas and seeds in the variance of `values`, seeds x replicas.

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
    of_replica = values.mean(axis=0) - values.mean()
    of_seed = values.mean(axis=1) - values.mean()
    rest = values - values.mean() - of_replica - of_seed[:, None]
    square_remainder = np.sum(rest**2) / ((seeds - 1) * (replicas - 1))
    square_replica = seeds * np.sum(of_replica**2) / (replicas - 1)
    square_seed = replicas * np.sum(of_seed**2) / (seeds - 1)
    return Components(
        float(max(0.0, (square_replica - square_remainder) / seeds)),
        float(max(0.0, (square_seed - square_remainder) / replicas)),
        float(square_remainder),
    )
