"""What figures and captions say of samples: a mean's interval, and how often one is ahead."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes over half a second to import

CONFIDENCE = 0.95
FEWEST_REPLICAS = 5
"""With fewer, figures show the replicas themselves: a t-interval of two is mostly a guess."""


class Estimate(NamedTuple):
    """A number with its interval."""

    value: float
    low: float
    high: float


def t_quantile(count: int, confidence: float) -> float:
    """By which the standard error of a mean of so many is multiplied for Student's t interval."""
    return float(stdtrit(count - 1, (1 + confidence) / 2))


def mean(sample: np.ndarray, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of a sample, shape (n,), with Student's t interval: mean -+ t s / sqrt(n).

    It does not depend on the order of the sample, bit for bit. Of paired differences it is the
    interval of the paired test. One number has none: its ends are nan.
    """
    sample = np.sort(sample)
    if np.ptp(sample) == 0:
        # Summing equal numbers may round. Of equal numbers, the interval is a point.
        bound = sample[0] if len(sample) > 1 else math.nan
        return Estimate(float(sample[0]), float(bound), float(bound))
    value = float(sample.mean())
    error = float(sample.std(ddof=1)) / math.sqrt(len(sample))
    # Both quantiles, as one is not to the bit the other's negative.
    low, high = (value + t_quantile(len(sample), side * confidence) * error for side in (-1, 1))
    return Estimate(value, low, high)


def interval(fractions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over the last axis and the ends of its 95 % t-interval, which stay within [0, 1].

    The ends are the mean where there is one replica.
    """
    count = fractions.shape[-1]
    mean = fractions.mean(axis=-1)
    if count == 1:
        return mean, mean, mean
    standard_error = fractions.std(axis=-1, ddof=1) / math.sqrt(count)
    half = standard_error * t_quantile(count, CONFIDENCE)
    return mean, np.maximum(mean - half, 0), np.minimum(mean + half, 1)


def improvement_share(first: np.ndarray, second: np.ndarray) -> float:
    """P(A > B) + P(A = B) / 2, A drawn from `first`, shape (n,), B from `second`, shape (m,)."""
    return float((np.sign(first[:, None] - second) / 2 + 0.5).mean())


def gaps_to_best(scores: np.ndarray, error: float) -> list[Estimate]:
    """Mean minus the largest mean of the others, with intervals that hold together.

    scores: initializers x replicas, at least two of the former; error: the probability that any
    interval misses. Ends are nan with fewer than two replicas.
    """
    count, replicas = scores.shape
    differences = scores[:, None] - scores[None]
    means = differences.mean(axis=2)
    half = np.full_like(means, np.nan)
    if replicas > 1:
        pairs = count * (count - 1) / 2
        quantile = t_quantile(replicas, 1 - error / pairs)
        half = quantile * differences.std(axis=2, ddof=1) / np.sqrt(replicas)
    found = []
    for row in range(count):
        others = np.arange(count) != row
        low, high = ((means + side * half)[row, others].min() for side in (-1, 1))
        found.append(Estimate(float(means[row, others].min()), float(low), float(high)))
    return found
