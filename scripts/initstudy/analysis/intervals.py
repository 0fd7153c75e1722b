"""The interval that figures and captions give of a mean."""

import math

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes over half a second to import


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the last axis and half the length of its 95 % t-interval (0 for one replica)."""
    count = values.shape[-1]
    if count == 1:
        return values[..., 0], np.zeros(values.shape[:-1])
    standard_error = values.std(axis=-1, ddof=1) / math.sqrt(count)
    return values.mean(axis=-1), standard_error * stdtrit(count - 1, 0.975)
