"""Claims, and tables in which it is known whether they hold."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from initstudy.analysis.claims import judge
from initstudy.study.cells import Initializer
from initstudy.study.checks.claims import check_claims
from initstudy.study.claims import Claim

CELL = {
    "dataset": "cifar10",
    "network": "lenet5",
    "depth": 3,
    "norm": "none",
    "activation": "relu",
    "initializer": "normal",
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "momentum": 0.9,
    "weight_decay": 0.0,
    "schedule": "constant",
    "augmentation": "none",
    "batch_size": 32,
    "train_size": "all",
    "calibration_size": 0,
    "calibration_source": "none",
    "epochs": 10,
    "seed": 0,
}
CALIBRATED = {"calibration_size": 512, "calibration_source": "train"}

ADVANTAGE = Claim(
    statement="Consistency is better than normal.",
    experiment="main",
    test="greater",
    compare={"initializer": "consistency"},
    against={"initializer": "normal"},
    metric="area_under_curve",
    margin=0.01,
)
EQUIVALENCE = replace(ADVANTAGE, test="equivalent")
CORRELATION = Claim(
    statement="The closer, the better.",
    experiment="main",
    test="correlation",
    metric="area_under_curve",
    margin=0.3,
)


def rows(scores: np.ndarray, discrepancy: float = 1.0, **axes) -> pd.DataFrame:
    """The rows of a cell whose replicas reach `scores`."""
    epochs = np.where(scores > 0.6, 3.0, math.inf)
    return pd.DataFrame(
        {
            **(CELL | axes),
            "replica": np.arange(len(scores)),
            "final_accuracy": scores,
            "first_epoch_accuracy": scores,
            "area_under_curve": scores,
            "epochs_to_target": epochs,
            "initial_discrepancy": discrepancy,
            "chance_accuracy": 0.1,
        }
    )


def pair(differences: np.ndarray, **axes) -> pd.DataFrame:
    """Normal and consistency, which is better by `differences`, on a common course of replicas."""
    course = 0.5 + 0.1 * np.sin(np.arange(len(differences)))
    consistent = axes | CALIBRATED | {"initializer": "consistency"}
    return pd.concat([rows(course, **axes), rows(course + differences, **consistent)])


def standardized(mean: float, deviation: float, count: int = 10) -> np.ndarray:
    """Numbers with exactly this mean and standard deviation."""
    sample = np.random.default_rng(count).normal(size=count)
    return mean + deviation * (sample - sample.mean()) / sample.std(ddof=1)


def initializers(noise: float, sign: float, count: int = 8, **axes) -> pd.DataFrame:
    """`count` initializers whose scores go down (sign 1) or up (-1) with their discrepancy."""
    random = np.random.default_rng(8)
    tables = []
    for index in range(count):
        score = 0.6 - sign * 0.02 * index + noise * random.normal(size=6)
        calibrated = CALIBRATED if index % 2 else {}
        own = {"initializer": f"i{index}", "discrepancy": 0.1 * index}
        tables.append(rows(score, **(axes | calibrated | own)))
    return pd.concat(tables)


def unrelated(table: pd.DataFrame) -> dict[str, Initializer]:
    """The initializers of a table, each a family of its own."""
    names = table["initializer"].unique()
    return {name: Initializer(name, 0, family=name) for name in names}


def verdict(
    claim: Claim, table: pd.DataFrame, named: dict[str, Initializer] | None = None
) -> pd.Series:
    """The one row of claims.csv in a study of one claim."""
    check_claims({"it": claim.as_dict()})
    return judge({"it": claim}, {"main": table}, named or unrelated(table)).iloc[0]
