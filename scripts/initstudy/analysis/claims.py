"""From the tables of a study's experiments to a verdict on every claim that it declares.

`greater` (is the metric higher with `compare` than with `with`?), `not_greater` and `equivalent`
(is the difference smaller than the margin?) look at paired differences, see `contrasts`;
`correlation` at how initializers are ordered, see `closeness`.
"""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from initstudy.analysis.claims_table import COLUMNS
from initstudy.analysis.closeness import association, sample_of
from initstudy.analysis.contrasts import IDENTITY, differences, select, use
from initstudy.analysis.inference import replicas_needed
from initstudy.analysis.intervals import CONFIDENCE, Estimate, mean
from initstudy.analysis.tables import read_table
from initstudy.core.errors import InputError
from initstudy.study.axes import AXES
from initstudy.study.cells import Initializer
from initstudy.study.claims import PAIRED_TESTS, Claim
from initstudy.study.deciding import Look, share_of

ALWAYS_SAID = ("dataset", "network", "optimizer", "learning_rate", "epochs")
"""Axes that are a part of every condition, though their experiment may not vary them."""
OTHERS = "without those at chance and those that match the target by construction"
"""The part of a correlation that initializers of neither kind are."""


class Evidence(NamedTuple):
    """What the data say of a claim."""

    alone: Estimate
    """The effect, with its interval at 95 %."""
    together: Estimate
    """The same with the interval of all claims together."""
    size: int
    needed: float
    parts: dict[str, Estimate]
    """What the effect is made of, each with its interval at 95 %."""


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


def judge(
    claims: dict[str, Claim],
    tables: dict[str, pd.DataFrame],
    initializers: dict[str, Initializer],
    look: Look | None = None,
) -> pd.DataFrame:
    """A row for every claim, in the order in which they are declared.

    tables: of experiments, one row a replica; initializers: those of correlations; look: if there
    are several. The columns are those of claims.csv:

    - `experiment`, `metric` and `condition`: what was measured and where, `dataset=photos,
      optimizer=sgd`;
    - `effect`, `ci_low`, `ci_high`: the mean difference, or the mean rank correlation, with its
      95 % interval;
    - `simultaneous_low`, `simultaneous_high`: the interval that decides. All claims of the study
      together lie in theirs with 95 % (Bonferroni): of C claims each has 1 - 0.05 / C;
    - `margin`, the smallest effect that matters, and `n`: replicas, for a correlation families;
    - `replicas_needed`: only where `inconclusive`, see `inference.replicas_needed`;
    - `verdict`: see `verdict_of`;
    - `rate`: tuned or common, the learning rates at which the claim is judged, where its experiment
      has both; `common_effect` and `common_verdict` are then those at the common ones, with which
      the claims are judged a second time; `at_edge`: the initializers whose best rate lies at the
      edge of what was tried;
    - `look`: 2 of 5, where a study is looked at more than once; the interval that decides is then
      wider, by that look's share of the error;
    - `parts`: JSON, a list of {part, effect, ci_low, ci_high}, of the values that an effect is
      averaged over; of a correlation also the initializers that `closeness` keeps apart.

    Does not depend on the order of a table's rows, bit for bit. Raises InputError, one sentence
    that names claim and key, if rows cannot be found or paired.
    """
    tables = {name: _canonical(name, table) for name, table in tables.items()}
    error = (1 - CONFIDENCE) * share_of(look)
    rows = _judged(claims, tables, initializers, error)
    at_common = {name: common for name, claim in claims.items() if (common := claim.at_common())}
    common = {row["claim"]: row for row in _judged(at_common, tables, initializers, error)}
    for row in rows:
        row["look"] = str(look or "")
        other = common.get(row["claim"], {})
        row["common_effect"] = other.get("effect", math.nan)
        row["common_verdict"] = other.get("verdict", "")
    # As objects, whole numbers stay whole beside nan.
    needed = pd.Series([row["replicas_needed"] for row in rows], dtype=object)
    return pd.DataFrame(rows, columns=COLUMNS).assign(replicas_needed=needed)


