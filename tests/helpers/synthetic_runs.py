"""Experiments and their runs, made from a fixed generator: what figures are tested with."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml

from initstudy.analysis.tables import facet_cells
from initstudy.records.run import Run, write_run
from initstudy.study.axes import AXES
from initstudy.study.cells import cell_folder

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
REPLICAS = 4
CHANCE = 0.1
STEPS_PER_EPOCH = 40
STATISTICS = (
    *("sample_mean", "sample_variance", "population_mean", "population_variance"),
    *("discrepancy", "gradient_norm", "weight_norm", "weight_delta", "weight_update"),
)

Outcome = Callable[[dict], np.ndarray]
"""From a cell to the final accuracies of its replicas."""


def catalogue(count: int) -> dict[str, dict]:
    """The first `count` initializers of config.yaml, as the workflow describes them."""
    return {
        name: {
            "label": entry["label"],
            "calibrated": entry.get("calibrated", False),
            "options": entry.get("options", {}),
            "position": position,
        }
        for position, (name, entry) in enumerate(CONFIG["initializers"].items())
        if position < count
    }


def strengths(count: int) -> dict[str, dict]:
    """`count` initializers: a base, and matches at strengths spread over (0, 1], one by itself."""
    made = {"orthogonal": {"label": "Orthogonal", "calibrated": False, "options": {}}}
    for number in range(count - 1):
        match = ("channel", "joint", "scalar")[number % 3]
        strength = "auto" if number == 1 else 1 - number // 3 / 8
        made[f"{match}_{number}"] = {
            "label": f"Consistency {match}, {strength}",
            "calibrated": True,
            "options": {"match": match, "strength": strength},
        }
    return {name: entry | {"position": place} for place, (name, entry) in enumerate(made.items())}


def experiment(initializers: dict[str, dict], **axes: list) -> dict:
    """What the workflow says of an experiment that varies `axes`."""
    return {
        "study": "A synthetic study",
        "name": "synthetic",
        "replicas": REPLICAS,
        "learning_rate": CONFIG["defaults"]["learning_rate"],
        "initializers": initializers,
        "axes": {axis: [CONFIG["defaults"][axis]] for axis in AXES}
        | {"initializer": list(initializers), "epochs": [5]}
        | axes,
    }


def drawn_accuracy(cell: dict) -> np.ndarray:
    """Accuracies that depend on the cell alone."""
    random = cell_random(cell)
    return np.clip(random.uniform(0.15, 0.8) + 0.03 * random.normal(size=REPLICAS), 0, 1)


def cell_random(cell: dict) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(cell_folder(cell).encode()))


def write_runs(
    described: dict, folder: Path, test: Outcome = drawn_accuracy, validation: Outcome | None = None
) -> None:
    """Write the runs of an experiment; validation accuracies are those on test, if not given."""
    for cell in facet_cells(described, {}):
        path = folder / cell_folder(cell) / "run.h5"
        path.parent.mkdir(parents=True)
        write_run(path, synthetic_run(cell, test(cell), (validation or test)(cell)))


def synthetic_run(
    cell: dict, test: np.ndarray, validation: np.ndarray, steps_per_epoch: int = STEPS_PER_EPOCH
) -> Run:
    """A run that ends with these accuracies.

    The last replica at a learning rate or depth of the largest kind has diverged.
    """
    random = cell_random(cell)
    epochs = cell["epochs"]
    learned = 1 - 0.3 ** np.arange(epochs + 1)[:, None]
    curves = {
        split: CHANCE + (final - CHANCE) * learned / learned[-1]
        for split, final in (("train", test), ("validation", validation), ("test", test))
    }
    losses = {f"{split}_loss": 2.3 * (1.1 - curve) for split, curve in curves.items()}
    if cell["learning_rate"] >= 0.1 or cell["depth"] >= 20:
        losses["test_loss"][-1, -1] = np.nan
    last = epochs * steps_per_epoch
    ends = np.arange(epochs + 1) * steps_per_epoch
    blocks = np.arange(1, 10 * epochs + 1)
    steps = np.union1d(ends, 2 ** np.arange(int(np.log2(last)) + 1))
    shape = (len(steps), REPLICAS)
    between = [f"C3_{number + 1}" for number in range(cell["depth"] - 3)]
    layers = ["C1", "C3", *between, "C5", "F6", "logits"]
    level = 10 ** -random.uniform(-1, 3, 9)[-1]
    calibrated = cell["calibration_size"] > 0
    return Run(
        attributes={
            "cell": cell,
            "software": {},
            "layers": layers,
            "chance_accuracy": CHANCE,
            "calibration_samples": np.full(REPLICAS, cell["calibration_size"]),
            "strength": random.uniform(0.3, 0.6, REPLICAS)
            if calibrated
            else np.full(REPLICAS, np.nan),
        },
        history={
            "step": ends,
            "epoch": np.arange(epochs + 1),
            **{f"{split}_accuracy": curve for split, curve in curves.items()},
            **losses,
        },
        progress={
            "step": blocks * steps_per_epoch // 10,
            "loss": random.uniform(0.5, 2.3, (len(blocks), REPLICAS)),
        },
        statistics_step=steps,
        statistics={
            layer: {name: level * random.lognormal(0, 0.2, shape) for name in STATISTICS}
            for layer in layers
        },
        initial={
            layer: {"weight": np.zeros((REPLICAS, 1, 1)), "bias": np.zeros((REPLICAS, 1))}
            for layer in layers
        },
    )
