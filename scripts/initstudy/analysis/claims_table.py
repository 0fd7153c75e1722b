"""claims.csv, a row a claim: its columns, and how it is read."""

from pathlib import Path

import pandas as pd

COLUMNS = [
    *("claim", "statement", "test", "experiment", "metric", "condition", "effect"),
    *("ci_low", "ci_high"),
    *("simultaneous_low", "simultaneous_high", "margin", "n", "replicas_needed", "verdict"),
    *("parts", "rate", "common_effect", "common_verdict", "at_edge", "look"),
]
TEXTS = (
    *("claim", "statement", "test", "experiment", "metric", "condition", "verdict", "parts"),
    *("rate", "common_verdict", "at_edge", "look"),
)


def read_claims(path: str | Path) -> pd.DataFrame:
    """claims.csv, its texts as they are (a statement may be NA); numbers that lack are nan."""
    lacking = {column: [""] for column in COLUMNS if column not in TEXTS}
    texts = dict.fromkeys(TEXTS, str)
    return pd.read_csv(path, dtype=texts, keep_default_na=False, na_values=lacking)
