"""The table of an experiment, a row a replica: made of its runs, and read back."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from initstudy.analysis.charging import calibration_passes, delayed
from initstudy.records.run import Run
from initstudy.study.axes import AXES
from initstudy.study.cells import Cell, Experiment, cell
from initstudy.study.tuning import Choice

SINGLE = (
    *("final_accuracy", "first_epoch_accuracy", "validation_accuracy", "initial_loss"),
    *("charged_final_accuracy", "charged_first_epoch_accuracy"),
)
"""Columns in the single precision that networks compute in; a file has their shortest text."""


def experiment_table(
    experiment: Experiment,
    runs: dict[str, Run],
    targets: dict[str, float],
    found: Mapping[Cell, Choice] = MappingProxyType({}),
) -> pd.DataFrame:
    """One row a replica of every cell; the columns are those of `replica_rows`.

    runs: by the cells' folders; targets: the test accuracy that each data set's `epochs_to_target`
    waits for; found: by the search for the best learning rates, where there was one. Where there
    was, the table also has its cost, `search_passes`, and `rate_at_edge`.
    """
    rows = [replica_rows(one, runs[one.folder], targets[one.dataset]) for one in experiment.cells]
    if experiment.tuned:
        rows = [
            part.assign(**search_columns(one, found))
            for one, part in zip(experiment.cells, rows, strict=True)
        ]
    return pd.concat(rows, ignore_index=True)


def search_columns(one: Cell, found: Mapping[Cell, Choice]) -> dict[str, float | bool]:
    """What the search for a cell's rate cost, in passes over the training data, and its fault."""
    if one not in found:
        return {"search_passes": 0, "rate_at_edge": False}
    chosen = found[one]
    return {"search_passes": chosen.passes(one.epochs), "rate_at_edge": chosen.at_edge}


def replica_rows(one: Cell, run: Run, target: float) -> pd.DataFrame:
    """The axes and what came out, one row a replica.

    `rate` says how the learning rate was chosen, tuned or common, and nothing where it is given.
    Accuracies are fractions of the test split, losses nats; epochs_to_target is the first epoch
    whose test accuracy reaches `target` (inf: none). A replica failed if a loss was not finite.
    What is called initial holds before the first update; discrepancy and population moments are
    averaged over hidden layers. What is called charged counts calibration as training (see
    `charging`), within the same number of passes over the data.
    """
    losses = np.concatenate([run.progress["loss"], run.history["test_loss"]])
    hidden = run.attributes["layers"][:-1]
    passes = calibration_passes(run)

    def at_start(quantity: str) -> np.ndarray:
        return np.mean([run.statistics[layer][quantity][0] for layer in hidden], axis=0)

    return pd.DataFrame(
        {
            **one.values(),
            "learning_rate": run.attributes["cell"]["learning_rate"],
            "replica": run.attributes["cell"]["first_replica"] + np.arange(len(passes)),
            **curve_metrics(run, target, 0 * passes),
            "failed": ~np.isfinite(losses).all(axis=0),
            "initial_loss": run.history["test_loss"][0],
            "initial_discrepancy": at_start("discrepancy"),
            "calibration_samples": run.attributes["calibration_samples"],
            "calibration_passes": passes,
            **{f"charged_{name}": of for name, of in curve_metrics(run, target, passes).items()},
            "chance_accuracy": run.attributes["chance_accuracy"],
            "validation_accuracy": run.history["validation_accuracy"][-1],
            "initial_population_mean": at_start("population_mean"),
            "initial_population_variance": at_start("population_variance"),
            "rate": one.rate,
        }
    )


def curve_metrics(run: Run, target: float, passes: np.ndarray) -> dict[str, np.ndarray]:
    """What is read off a run's curves, each (replicas,), where so many passes go before them."""
    accuracy = delayed(run.history["test_accuracy"].astype(np.float64), passes)
    blocks_per_epoch = len(run.progress["loss"]) / (len(accuracy) - 1)
    loss = delayed(run.progress["loss"].astype(np.float64), passes * blocks_per_epoch)
    reached = run.history["test_accuracy"] >= target
    epochs = np.where(reached.any(axis=0), reached.argmax(axis=0), np.inf) + passes
    return {
        "final_accuracy": accuracy[-1].astype(np.float32),
        "first_epoch_accuracy": accuracy[1].astype(np.float32),
        "area_under_curve": accuracy[1:].mean(axis=0),
        "mean_train_loss": loss.mean(axis=0),
        # What comes after as many passes as there are epochs is a miss.
        "epochs_to_target": np.where(epochs <= len(accuracy) - 1, epochs, np.inf),
    }


def read_table(path: str | Path) -> pd.DataFrame:
    """A table of this study; its numbers are those that were written, bit for bit.

    An axis that holds text keeps it, whatever it looks like: an initializer may be called nan. A
    learning rate that was chosen is called by the word that says how, in place of its number.
    """
    others = [column for column in pd.read_csv(path, nrows=0) if column not in (*AXES, "rate")]
    table = pd.read_csv(
        path,
        converters={name: axis.read for name, axis in AXES.items()} | {"rate": str},
        keep_default_na=False,
        na_values=dict.fromkeys(others, ""),
    )
    if "rate" in table and table["rate"].any():
        chosen = table["rate"] != ""
        table["learning_rate"] = table["learning_rate"].astype(object).mask(chosen, table["rate"])
    return table


def rows_of_cells(table: pd.DataFrame) -> dict[Cell, pd.DataFrame]:
    """The rows of every cell, in the table's order, with the numbers that its run holds."""
    groups = table.astype(dict.fromkeys(SINGLE, np.float32)).groupby(list(AXES), sort=False)
    return {cell(dict(zip(AXES, values, strict=True))): rows for values, rows in groups}
