"""How an initializer stands in a condition, and how answer.csv is read."""

from pathlib import Path

import pandas as pd

WORSE = "worse"
"""Shown worse than the best by more than the margin."""
KEEPS_UP = "keeps up"
"""Shown to be at most the margin behind the best."""
OPEN = "open"
"""Neither is shown."""
TEXTS = ("experiment", "condition", "initializer", "standing")


def read_ranking(path: str | Path) -> pd.DataFrame:
    """answer.csv, whose columns `ranking.ranking` explains; ends that lack are nan."""
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(TEXTS, str),
        keep_default_na=False,
        na_values={name: [""] for name in ("gap_low", "gap_high", "good_decades")},
    )


def ranked(table: pd.DataFrame) -> list[str]:
    """Initializers by their mean gap, the best first; those that were run in most places before."""
    gaps = table.groupby("initializer", sort=False)["gap"].agg(["size", "mean"])
    return list(gaps.sort_values(["size", "mean"], ascending=False, kind="stable").index)
