"""Decays of the learning rate: functions of the progress, from 0 to 1, to a factor."""

import math
from collections.abc import Sequence


def constant(progress: float) -> float:
    """No decay."""
    return 1.0


def cosine(progress: float) -> float:
    """Half a cosine, from 1 to 0 (Loshchilov & Hutter 2017, without restarts)."""
    return (1 + math.cos(math.pi * progress)) / 2


def step(progress: float, at: Sequence[float] = (0.5, 0.75), factor: float = 0.1) -> float:
    """The rate is multiplied by `factor` at each of these points.

    By default those of He et al. (2016) on CIFAR-10, after a half and three quarters of training.
    """
    return factor ** sum(progress >= point for point in at)
