"""From the tables of a study's experiments to a verdict on every claim that it declares.

`greater` (is the metric higher with `compare` than with `with`?) and `equivalent` (is the
difference smaller than the margin?) look at paired differences. A row of `compare` is paired with
the row of `with` that has the same replica and agrees in every axis that neither of the two names.
Replica k starts from the same seed in every cell, so its differences are not independent of one
another: they are averaged, and the sample is one number a replica.

`correlation` asks whether networks do better the closer their initial pre-activations are to the
target, that is, the smaller their initial discrepancy. It takes no `compare` and `with`; the sample
are the initializers, ranked within every combination of the other axes.

What an initializer or a network does not use agrees with everything: without calibration every
calibration size and source, for a network of one depth every depth.

A network that diverged stays in, with the accuracies that it has, and nan counts as an accuracy of
0: leaving failures out would favour the methods that fail.
"""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from initstudy.analysis.inference import (
    CONFIDENCE,
    Estimate,
    mean,
    rank_association,
    replicas_needed,
)
from initstudy.analysis.tables import read_table
from initstudy.core.errors import InputError
from initstudy.study.axes import ARCHITECTURE, AXES, CALIBRATION
from initstudy.study.claims import Claim

IDENTITY = [*AXES, "replica"]
COLUMNS = [
    *("claim", "statement", "test", "effect", "ci_low", "ci_high", "simultaneous_low"),
    *("simultaneous_high", "margin", "n", "replicas_needed", "verdict"),
]


def read_tables(paths: Iterable[str | Path]) -> dict[str, pd.DataFrame]:
    """Tables of experiments, by their names, which are those of the files.

    Raises InputError for a file that is not there.
    """
    tables = {}
    for path in map(Path, paths):
        if not path.is_file():
            raise InputError(f"there is no table {path}; have it made, or name another")
        tables[path.stem] = read_table(path)
    return tables


