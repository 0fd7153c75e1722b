"""By what factor the learning rate changes in the course of training: warm-up, then a decay.

A decay is a function `decay(progress, **options)` from 0, at the end of the warm-up, to 1, at the
end of training, to a factor of the cell's learning rate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from initstudy.core.errors import InputError

CONSTANT = "decay.constant"
"""The decay that does not depend on how long training will last."""


@dataclass(frozen=True)
class LearningRate:
    """The rate of every update, as PyTorch's LinearLR and then another scheduler would have it.

    Raises InputError for a warm-up as long as the training, or a decay that returns no factor.
    """

    base: float
    """What the factors are of."""
    warmup_steps: int
    """Updates before the first one at the base rate; the rate rises by equal steps."""
    steps: int
    """Updates in all."""
    decay: Callable[..., float]
    options: dict
    """Of the decay."""

    def __post_init__(self):
        if self.warmup_steps >= self.steps:
            raise InputError(
                f"schedule: a warm-up of {self.warmup_steps} updates must be shorter than the"
                f" training, which has {self.steps}"
            )
        for progress in (0.0, 0.5, 1.0):
            factor = self.decay(progress, **self.options)
            if not _is_factor(factor):
                raise InputError(
                    f"schedule: at progress {progress:g} its function returned {factor!r}; it must"
                    " return a number from 0 on"
                )

    def __call__(self, step: int) -> float:
        """Of the update that comes after `step` others.

        Example: a warm-up of 3 updates has the factors 1/4, 2/4, 3/4, and then the decay's.
        """
        if step < self.warmup_steps:
            return self.base * (step + 1) / (self.warmup_steps + 1)
        progress = (step - self.warmup_steps) / (self.steps - self.warmup_steps)
        return self.base * self.decay(progress, **self.options)


def _is_factor(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value >= 0
