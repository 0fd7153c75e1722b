"""A study beside another run of it: are verdicts the same, and how far do results lie apart?"""

from collections.abc import Mapping

import pandas as pd

from initstudy.analysis.intervals import mean
from initstudy.core.errors import InputError
from initstudy.study.axes import AXES

METRIC = "final_accuracy"


def compared_verdicts(published: pd.DataFrame, here: pd.DataFrame) -> pd.DataFrame:
    """Two tables of claims -> a row a claim: claim, statement, then effect and verdict of both.

    These columns end in _published and _here. Raises InputError if they do not judge the same
    claims.
    """
    if odd := set(published["claim"]) ^ set(here["claim"]):
        raise InputError(
            f"{', '.join(sorted(odd))}: judged in one of the two runs alone; run the same study"
        )
    shown = published[["claim", "statement", "test", "effect", "verdict"]]
    others = here[["claim", "effect", "verdict"]]
    return shown.merge(others, on="claim", suffixes=("_published", "_here"))


def compared_cells(
    published: Mapping[str, pd.DataFrame], here: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Two runs' tables, by experiment -> a row a cell: experiment, axes, difference, low and high.

    That is by how much the final accuracy is higher here, averaged over replicas, which are paired:
    they begin with equal weights and see equal mini-batches; `low` to `high` is its 95 % interval.
    Where an experiment has one data set on either side, these are taken for the same one, whatever
    they are called. Raises InputError if there is no cell that both have.
    """
    rows = []
    for name in [name for name in published if name in here]:
        tables = (published[name], here[name])
        same_data = all(table["dataset"].nunique() == 1 for table in tables)
        axes = [axis for axis in AXES if not (same_data and axis == "dataset")]
        both = tables[0].merge(tables[1], on=[*axes, "replica"], suffixes=("_published", "_here"))
        for values, cell in both.groupby(axes, sort=False):
            estimate = mean((cell[f"{METRIC}_here"] - cell[f"{METRIC}_published"]).to_numpy())
            named = {"experiment": name, **dict(zip(axes, values, strict=True))}
            rows.append(
                named | {"difference": estimate.value, "low": estimate.low, "high": estimate.high}
            )
    if not rows:
        raise InputError("the two runs have no cell in common: run the same study")
    return pd.DataFrame(rows)