def judge(claims: dict[str, Claim], tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for every claim, in the order in which they are declared.

    `tables` maps experiments to tables of one row a replica. The columns are those of claims.csv:

    - `effect`, `ci_low`, `ci_high`: the mean difference, or the mean rank correlation, with its
      95 % interval;
    - `simultaneous_low`, `simultaneous_high`: the interval that decides. All claims of the study
      together lie in theirs with 95 % (Bonferroni): of C claims each has 1 - 0.05 / C;
    - `margin`, the smallest effect that matters, and `n`: replicas, for a correlation initializers;
    - `replicas_needed`: only where `inconclusive`, see `inference.replicas_needed`;
    - `verdict`: see `verdict_of`.

    Does not depend on the order of a table's rows, bit for bit. Raises InputError, one sentence
    that names claim and key, if rows cannot be found or paired.
    """
    tables = {name: _canonical(name, table) for name, table in tables.items()}
    confidence = 1 - (1 - CONFIDENCE) / max(len(claims), 1)
    rows = []
    for name, claim in claims.items():
        table = _table_of(name, claim, tables)
        alone, together, size, needed = _weigh(name, claim, table, confidence)
        verdict = verdict_of(claim.test, together, claim.margin)
        rows.append(
            {
                "claim": name,
                "statement": claim.statement,
                "test": claim.test,
                "effect": alone.value,
                "ci_low": alone.low,
                "ci_high": alone.high,
                "simultaneous_low": together.low,
                "simultaneous_high": together.high,
                "margin": claim.margin,
                "n": size,
                "replicas_needed": needed if verdict == "inconclusive" else math.nan,
                "verdict": verdict,
            }
        )
    # As objects, whole numbers stay whole beside nan.
    needed = pd.Series([row["replicas_needed"] for row in rows], dtype=object)
    return pd.DataFrame(rows, columns=COLUMNS).assign(replicas_needed=needed)


def verdict_of(test: str, interval: Estimate, margin: float) -> str:
    """What an interval says of a claim, the margin m being the smallest effect that matters.

    Is it `greater` than 0, or a `correlation`? `negligible`: between -m and m, whatever its sign;
    else `refuted`: below m; else `supported`: above 0. Is it `equivalent` to 0? `supported`:
    between -m and m; `refuted`: beyond. Else, and without an interval, `inconclusive`.
    """
    low, high = interval.low, interval.high
    within = -margin < low and high < margin
    if test == "equivalent":
        beyond = low > margin or high < -margin
        return "supported" if within else "refuted" if beyond else "inconclusive"
    if within:
        return "negligible"
    return "refuted" if high < margin else "supported" if low > 0 else "inconclusive"


def _canonical(experiment: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table with its rows in an order that is its own; raises InputError if one stands twice."""
    if table.duplicated(IDENTITY).any():
        raise InputError(f"the table of the experiment {experiment} holds a row twice")
    # train_size holds numbers and `all`, which have no order but as text.
    return table.sort_values(
        IDENTITY,
        key=lambda column: column.astype(str) if column.name == "train_size" else column,
        ignore_index=True,
    )


def _table_of(name: str, claim: Claim, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    if claim.experiment not in tables:
        raise InputError(
            f"claims.{name}.experiment: there is no table of {claim.experiment} among those of "
            f"{', '.join(tables) or 'none'}"
        )
    return tables[claim.experiment]


def _weigh(
    name: str, claim: Claim, table: pd.DataFrame, confidence: float
) -> tuple[Estimate, Estimate, int, float]:
    """The effect with its intervals, alone and at `confidence`, sample size, replicas_needed."""
    table = _select(table, claim, name, "where")
    if claim.test == "correlation":
        closeness, scores = _by_facet(name, table, claim.metric)
        levels = (CONFIDENCE, confidence)
        alone, together = (rank_association(closeness, scores, level) for level in levels)
        # Its sample are the initializers, and more replicas are not more of them.
        return alone, together, closeness.shape[1], math.nan
    differences = _differences(name, claim, table)
    alone, together = (mean(differences, at) for at in (CONFIDENCE, confidence))
    equivalent = claim.test == "equivalent"
    needed = replicas_needed(differences, claim.margin, confidence, equivalent=equivalent)
    return alone, together, len(differences), needed


def _select(table: pd.DataFrame, claim: Claim, name: str, key: str) -> pd.DataFrame:
    """The rows of a table that have the values that a claim's `where`, `compare` or `with` names.

    Where `where` fixes an axis, rows that do not use it stay too: without calibration, say.
    """
    for axis, value in claim.selections[key].items():
        matches = np.array([entry == value for entry in table[axis]], dtype=bool)
        if not matches.any():
            raise InputError(
                f"claims.{name}.{key}.{axis}: no row of the experiment {claim.experiment} "
                f"that the claim's other keys leave has the value {value!r}"
            )
        if key == "where":
            matches |= ~_use(table, axis)
        table = table[matches]
    return table


def _use(table: pd.DataFrame, axis: str) -> pd.Series:
    """Which rows use an axis."""
    unused = AXES[axis].unused
    return pd.Series(True, table.index) if unused is None else table[axis] != unused


def _beside(
    others: pd.DataFrame, using: pd.DataFrame, unused: Sequence[str], axes: list[str]
) -> pd.DataFrame:
    """Rows that do not use some axes, once for each of the values in `using` at equal `axes`."""
    values = using[[*axes, *unused]].drop_duplicates()
    return others.drop(columns=[*unused]).merge(values, on=axes, how="left")


def _aligned(
    first: pd.DataFrame, second: pd.DataFrame, agreeing: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of which one has the other's values of axes that it does not use itself."""
    used = [
        {
            axis
            for axis in agreeing
            if axis in (*ARCHITECTURE, *CALIBRATION) and _use(table, axis).any()
        }
        for table in (first, second)
    ]
    lacking = [used[1] - used[0], used[0] - used[1]]
    shared = [axis for axis in agreeing if axis not in lacking[0] | lacking[1]]
    if lacking[0]:
        first = _beside(first, second, sorted(lacking[0]), shared)
    if lacking[1]:
        second = _beside(second, first, sorted(lacking[1]), shared)
    return first, second


def _differences(name: str, claim: Claim, table: pd.DataFrame) -> np.ndarray:
    """The metric of `compare` minus that of `with`, one number a replica, shape (replicas,)."""
    first, second = (_select(table, claim, name, key) for key in ("compare", "with"))
    if first.index.isin(second.index).any():
        raise InputError(f"claims.{name}: compare and with select the same rows")
    named = {*claim.compare, *claim.against}
    agreeing = [axis for axis in IDENTITY if axis not in named]
    first, second = _aligned(first, second, agreeing)
    scores = {}
    for key, side in (("compare", first), ("with", second)):
        settings = side[agreeing].itertuples(index=False, name=None)
        scores[key] = dict(zip(settings, side[claim.metric].fillna(0.0), strict=True))
        if len(scores[key]) < len(side):
            lacking = " and ".join(sorted(named - claim.selections[key].keys()))
            raise InputError(
                f"claims.{name}.{key}: must also say which {lacking}, as the other side does"
            )
    unpaired = len(scores["compare"].keys() ^ scores["with"].keys())
    if unpaired:
        raise InputError(
            f"claims.{name}: {unpaired} rows have no partner that differs from them in "
            f"{', '.join(sorted(named))} alone, so compare and with must name the other axes that "
            "differ, or where leave those rows out"
        )
    differences = {}
    for setting, score in scores["compare"].items():
        differences.setdefault(setting[-1], []).append(score - scores["with"][setting])
    # Accuracies may come in single precision. What rounding adds in their eighth digit must not
    # decide whether differences vary at all, or lie on the margin.
    return np.array([np.mean(of_replica) for of_replica in differences.values()]).round(6)


def _by_facet(name: str, table: pd.DataFrame, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Closeness and scores, both averaged over replicas, both of shape (facets, initializers).

    Closeness is minus the initial discrepancy (nan, of a network that gives no numbers, is the
    farthest). The score of epochs to target is 1 / (1 + epochs), so that more is better, a miss is
    0, and cells in which some replicas miss can be averaged.
    """
    facet = [axis for axis in AXES if axis != "initializer"]
    table = table.assign(
        closeness=-table["initial_discrepancy"].fillna(math.inf),
        score=(
            1 / (1 + table[metric].fillna(math.inf))
            if metric == "epochs_to_target"
            else table[metric].fillna(0.0)
        ),
    )
    calibrated = _use(table, "calibration_source")
    if calibrated.any():
        # An initializer without calibration stands in every facet beside those with.
        shared = [axis for axis in facet if axis not in CALIBRATION]
        others = _beside(table[~calibrated], table[calibrated], CALIBRATION, shared)
        table = pd.concat([table[calibrated], others])
    keys = [*facet, "initializer"]
    cells = table.groupby(keys, dropna=False)[["closeness", "score"]].mean()
    cells = cells.unstack("initializer")
    if cells.isna().any(axis=None):
        lacking = cells["score"].columns[cells["score"].isna().any()][0]
        raise InputError(
            f"claims.{name}: the initializer {lacking} was not run with all the settings that "
            "others were, so where must leave it out or choose a setting"
        )
    return cells["closeness"].to_numpy(), cells["score"].to_numpy()
