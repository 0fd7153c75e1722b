"""What the explorer's page holds of a study, as values that JSON knows."""

import math
from pathlib import Path

import pandas as pd

from initstudy.axes import AXES
from initstudy.claim_texts import VERDICTS, effect_text, result_lines
from initstudy.explorer.digest import (
    HISTORY,
    PROGRESS,
    QUANTITIES,
    SIGNED,
    Digest,
    digest,
    rounded,
)
from initstudy.results import facet_cells
from initstudy.runs import read_run
from initstudy.study import cell_folder, facets
from initstudy.style import AXIS_LABELS, conditions, look

SUMMARY = {
    ("final_accuracy", "mean"): "final test accuracy",
    ("first_epoch_accuracy", "mean"): "after one epoch",
    ("area_under_curve", "mean"): "area under the curve",
    ("epochs_to_target", "median"): "epochs to target",
    ("failed", "rate"): "diverged",
}
"""What the page's table says of a cell: metric and statistic, and the heading of the column."""
DASHES = {"-": [], "--": [6, 3], ":": [1.5, 2.5], "-.": [7, 2, 1.5, 2]}
"""matplotlib's lines as lengths of dashes and gaps."""


def read_digests(experiments: list[dict], results: str | Path) -> dict[str, Digest]:
    """Digests of all cells of some experiments by their folders, in alphabetical order.

    Raises InputError for a run that cannot be read.
    """
    cells = {cell_folder(cell) for entry in experiments for cell in facet_cells(entry, {})}
    return {folder: digest(read_run(Path(results) / folder / "run.h5")) for folder in sorted(cells)}


def read_summaries(paths: list[str]) -> pd.DataFrame:
    """The rows of experiments' summary tables; axes stay the text that folders are named by."""
    tables = [pd.read_csv(path, dtype=dict.fromkeys(AXES, str), na_values={}) for path in paths]
    return pd.concat(tables, ignore_index=True)


def content(
    experiments: list[dict],
    digests: dict[str, Digest],
    summaries: pd.DataFrame,
    claims: pd.DataFrame,
) -> dict:
    """All of the page but the numbers of its charts.

    experiments: what the workflow says of each; claims: the claims' table, with no rows if the
    study has none. `cells` stand in the order of the digests.
    """
    texts = summary_texts(summaries)
    cells = [
        {
            "calibration": rounded(cell.calibration),
            "chance": rounded(cell.chance),
            "summary": [texts.get((folder, *key), "") for key in SUMMARY],
        }
        for folder, cell in digests.items()
    ]
    places = {folder: place for place, folder in enumerate(digests)}
    return {
        "study": experiments[0]["study"],
        "initializers": looks(experiments),
        "metrics": HISTORY | PROGRESS,
        "quantities": {
            name: {"label": label, "meaning": meaning, "signed": name in SIGNED}
            for name, (label, meaning) in QUANTITIES.items()
        },
        "experiments": {entry["name"]: describe(entry, places) for entry in experiments},
        "cells": cells,
        "summary": list(SUMMARY.values()),
        "claims": [claim_row(claim) for claim in claims.to_dict("records")],
    }


def looks(experiments: list[dict]) -> dict[str, dict]:
    """Label, colour and dashes of every initializer, in the order of config.yaml."""
    entries = {name: entry for one in experiments for name, entry in one["initializers"].items()}
    ordered = sorted(entries.items(), key=lambda item: item[1]["position"])
    found = {}
    for name, entry in ordered:
        style = look(entry["position"])
        dashes = DASHES[style["linestyle"]]
        found[name] = {"label": entry["label"], "colour": style["color"], "dashes": dashes}
    return found


def describe(experiment: dict, places: dict[str, int]) -> dict:
    """An experiment: what holds everywhere in it, what varies, and where the cells of each facet
    stand, by initializer. A facet's key is its values, with a | between them."""
    found = {}
    for facet in facets(experiment["axes"]):
        key = "|".join(str(value) for value in facet.values())
        found[key] = {
            cell["initializer"]: places[cell_folder(cell)]
            for cell in facet_cells(experiment, facet)
        }
    varied = {
        axis: {"label": AXIS_LABELS.get(axis, axis), "values": [str(value) for value in values]}
        for axis, values in experiment["axes"].items()
        if len(values) > 1 and axis != "initializer"
    }
    return {"conditions": conditions(experiment), "varied": varied, "facets": found}


def summary_texts(summaries: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """(cell's folder, metric, statistic) -> what the page's table says of it."""
    kept = [key in SUMMARY for key in zip(summaries["metric"], summaries["statistic"], strict=True)]
    return {
        (cell_folder(row), row["metric"], row["statistic"]): summary_text(row)
        for row in summaries[kept].to_dict("records")
    }


def summary_text(row: dict) -> str:
    """A statistic with its interval: "0.412 [0.400, 0.424]"."""
    if row["statistic"] == "rate":
        return f"{row['value'] * row['n']:.0f} of {row['n']}"
    decimals = 3 if row["statistic"] == "mean" else 0
    value, low, high = (
        "never" if math.isinf(number) else f"{number:.{decimals}f}"
        for number in (row["value"], row["low"], row["high"])
    )
    known = not math.isnan(row["low"] + row["high"])
    return f"{value} [{low}, {high}]" if known and low != high else value


def claim_row(claim: dict) -> dict:
    """A judged claim in words."""
    return {
        "statement": claim["statement"],
        "effect": effect_text(claim),
        "result": ", ".join(result_lines(claim)),
        "verdict": claim["verdict"],
        "colour": VERDICTS[claim["verdict"]],
    }
