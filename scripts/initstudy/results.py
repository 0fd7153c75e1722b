"""An experiment's runs, and the table made of them."""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from initstudy.axes import AXES
from initstudy.runs import Run, read_run
from initstudy.study import cell_folder, expand

Cells = list[tuple[dict, Run]]


def facet_cells(experiment: dict, facet: dict) -> list[dict]:
    """The cells of one facet of an experiment, or with an empty facet of all, in its order.

    experiment: what the workflow says of it (study, name, replicas, axes, initializers).
    """
    axes = experiment["axes"] | {axis: [value] for axis, value in facet.items()}
    calibrated = [name for name, entry in experiment["initializers"].items() if entry["calibrated"]]
    return expand(axes, calibrated)


def read_cells(experiment: dict, facet: dict, results: str | Path) -> Cells:
    """`facet_cells` with their runs. Raises InputError for a run that cannot be read."""
    return [
        (cell, read_run(Path(results) / cell_folder(cell) / "run.h5"))
        for cell in facet_cells(experiment, facet)
    ]


def within(cells: Cells, experiment: dict, facet: dict) -> Cells:
    """Those of an experiment's cells that belong to a facet of it."""
    wanted = {cell_folder(cell) for cell in facet_cells(experiment, facet)}
    return [(cell, run) for cell, run in cells if cell_folder(cell) in wanted]


def experiment_table(experiment: dict, results: str | Path, targets: dict) -> pd.DataFrame:
    """One row a replica of every cell; the columns are those of `replica_rows`.

    targets: the test accuracy that each data set's `epochs_to_target` waits for.
    """
    return pd.concat(
        [
            replica_rows(cell, run, targets[cell["dataset"]])
            for cell, run in read_cells(experiment, {}, results)
        ],
        ignore_index=True,
    )


def replica_rows(cell: dict, run: Run, target: float) -> pd.DataFrame:
    """The axes and what came out, one row a replica.

    Accuracies are fractions of the test split, losses nats; epochs_to_target is the first epoch
    whose test accuracy reaches `target` (inf: none). A replica failed if a loss was not finite.
    What is called initial holds before the first update; discrepancy and population moments are
    averaged over hidden layers.
    """
    accuracy = run.history["test_accuracy"]
    reached = accuracy >= target
    losses = np.concatenate([run.progress["loss"], run.history["test_loss"]])
    hidden = run.attributes["layers"][:-1]

    def at_start(quantity: str) -> np.ndarray:
        return np.mean([run.statistics[layer][quantity][0] for layer in hidden], axis=0)

    return pd.DataFrame(
        {
            **{axis: cell[axis] for axis in AXES},
            "replica": np.arange(accuracy.shape[1]),
            "final_accuracy": accuracy[-1],
            "first_epoch_accuracy": accuracy[1],
            "area_under_curve": accuracy[1:].mean(axis=0, dtype=np.float64),
            "mean_train_loss": run.progress["loss"].mean(axis=0, dtype=np.float64),
            "epochs_to_target": np.where(reached.any(axis=0), reached.argmax(axis=0), np.inf),
            "failed": ~np.isfinite(losses).all(axis=0),
            "initial_loss": run.history["test_loss"][0],
            "initial_discrepancy": at_start("discrepancy"),
            "calibration_samples": run.attributes["calibration_samples"],
            "validation_accuracy": run.history["validation_accuracy"][-1],
            "initial_population_mean": at_start("population_mean"),
            "initial_population_variance": at_start("population_variance"),
        }
    )


def replica_values(cell: dict, run: Run, metric: str, lacking: float = 0.0) -> np.ndarray:
    """A column of the experiment's table, one number a replica; `lacking` stands for nan.

    An accuracy that is nan counts as 0, as in claims.
    """
    return replica_rows(cell, run, math.inf)[metric].fillna(lacking).to_numpy(np.float64)


def calibration_passes(run: Run, batch_size: int) -> float:
    """What calibration cost, in passes over the training data."""
    steps_per_epoch = run.history["step"][1]
    return run.attributes["calibration_samples"].mean() / (steps_per_epoch * batch_size)
