"""Which initializers keep up with the best one, in every condition of a study.

In a condition (a data set, an optimizer, a depth) an initializer's gap is its mean minus the
largest mean of the others: above 0 for the best alone. Its interval is a comparison with the best
(Hsu, Annals of Statistics 9, 1981), from the differences of all pairs of initializers, each paired
by replica with Student's t, which all hold together (Bonferroni). The gap to the best is the
smallest of the differences to the others, so the smallest of their ends bound it, whoever is best.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from initstudy.analysis.intervals import CONFIDENCE, Estimate, gaps_to_best
from initstudy.analysis.results import belongs
from initstudy.analysis.standings import KEEPS_UP, OPEN, WORSE
from initstudy.analysis.summaries import accuracies
from initstudy.analysis.tables import rows_of_cells
from initstudy.study.answer import Answer
from initstudy.study.axes import AXES, COMMON, TUNED
from initstudy.study.cells import Experiment, Facet
from initstudy.study.deciding import Look, share_of


def ranking(
    answer: Answer,
    experiments: Sequence[Experiment],
    tables: Mapping[str, pd.DataFrame],
    rates: Mapping[str, pd.DataFrame],
    look: Look | None = None,
) -> pd.DataFrame:
    """A row for every initializer in every condition in which there are others to compare with.

    tables: of the experiments, by their names, a row a replica; rates: of those that are tuned, the
    tables of the best learning rates; look: if there are several. The columns, those of answer.csv:

    - `experiment`, `condition`: where, such as "dataset=digits; optimizer=sgd";
    - `declared`: whether the condition decides the answer: those of the declared experiments do, at
      tuned learning rates where these are tuned. Intervals of all declared conditions at all looks
      hold together with 95 %; each other condition's do so by themselves, as nothing is concluded
      from them;
    - `initializer`, `n` (replicas), `mean` of the metric;
    - `gap`, `gap_low`, `gap_high`, and `standing`: worse, keeps up or open;
    - `final_accuracy`, `failed` (share of replicas that diverged), `calibration_passes`: means;
    - `epochs_to_target`: the median, inf if most replicas never got there in the `epochs` that they
      were trained for;
    - `good_decades`: how wide the range of learning rates is that do about as well as the best one
      (see `rates.rates_table`), in powers of ten; nan where rates are not tuned.
    """
    conditions = [
        (experiment, facet)
        for experiment in experiments
        if len(experiment.axes["initializer"]) > 1
        for facet in experiment.facets()
    ]
    decisive = sum(_decides(answer, *condition) for condition in conditions)
    error = (1 - CONFIDENCE) * share_of(look)
    cells = {name: rows_of_cells(table) for name, table in tables.items()}
    rows = []
    for experiment, facet in conditions:
        inside = {
            one.initializer: cells[experiment.name][one].sort_values("replica")
            for one in experiment.cells
            if belongs(one, facet)
        }
        declared = _decides(answer, experiment, facet)
        scores = np.stack([_exact(of, answer.metric) for of in inside.values()])
        gaps = gaps_to_best(scores, error / (decisive if declared else 1))
        for (name, of), score, gap in zip(inside.items(), scores, gaps, strict=True):
            rows.append(
                {
                    "experiment": experiment.name,
                    "condition": "; ".join(f"{axis}={value}" for axis, value in facet.items()),
                    "declared": declared,
                    "initializer": name,
                    "n": len(score),
                    "mean": score.mean(),
                    "gap": gap.value,
                    "gap_low": gap.low,
                    "gap_high": gap.high,
                    "standing": standing(gap, answer.margin),
                    "final_accuracy": _exact(of, "final_accuracy").mean(),
                    "failed": of["failed"].mean(),
                    "calibration_passes": of["calibration_passes"].mean(),
                    "epochs_to_target": of["epochs_to_target"].median(),
                    "epochs": of["epochs"].iloc[0],
                    "good_decades": _good_decades(rates.get(experiment.name), name, facet),
                }
            )
    return pd.DataFrame(rows)


def _good_decades(rates: pd.DataFrame | None, initializer: str, facet: Facet) -> float:
    """That of an initializer in a condition, if its rates are tuned there."""
    if rates is None or facet.get("learning_rate") != TUNED:
        return float("nan")
    where = rates["initializer"] == initializer
    for axis, value in facet.items():
        if axis != "learning_rate":
            where &= rates[axis].isin([value, AXES[axis].unused])
    return float(rates.loc[where, "good_decades"].mean())


def _exact(replicas: pd.DataFrame, metric: str) -> np.ndarray:
    """Accuracies in double precision, without what rounding adds to single precision."""
    return accuracies(replicas, metric).astype(np.float64).round(6)


def _decides(answer: Answer, experiment: Experiment, facet: Facet) -> bool:
    return experiment.name in answer.experiments and facet.get("learning_rate") != COMMON


def standing(gap: Estimate, margin: float) -> str:
    """What an interval shows of an initializer; of no interval, nothing."""
    if gap.high < -margin:
        return WORSE
    return KEEPS_UP if gap.low > -margin else OPEN
