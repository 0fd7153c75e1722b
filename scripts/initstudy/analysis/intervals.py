"""What figures and captions say of samples: a mean's interval, and how often one is ahead."""

import math

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes over half a second to import

FEWEST_REPLICAS = 5
"""With fewer, figures show the replicas themselves: a t-interval of two is mostly a guess."""


def interval(fractions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over the last axis and the ends of its 95 % t-interval, which stay within [0, 1].

    The ends are the mean where there is one replica.
    """
    count = fractions.shape[-1]
    mean = fractions.mean(axis=-1)
    if count == 1:
        return mean, mean, mean
    standard_error = fractions.std(axis=-1, ddof=1) / math.sqrt(count)
    half = standard_error * stdtrit(count - 1, 0.975)
    return mean, np.maximum(mean - half, 0), np.minimum(mean + half, 1)


def improvement_share(first: np.ndarray, second: np.ndarray) -> float:
    """P(A > B) + P(A = B) / 2, A drawn from `first`, shape (n,), B from `second`, shape (m,)."""
    return float((np.sign(first[:, None] - second) / 2 + 0.5).mean())
