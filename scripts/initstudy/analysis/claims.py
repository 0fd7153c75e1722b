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
from statsmodels.stats.multitest import multipletests

from initstudy.analysis.inference import (
    Evidence,
    equivalence,
    monotone_association,
    replicas_needed,
    superiority,
)
from initstudy.analysis.tables import read_table
from initstudy.core.errors import InputError
from initstudy.study.axes import AXES, CALIBRATION
from initstudy.study.claims import Claim

ALPHA = 0.05
"""The probability that a study supports a claim falsely, any one; and that it refutes one so."""

EVIDENCE = {"greater": superiority, "equivalent": equivalence}
"""What weighs the differences that a paired test is about."""
IDENTITY = [*AXES, "replica"]


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
      95 % interval, whatever the test;
    - `p`: of the test that could support the claim; `p_adjusted`: after Holm's correction (Scand.
      J. Statist. 6, 1979) over all claims of the study;
    - `n`: replicas, for a correlation initializers;
    - `verdict`: `refuted` if the test that could refute the claim has p < ALPHA after Holm's
      correction over these tests of all claims; else `supported` if p_adjusted < ALPHA; else
      `inconclusive`;
    - `replicas_needed`: only where `inconclusive`, see `inference.replicas_needed`, at the level
      ALPHA / number of claims, the strictest that Holm's correction may ask for.

    Does not depend on the order of a table's rows, bit for bit. Raises InputError, one sentence
    that names claim and key, if rows cannot be found or paired.
    """
    tables = {name: _canonical(name, table) for name, table in tables.items()}
    weighed = [
        _weigh(name, claim, _table_of(name, claim, tables), ALPHA / len(claims))
        for name, claim in claims.items()
    ]
    evidence = [found for found, _, _ in weighed]
    supporting = _holm([found.support for found in evidence])
    refuting = _holm([found.refute for found in evidence])
    verdicts = np.select(
        [refuting < ALPHA, supporting < ALPHA], ["refuted", "supported"], "inconclusive"
    )
    needed = [
        replicas if verdict == "inconclusive" else math.nan
        for (_, _, replicas), verdict in zip(weighed, verdicts, strict=True)
    ]
    return pd.DataFrame(
        {
            "claim": list(claims),
            "statement": [claim.statement for claim in claims.values()],
            "test": [claim.test for claim in claims.values()],
            "effect": [found.effect.value for found in evidence],
            "ci_low": [found.effect.low for found in evidence],
            "ci_high": [found.effect.high for found in evidence],
            "p": [found.support for found in evidence],
            "p_adjusted": supporting,
            "margin": [claim.margin for claim in claims.values()],
            "n": [size for _, size, _ in weighed],
            "verdict": verdicts,
            # As objects, whole numbers stay whole beside nan.
            "replicas_needed": pd.Series(needed, dtype=object),
        }
    )


def _holm(p_values: list[float]) -> np.ndarray:
    """Holm-adjusted p values; nan, a test that could not be done, stays and counts as 1."""
    if not p_values:
        return np.empty(0)
    p_values = np.array(p_values)
    adjusted = multipletests(np.nan_to_num(p_values, nan=1.0), method="holm")[1]
    return np.where(np.isnan(p_values), math.nan, adjusted)


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
    name: str, claim: Claim, table: pd.DataFrame, alpha: float
) -> tuple[Evidence, int, float]:
    """What speaks for and against a claim, the size of the sample, and replicas_needed."""
    table = _select(table, claim, name, "where")
    if claim.test == "correlation":
        closeness, scores = _by_facet(name, table, claim.metric)
        evidence = monotone_association(closeness, scores, claim.margin)
        # Its sample are the initializers, and more replicas are not more of them.
        return evidence, closeness.shape[1], math.nan
    differences = _differences(name, claim, table)
    evidence = EVIDENCE[claim.test](differences, claim.margin)
    needed = replicas_needed(
        differences, claim.margin, alpha, equivalent=claim.test == "equivalent"
    )
    return evidence, len(differences), needed


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
    return table[axis].map(lambda value: unused is None or value != unused).astype(bool)


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
        {axis for axis in agreeing if axis in AXES and _use(table, axis).any()}
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
