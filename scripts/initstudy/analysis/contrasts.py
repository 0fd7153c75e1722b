"""What a claim compares: rows of an experiment's table, and their differences.

A row of `compare` is paired with the row of `with` that has the same replica and agrees in every
axis that neither of the two names. What an initializer or a network does not use agrees with
everything: without calibration every calibration size and source, for a network of one depth every
depth.

A network that diverged stays in, with the accuracies that it has, and nan counts as an accuracy of
0: leaving failures out would favour the methods that fail.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from initstudy.core.errors import InputError
from initstudy.study.axes import ARCHITECTURE, AXES, CALIBRATION
from initstudy.study.cells import Facet
from initstudy.study.claims import Claim

IDENTITY = [*AXES, "replica"]
"""The columns that say which row it is."""


def select(table: pd.DataFrame, claim: Claim, name: str, key: str) -> pd.DataFrame:
    """The rows of a table that have the values that a claim's `where`, `compare` or `with` names.

    Where `where` fixes an axis, rows that do not use it stay too: without calibration, say. Raises
    InputError if there are none.
    """
    for axis, value in claim.selections[key].items():
        matches = np.array([entry == value for entry in table[axis]], dtype=bool)
        if not matches.any():
            raise InputError(
                f"claims.{name}.{key}.{axis}: no row of the experiment {claim.experiment} "
                f"that the claim's other keys leave has the value {value!r}"
            )
        if key == "where":
            matches |= ~use(table, axis)
        table = table[matches]
    return table


def use(table: pd.DataFrame, axis: str) -> pd.Series:
    """Which rows use an axis."""
    unused = AXES[axis].unused
    return pd.Series(True, table.index) if unused is None else table[axis] != unused


def beside(
    others: pd.DataFrame, using: pd.DataFrame, unused: Sequence[str], axes: list[str]
) -> pd.DataFrame:
    """Rows that do not use some axes, once for each of the values in `using` at equal `axes`."""
    values = using[[*axes, *unused]].drop_duplicates()
    return others.drop(columns=[*unused]).merge(values, on=axes, how="left")


def differences(name: str, claim: Claim, table: pd.DataFrame) -> tuple[list[Facet], np.ndarray]:
    """The metric of `compare` minus that of `with`, and of which parts: parts, (parts, replicas).

    table: the rows of `where`. A part is a value for each of the axes that the claim is `over`; a
    claim that is over none has one part. Replica k starts from the same seed in every cell, so its
    parts are not independent of one another: what they are averaged to is one number a replica.

    Raises InputError if rows cannot be found or paired, or if a part is more than one condition.
    """
    first, second = (select(table, claim, name, key) for key in ("compare", "with"))
    if first.index.isin(second.index).any():
        raise InputError(f"claims.{name}: compare and with select the same rows")
    agreeing = [axis for axis in IDENTITY if axis not in claim.contrasted]
    first, second = _aligned(first, second, agreeing)
    scores = {
        key: _scores(name, claim, key, side, agreeing)
        for key, side in (("compare", first), ("with", second))
    }
    unpaired = len(scores["compare"].keys() ^ scores["with"].keys())
    if unpaired:
        raise InputError(
            f"claims.{name}: {unpaired} rows have no partner that differs from them in "
            f"{', '.join(sorted(claim.contrasted))} alone, so compare and with must name the other "
            "axes that differ, or where leave those rows out"
        )
    parts: dict[tuple, dict] = {}
    for setting, score in scores["compare"].items():
        values = dict(zip(agreeing, setting, strict=True))
        part = parts.setdefault(tuple(values[axis] for axis in claim.over), {})
        if values["replica"] in part:
            raise InputError(
                f"claims.{name}: its rows differ in more than its keys name, so where must choose "
                "one condition, or over say which axes it averages over"
            )
        part[values["replica"]] = score - scores["with"][setting]
    facets = [dict(zip(claim.over, values, strict=True)) for values in parts]
    # Accuracies may come in single precision. What rounding adds in their eighth digit must not
    # decide whether differences vary at all, or lie on the margin.
    return facets, np.array([list(part.values()) for part in parts.values()]).round(6)


def _scores(
    name: str, claim: Claim, key: str, side: pd.DataFrame, agreeing: list[str]
) -> dict[tuple, float]:
    """The metric of one side's rows by what they agree in with the other's."""
    settings = side[agreeing].itertuples(index=False, name=None)
    scores = dict(zip(settings, side[claim.metric].fillna(0.0), strict=True))
    if len(scores) < len(side):
        lacking = " and ".join(sorted(claim.contrasted - claim.selections[key].keys()))
        raise InputError(
            f"claims.{name}.{key}: must also say which {lacking}, as the other side does"
        )
    return scores


def _aligned(
    first: pd.DataFrame, second: pd.DataFrame, agreeing: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of which one has the other's values of axes that it does not use itself."""
    used = [
        {
            axis
            for axis in agreeing
            if axis in (*ARCHITECTURE, *CALIBRATION) and use(table, axis).any()
        }
        for table in (first, second)
    ]
    lacking = [used[1] - used[0], used[0] - used[1]]
    shared = [axis for axis in agreeing if axis not in lacking[0] | lacking[1]]
    if lacking[0]:
        first = beside(first, second, sorted(lacking[0]), shared)
    if lacking[1]:
        second = beside(second, first, sorted(lacking[1]), shared)
    return first, second
