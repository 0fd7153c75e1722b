"""How an initializer stands in a condition, and how answer.csv is read."""

from pathlib import Path

import pandas as pd

WORSE = "worse"
"""Shown worse than the best by more than the margin."""
KEEPS_UP = "keeps up"
"""Shown to be at most the margin behind the best."""
OPEN = "open"
"""Neither is shown."""
FEWEST_CONDITIONS = 8
"""Of fewer, a share of conditions says little."""
TEXTS = ("experiment", "condition", "initializer", "standing")


def read_ranking(path: str | Path) -> pd.DataFrame:
    """answer.csv, whose columns `ranking.ranking` explains; ends that lack are nan."""
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(TEXTS, str),
        keep_default_na=False,
        na_values={name: [""] for name in ("gap_low", "gap_high", "good_decades")},
    )


def order_of(table: pd.DataFrame) -> list[str]:
    """All initializers, as `ranked`: those of the conditions that decide, then the others."""
    order = ranked(table[table["declared"]])
    return order + [name for name in ranked(table) if name not in order]


def ranked(table: pd.DataFrame) -> list[str]:
    """Initializers by their mean gap, the best first; those that were run in most places before."""
    gaps = table.groupby("initializer", sort=False)["gap"].agg(["size", "mean"])
    return list(gaps.sort_values(["size", "mean"], ascending=False, kind="stable").index)


def shared_conditions(table: pd.DataFrame) -> pd.DataFrame:
    """Initializers x conditions that all of them were run in: the gap to the best of these.

    As many initializers as have FEWEST_CONDITIONS in common, those that were run in most of them
    first; gaps are fractions, 0 for the best. Empty where no two have so many.
    """
    means = table.pivot(index="initializer", columns=["experiment", "condition"], values="mean")
    chosen: list[str] = []
    for name in means.notna().sum(axis=1).sort_values(ascending=False, kind="stable").index:
        together = means.loc[[*chosen, name]].notna().all()
        if together.sum() >= FEWEST_CONDITIONS:
            chosen.append(name)
    inside = means.loc[chosen].dropna(axis="columns")
    # Experiments that share cells have a condition twice.
    inside = inside.loc[:, ~inside.T.duplicated()]
    if len(chosen) < 2 or inside.shape[1] < FEWEST_CONDITIONS:
        return means.iloc[:0]
    return inside - inside.max()
