"""The interval that figures and captions give of a mean."""

import numpy as np
from scipy import stats


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the last axis and half the length of its 95 % t-interval (0 for one replica)."""
    count = values.shape[-1]
    if count == 1:
        return values[..., 0], np.zeros(values.shape[:-1])
    return values.mean(axis=-1), stats.sem(values, axis=-1) * stats.t.ppf(0.975, count - 1)
