"""Experiments and their runs, made from a fixed generator: what figures are tested with."""

import itertools
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml

from initstudy.analysis.results import Results, read_results
from initstudy.analysis.tables import experiment_table
from initstudy.records.gathered import write_gathered
from initstudy.records.run import Run, write_run
from initstudy.study.axes import AXES
from initstudy.study.cells import Cell, Initializer, ShownExperiment

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
REPLICAS = 5
CHANCE = 0.1
TARGET = 0.5
"""The accuracy that epochs_to_target waits for, of every data set."""
STEPS_PER_EPOCH = 40
STATISTICS = (
    *("sample_mean", "sample_variance", "population_mean", "population_variance"),
    *("discrepancy", "dead_fraction", "effective_rank", "cosine"),
    *("gradient_norm", "weight_norm", "weight_delta", "weight_update"),
)

Outcome = Callable[[Cell], np.ndarray]
"""From a cell to the final accuracies of its replicas."""


def catalogue(count: int) -> dict[str, Initializer]:
    """The first `count` initializers of config.yaml."""
    first = itertools.islice(CONFIG["initializers"].items(), count)
    return {
        name: Initializer(entry["label"], position, entry.get("options", {}), family=name)
        for position, (name, entry) in enumerate(first)
    }


def strengths(count: int) -> dict[str, Initializer]:
    """`count` initializers: a base, and matches at strengths spread over (0, 1], one by itself."""
    made = {"orthogonal": Initializer("Orthogonal", 0)}
    for number in range(count - 1):
        match = ("channel", "joint", "scalar")[number % 3]
        strength = "auto" if number == 1 else 1 - number // 3 / 8
        made[f"{match}_{number}"] = Initializer(
            f"Consistency {match}, {strength}", len(made), {"match": match, "strength": strength}
        )
    return made


def experiment(
    initializers: dict[str, Initializer], name: str = "synthetic", **axes: list
) -> ShownExperiment:
    """An experiment that varies `axes`."""
    defaults = {axis: [CONFIG["defaults"][axis]] for axis in sorted(AXES)}
    return ShownExperiment(
        name=name,
        axes=defaults | {"initializer": list(initializers), "epochs": [5]} | axes,
        calibrated=[key for key, entry in initializers.items() if _looks_at_data(key, entry)],
        unused={},
        study="A synthetic study",
        replicas=REPLICAS,
        learning_rates=CONFIG["defaults"]["learning_rate"],
        initializers=initializers,
    )


def _looks_at_data(name: str, initializer: Initializer) -> bool:
    declared = CONFIG["initializers"].get(name, {})
    return "match" in initializer.options or declared.get("calibrated", False)


def drawn_accuracy(cell: Cell) -> np.ndarray:
    """Accuracies that depend on the cell alone."""
    random = cell_random(cell)
    return np.clip(random.uniform(0.15, 0.8) + 0.03 * random.normal(size=REPLICAS), 0, 1)


def cell_random(cell: Cell) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(cell.folder.encode()))


def write_runs(
    described: ShownExperiment,
    folder: Path,
    test: Outcome = drawn_accuracy,
    validation: Outcome | None = None,
) -> None:
    """Write an experiment's runs, each and all in <name>.h5, and its table, <name>.csv.

    Validation accuracies are those on test, if not given.
    """
    runs = {
        cell.folder: synthetic_run(cell, test(cell), (validation or test)(cell))
        for cell in described.cells
    }
    paths = [folder / name / "run.h5" for name in runs]
    for path, run in zip(paths, runs.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_run(path, run)
    write_gathered(folder / f"{described.name}.h5", paths)
    targets = dict.fromkeys(described.axes["dataset"], TARGET)
    table = experiment_table(described, runs, targets)
    table.to_csv(folder / f"{described.name}.csv", index=False)


def results_of(described: ShownExperiment, folder: Path, **outcomes: Outcome) -> Results:
    """The results of an experiment, as read from the files that `write_runs` writes."""
    write_runs(described, folder, **outcomes)
    gathered = folder / f"{described.name}.h5"
    return read_results(described, gathered, gathered.with_suffix(".csv"))


def synthetic_run(
    cell: Cell, test: np.ndarray, validation: np.ndarray, steps_per_epoch: int = STEPS_PER_EPOCH
) -> Run:
    """A run that ends with these accuracies.

    The last replica at a learning rate or depth of the largest kind has diverged.
    """
    random = cell_random(cell)
    epochs = cell.epochs
    learned = 1 - 0.3 ** np.arange(epochs + 1)[:, None]
    curves = {
        split: CHANCE + (final - CHANCE) * learned / learned[-1]
        for split, final in (("train", test), ("validation", validation), ("test", test))
    }
    losses = {f"{split}_loss": 2.3 * (1.1 - curve) for split, curve in curves.items()}
    if cell.learning_rate >= 0.1 or cell.depth >= 20:
        losses["test_loss"][-1, -1] = np.nan
    last = epochs * steps_per_epoch
    ends = np.arange(epochs + 1) * steps_per_epoch
    blocks = np.arange(1, 10 * epochs + 1)
    steps = np.union1d(ends, 2 ** np.arange(int(np.log2(last)) + 1))
    shape = (len(steps), REPLICAS)
    between = [f"C3_{number + 1}" for number in range(cell.depth - 3)]
    layers = ["C1", "C3", *between, "C5", "F6", "logits"]
    level = 10 ** -random.uniform(-1, 3, 9)[-1]
    return Run(
        attributes={
            "cell": cell.values() | {"first_replica": 0, "replicas": REPLICAS},
            "software": {"python": "3"},
            "device": "cpu",
            "layers": layers,
            "chance_accuracy": CHANCE,
            "calibration_samples": np.full(REPLICAS, cell.calibration_size),
            "calibration_backward_samples": np.zeros(REPLICAS),
            "calibration_steps": np.zeros(REPLICAS),
            "calibration_discrepancy": np.zeros((REPLICAS, len(layers))),
            "strength": random.uniform(0.3, 0.6, REPLICAS)
            if cell.calibrated
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
        recorded={"step": steps, "learning_rate": np.full(len(steps), cell.learning_rate)},
        statistics={
            layer: {name: level * random.lognormal(0, 0.2, shape) for name in STATISTICS}
            for layer in layers
        },
        initial={
            layer: {"weight": np.zeros((REPLICAS, 1, 1)), "bias": np.zeros((REPLICAS, 1))}
            for layer in layers
        },
    )
