"""What the explorer's page holds of a study, as values that JSON knows."""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from initstudy.analysis.results import belongs
from initstudy.explorer.digest import (
    HISTORY,
    PROGRESS,
    QUANTITIES,
    SIGNED,
    Digest,
    digest,
    rounded,
)
from initstudy.figures.palette import look, with_colours_apart
from initstudy.records.gathered import read_gathered
from initstudy.reporting.claims import (
    VERDICTS,
    condition_text,
    effect_text,
    parts_text,
    rates_lines,
    result_lines,
)
from initstudy.reporting.words import conditions
from initstudy.study.axes import AXES
from initstudy.study.cells import ShownExperiment, cell

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


def read_digests(paths: Iterable[str | Path]) -> dict[str, Digest]:
    """Digests of all cells of some experiments by their folders, in alphabetical order.

    paths: the runs of an experiment each. Raises InputError for a file that cannot be read.
    """
    found = {}
    for path in paths:
        runs = read_gathered(path)
        found |= {folder: digest(runs[folder]) for folder in runs.keys() - found.keys()}
    return dict(sorted(found.items()))


def with_edges(experiment: ShownExperiment, summary: pd.DataFrame) -> ShownExperiment:
    """An experiment with the initializers whose best learning rate lies at the edge; summary: its
    table of statistics."""
    if "rate_at_edge" not in summary:
        return experiment
    names = summary["initializer"][summary["rate_at_edge"]]
    return replace(experiment, at_edge=list(dict.fromkeys(names)))


def content(
    experiments: list[ShownExperiment],
    digests: dict[str, Digest],
    summaries: pd.DataFrame,
    claims: pd.DataFrame,
) -> dict:
    """All of the page but the numbers of its charts.

    claims: the claims' table, with no rows if the study has none. `cells` stand in the order of the
    digests.
    """
    texts = summary_texts(summaries)
    cells = [
        {
            "calibration": rounded(whole.calibration),
            "chance": rounded(whole.chance),
            "summary": [texts.get((folder, *key), "") for key in SUMMARY],
        }
        for folder, whole in digests.items()
    ]
    places = {folder: place for place, folder in enumerate(digests)}
    return {
        "study": experiments[0].study,
        "initializers": looks(experiments),
        "metrics": HISTORY | PROGRESS,
        "quantities": {
            name: {"label": label, "meaning": meaning, "signed": name in SIGNED}
            for name, (label, meaning) in QUANTITIES.items()
        },
        "experiments": {one.name: describe(one, places) for one in experiments},
        "cells": cells,
        "summary": list(SUMMARY.values()),
        "claims": [claim_row(claim) for claim in claims.to_dict("records")],
    }


def looks(experiments: list[ShownExperiment]) -> dict[str, dict]:
    """Label, colour and dashes of every initializer, in the order of config.yaml."""
    named = {name: entry for one in experiments for name, entry in one.initializers.items()}
    found = {}
    shown = sorted(with_colours_apart(named).items(), key=lambda item: item[1].position)
    for name, entry in shown:
        style = look(entry.position)
        dashes = DASHES[style["linestyle"]]
        found[name] = {"label": entry.label, "colour": style["color"], "dashes": dashes}
    return found


def describe(experiment: ShownExperiment, places: dict[str, int]) -> dict:
    """An experiment: what holds everywhere in it, what varies, and where the cells of each facet
    stand, by initializer. A facet's key is its values, with a | between them."""
    found = {}
    for facet in experiment.facets():
        key = "|".join(str(value) for value in facet.values())
        found[key] = {
            one.initializer: places[one.folder] for one in experiment.cells if belongs(one, facet)
        }
    varied = {
        axis: {"label": AXES[axis].label, "values": [str(value) for value in values]}
        for axis, values in experiment.axes.items()
        if len(values) > 1 and axis != "initializer"
    }
    return {"conditions": conditions(experiment), "varied": varied, "facets": found}


def summary_texts(summaries: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """(cell's folder, metric, statistic) -> what the page's table says of it."""
    kept = [key in SUMMARY for key in zip(summaries["metric"], summaries["statistic"], strict=True)]
    return {
        (cell(row).folder, row["metric"], row["statistic"]): summary_text(row)
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
        "condition": condition_text(claim),
        "effect": effect_text(claim),
        "parts": "; ".join(filter(None, [parts_text(claim), *rates_lines(claim)])),
        "result": ", ".join(result_lines(claim)),
        "verdict": claim["verdict"],
        "colour": VERDICTS[claim["verdict"]],
    }
