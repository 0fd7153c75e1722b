"""What figures are tested with: an experiment for every kind of them, and judged claims."""

import itertools
import json

import numpy as np
import pandas as pd

from helpers.synthetic_runs import catalogue, experiment, strengths
from initstudy.reporting.claims import VERDICTS
from initstudy.study.cells import ShownExperiment

OPTIMIZERS = {"optimizer": ["adam", "sgd"]}
VARIED = {
    "curves": OPTIMIZERS,
    "discrepancy": {"depth": [3, 12]},
    "moments": {"depth": [6]},
    "sweep": {"learning_rate": [0.0001, 0.0003, 0.01, 0.1]},
    "best_rate": OPTIMIZERS | {"learning_rate": [0.001, 0.01]},
    "strength": OPTIMIZERS,
    "hypothesis": OPTIMIZERS,
    "variance": OPTIMIZERS | {"seed": [0, 1]},
}
"""Kind of figure -> what an experiment has to vary for it to be worth a look."""


def shown_by(kind: str, count: int) -> ShownExperiment:
    """An experiment of `count` initializers that a kind of figure shows."""
    initializers = strengths(count) if kind == "strength" else catalogue(count)
    return experiment(initializers, **VARIED.get(kind, {}))


def judged(count: int) -> pd.DataFrame:
    """Verdicts of every kind of test, with effects within and beyond the scale."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "claim": [f"claim_{number}" for number in range(count)],
            "statement": "What the article says of this, in words enough for two or three lines.",
            "test": list(itertools.islice(itertools.cycle(["greater", "equivalent"]), count)),
            "experiment": "synthetic",
            "metric": "charged_area_under_curve",
            "condition": "dataset=photos; network=lenet5; over optimizer=adam, sgd; epochs=3",
            "effect": random.normal(0, 0.03, count),
            "margin": 0.01,
            "n": 10,
            "verdict": list(itertools.islice(itertools.cycle(VERDICTS), count)),
        }
    )
    part = {"part": "optimizer=adam", "effect": 0.01, "ci_low": None, "ci_high": None}
    table["parts"] = [json.dumps([part] * (number % 3)) for number in range(count)]
    table.loc[0, ["test", "effect", "margin"]] = ["correlation", 0.42, 0.3]
    spread = random.uniform(0.001, 0.1, count)
    open_ended = table["verdict"] == "inconclusive"
    return table.assign(
        ci_low=table["effect"] - spread,
        ci_high=table["effect"] + spread,
        simultaneous_low=table["effect"] - 1.5 * spread,
        simultaneous_high=table["effect"] + 1.5 * spread,
        replicas_needed=np.where(open_ended, 137.0, np.nan),
        common_effect=table["effect"] / 2,
        common_verdict=np.where(open_ended, "refuted", ""),
        at_edge=np.where(open_ended, "zero, normal", ""),
        look="2 of 5",
    )
