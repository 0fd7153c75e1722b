"""Curves with the cost of initialization charged: calibration counts as training.

A pass backward has twice the arithmetic of a pass forward, so a sample of training counts as three
forward; calibration is charged at what it passed forward and backward. A method that calibrates for
half an epoch is then, after two epochs, where its training is after one and a half.
"""

import numpy as np

from initstudy.records.run import Run

BACKWARD = 2
"""The arithmetic of a pass backward, in passes forward."""


def calibration_passes(run: Run) -> np.ndarray:
    """What calibration cost, in passes of training over the training data, shape (replicas,)."""
    attributes = run.attributes
    per_pass = run.history["step"][1] * attributes["cell"]["batch_size"]
    forward, backward = (
        attributes[f"calibration_{samples}"] for samples in ("samples", "backward_samples")
    )
    return (forward + BACKWARD * backward) / ((1 + BACKWARD) * per_pass)


def delayed(values: np.ndarray, delays: np.ndarray) -> np.ndarray:
    """Curves as they are where each begins later by its delay, both float64.

    values: rows x replicas, the first row holding until a curve begins; delays: in rows, shape
    (replicas,). Between rows it is a straight line: training goes faster at its beginning than such
    a line, so what is charged is rather too much than too little. No delay changes nothing.
    """
    last = len(values) - 1
    places = np.clip(np.arange(last + 1)[:, None] - delays, 0, last)
    before = np.floor(places).astype(int)
    share = places - before
    first = np.take_along_axis(values, before, axis=0)
    second = np.take_along_axis(values, np.minimum(before + 1, last), axis=0)
    # A row that is hit takes nothing from the next one, which may be nan.
    return np.where(share > 0, (1 - share) * first + share * second, first)