def _judged(
    claims: dict[str, Claim],
    tables: dict[str, pd.DataFrame],
    initializers: dict[str, Initializer],
    error: float,
) -> list[dict]:
    """As `judge`, of claims that are judged together; error: that all of them may have."""
    confidence = 1 - error / max(len(claims), 1)
    rows = []
    for name, claim in claims.items():
        table = _table_of(name, claim, tables)
        kept = select(table, claim, name, "where")
        if claim.test in PAIRED_TESTS:
            found = _weigh_difference(name, claim, kept, confidence)
        else:
            found = _weigh_order(name, claim, kept, confidence, initializers)
        verdict = verdict_of(claim.test, found.together, claim.margin)
        rows.append(
            {
                "claim": name,
                "statement": claim.statement,
                "test": claim.test,
                "experiment": claim.experiment,
                "metric": claim.metric,
                "condition": _condition(claim, table, kept),
                "rate": claim.rate,
                "effect": found.alone.value,
                "ci_low": found.alone.low,
                "ci_high": found.alone.high,
                "simultaneous_low": found.together.low,
                "simultaneous_high": found.together.high,
                "margin": claim.margin,
                "n": found.size,
                "replicas_needed": found.needed if verdict == "inconclusive" else math.nan,
                "verdict": verdict,
                "parts": json.dumps([_part(*part) for part in found.parts.items()]),
                "at_edge": ", ".join(_at_edge(name, claim, kept)),
            }
        )
    return rows


def _at_edge(name: str, claim: Claim, kept: pd.DataFrame) -> list[str]:
    """Of a claim's initializers those whose rate was chosen at the edge; kept: rows of `where`."""
    if "rate_at_edge" not in kept:
        return []
    sides = [kept]
    if claim.test in PAIRED_TESTS:
        sides = [select(kept, claim, name, key) for key in ("compare", "with")]
    rows = pd.concat(sides)
    return list(dict.fromkeys(rows["initializer"][rows["rate_at_edge"]]))


def verdict_of(test: str, interval: Estimate, margin: float) -> str:
    """What an interval says of a claim, the margin m being the smallest effect that matters.

    Is it `greater` than 0, or a `correlation`? `negligible`: between -m and m, whatever its sign;
    else `refuted`: below m; else `supported`: above 0. Is it `not_greater`? `supported`: below m;
    else `refuted`: above 0. Is it `equivalent` to 0? `supported`: between -m and m; `refuted`:
    beyond. Else, and without an interval, `inconclusive`.
    """
    low, high = interval.low, interval.high
    within = -margin < low and high < margin
    if test == "equivalent":
        beyond = low > margin or high < -margin
        return "supported" if within else "refuted" if beyond else "inconclusive"
    if test == "not_greater":
        return "supported" if high < margin else "refuted" if low > 0 else "inconclusive"
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


def _weigh_order(
    name: str,
    claim: Claim,
    table: pd.DataFrame,
    confidence: float,
    initializers: dict[str, Initializer],
) -> Evidence:
    """What the rows of `where` say of a correlation; confidence: of the interval that decides."""
    facets, sample = sample_of(f"claims.{name}", table, claim.metric, initializers)
    parts = {}
    if claim.over:
        for place, facet in enumerate(facets):
            part = _spelled({axis: facet[axis] for axis in claim.over})
            parts[part] = association(sample.of_facet(place))
    parts[OTHERS] = association(sample.only(sample.others))
    return Evidence(
        association(sample),
        association(sample, confidence),
        len(set(sample.families)),
        # More replicas are not more families.
        math.nan,
        parts,
    )


def _weigh_difference(name: str, claim: Claim, table: pd.DataFrame, confidence: float) -> Evidence:
    """What the rows of `where` say of a difference; confidence: of the interval that decides."""
    facets, of_parts = differences(name, claim, table)
    sample = of_parts.mean(axis=0)
    parts = {}
    if claim.over:
        parts = {_spelled(facet): mean(part) for facet, part in zip(facets, of_parts, strict=True)}
    return Evidence(
        mean(sample),
        mean(sample, confidence),
        len(sample),
        replicas_needed(sample, claim.margin, confidence, equivalent=claim.test == "equivalent"),
        parts,
    )


def _condition(claim: Claim, table: pd.DataFrame, kept: pd.DataFrame) -> str:
    """Where a claim holds or not: the values of axes that its experiment varies, and the main ones.

    table: of the whole experiment; kept: the rows of `where`.
    """
    found = []
    for axis in AXES:
        values = list(dict.fromkeys(kept[axis][use(kept, axis)]))
        said = axis in ALWAYS_SAID or len(set(table[axis][use(table, axis)])) > 1
        if axis in claim.over:
            found.append(f"over {axis}={', '.join(map(str, values))}")
        elif said and len(values) == 1 and axis not in claim.contrasted:
            found.append(_spelled({axis: values[0]}))
    return "; ".join(found)


def _spelled(facet: dict) -> str:
    return ", ".join(f"{axis}={value}" for axis, value in facet.items())


def _part(name: str, found: Estimate) -> dict:
    """A part of an effect, nan as null, which JSON has."""
    numbers = {"effect": found.value, "ci_low": found.low, "ci_high": found.high}
    return {"part": name} | {
        key: None if math.isnan(value) else value for key, value in numbers.items()
    }
