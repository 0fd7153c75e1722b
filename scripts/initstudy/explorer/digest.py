"""A run in few numbers: quartiles over its replicas, at no more than so many of its points."""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from initstudy.analysis.charging import calibration_passes
from initstudy.records.run import Run

QUARTILES = (0.5, 0.25, 0.75)
"""What is left of the replicas, in this order."""
HISTORY = {
    "test_accuracy": "test accuracy",
    "test_loss": "test loss (nats)",
    "validation_accuracy": "validation accuracy",
    "validation_loss": "validation loss (nats)",
    "train_accuracy": "training accuracy",
    "train_loss": "training loss (nats)",
}
"""Learning curves with a point an epoch, and their names for people."""
PROGRESS = {"progress_loss": "mini-batch loss (nats)"}
"""The learning curve with a point a block of mini-batches."""
QUANTITIES = {
    "sample_mean": ("sample mean", "grand mean of the pre-activations on the mini-batch"),
    "population_mean": ("population mean", "grand mean of the pre-activations on the probe set"),
    "sample_variance": (
        "sample variance",
        "variance of the pre-activations on the mini-batch, mean over channels",
    ),
    "population_variance": (
        "population variance",
        "variance of the pre-activations on the probe set, mean over channels",
    ),
    "discrepancy": (
        "discrepancy",
        "squared 2-Wasserstein distance per channel of the pre-activations to their target",
    ),
    "dead_fraction": (
        "dead units",
        "fraction of units whose pre-activation is above 0 on no image of the probe set",
    ),
    "effective_rank": (
        "effective rank",
        "exp of the entropy of the eigenvalues of the pre-activations' covariance",
    ),
    "cosine": (
        "cosine",
        "cosine between the pre-activations of two images of the probe set, on average",
    ),
    "gradient_norm": (
        "gradient norm",
        "Frobenius norm of the gradient of the loss on the mini-batch",
    ),
    "weight_norm": ("weight norm", "Frobenius norm of the weights"),
    "weight_delta": ("weight delta", "Frobenius norm of the weights' change since the start"),
    "weight_update": (
        "weight update",
        "Frobenius norm of the weights' change since the previous record",
    ),
}
"""What is recorded of every layer: its name for people, and what it is."""
SIGNED = ("sample_mean", "population_mean", "cosine")
"""Quantities on both sides of 0; the others are positive, over orders of magnitude."""


@dataclass(frozen=True)
class Thinning:
    """How much of a run is left."""

    points: int
    """Of a learning curve, at most."""
    steps: int
    """Of a layer's statistics, at most."""
    spread: bool
    """Whether these keep their quartiles beside the median."""


@dataclass(frozen=True)
class Digest:
    """What is left of a run: L layers, E epochs, P blocks, T steps, after thinning."""

    layers: list[str]
    calibration: float
    """What calibration cost, in passes of training over the data."""
    chance: float
    """The test accuracy of always answering the most frequent class."""
    epochs: np.ndarray
    """E: passes done, without calibration."""
    blocks: np.ndarray
    """P: the same of PROGRESS, at the end of each block."""
    steps: np.ndarray
    """T: updates done."""
    history: np.ndarray
    """len(HISTORY) x E x 3."""
    progress: np.ndarray
    """P x 3."""
    statistics: np.ndarray
    """len(QUANTITIES) x L x T x 3, or x 1 without spread."""

    def shape(self) -> dict:
        """What its numbers are of and recorded at."""
        return {
            "layers": self.layers,
            "epochs": [rounded(value) for value in self.epochs],
            "blocks": [rounded(value) for value in self.blocks],
            "steps": self.steps.tolist(),
            "spread": self.statistics.shape[-1] > 1,
        }

    def numbers(self) -> np.ndarray:
        """All of them in a row: history, progress, statistics."""
        return np.concatenate([self.history, self.progress, self.statistics], axis=None)


def digest(run: Run) -> Digest:
    """Quartiles over a run's replicas at all its points."""
    layers = run.attributes["layers"]
    statistics = [[run.statistics[layer][name] for layer in layers] for name in QUANTITIES]
    per_epoch = run.history["step"][1] / run.history["epoch"][1]
    return Digest(
        layers=layers,
        calibration=float(calibration_passes(run).mean()),
        chance=run.attributes["chance_accuracy"],
        epochs=run.history["epoch"],
        blocks=run.progress["step"] / per_epoch,
        steps=run.recorded["step"],
        history=quartiles(np.stack([run.history[name] for name in HISTORY])),
        progress=quartiles(run.progress["loss"]),
        statistics=quartiles(np.array(statistics)),
    )


def thinned(whole: Digest, thinning: Thinning) -> Digest:
    """What a thinning leaves; points are kept or left out, never averaged."""
    epochs = kept(len(whole.epochs), thinning.points)
    blocks = kept(len(whole.blocks), thinning.points)
    steps = kept(len(whole.steps), thinning.steps)
    numbers = len(QUARTILES) if thinning.spread else 1
    return replace(
        whole,
        epochs=whole.epochs[epochs],
        blocks=whole.blocks[blocks],
        steps=whole.steps[steps],
        history=whole.history[:, epochs],
        progress=whole.progress[blocks],
        statistics=whole.statistics[:, :, steps, :numbers],
    )


def quartiles(values: np.ndarray) -> np.ndarray:
    """QUARTILES over the last axis, the replicas, in its place.

    What is not finite, of a replica that diverged, is left out; nan where nothing else is there.
    """
    values = np.where(np.isfinite(values), values, np.nan)
    # The faster one, where there is a choice.
    quantile = np.nanquantile if np.isnan(values).any() else np.quantile
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        return np.moveaxis(quantile(values, QUARTILES, axis=-1), 0, -1)


def kept(count: int, most: int) -> np.ndarray:
    """The places of at most `most` >= 2 of `count` points, evenly, the first and the last too."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int)


def rounded(number: float) -> float:
    """To as many digits as a chart can show, for short text."""
    return float(f"{number:.4g}")
