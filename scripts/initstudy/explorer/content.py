"""What the explorer's page holds of a study, as values that JSON knows."""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd

from initstudy.analysis.intervals import CONFIDENCE, t_quantile
from initstudy.analysis.results import belongs
from initstudy.analysis.standings import order_of
from initstudy.analysis.summaries import accuracies
from initstudy.analysis.tables import rows_of_cells
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
from initstudy.reporting.answer import headline, place
from initstudy.reporting.claims import (
    VERDICTS,
    condition_text,
    effect_text,
    parts_text,
    rates_lines,
    result_lines,
)
from initstudy.reporting.words import METRICS, SHOWN, conditions
from initstudy.study.answer import Answer
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
    scores: dict[str, dict[str, list[float]]],
    answer: dict | None = None,
) -> dict:
    """All of the page but the numbers of its charts.

    claims: the claims' table, with no rows if the study has none; scores: by the cell's folder, see
    `scores_of`; answer: see `answer_of`. `cells` stand in the order of the digests.
    """
    texts = summary_texts(summaries)
    counts = {len(values) for of_cell in scores.values() for values in of_cell.values()}
    cells = [
        {
            "calibration": rounded(whole.calibration),
            "chance": rounded(whole.chance),
            "summary": [texts.get((folder, *key), "") for key in SUMMARY],
            "scores": scores[folder],
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
        "measures": {metric: METRICS[metric] for metric in SHOWN},
        "t": {
            count - 1: rounded(t_quantile(count, CONFIDENCE))
            for count in sorted(counts)
            if count > 1
        },
        "answer": answer,
    }


def scores_of(table: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Cell's folder -> metric -> accuracies as fractions, one a replica in their order.

    table: of an experiment, a row a replica.
    """
    return {
        one.folder: {
            metric: [rounded(value) for value in accuracies(rows.sort_values("replica"), metric)]
            for metric in SHOWN
        }
        for one, rows in rows_of_cells(table).items()
    }


def answer_of(ranking: pd.DataFrame, answer: Answer, labels: dict[str, str]) -> dict:
    """The answer: its sentences, margin and rows, gaps in percentage points; `order`: initializers,
    the best first. ranking: the rows of answer.csv."""
    rows = [
        {
            "place": place(row),
            "declared": bool(row.declared),
            "initializer": row.initializer,
            "standing": row.standing,
            **{
                name: finite(100 * value)
                for name, value in (
                    ("gap", row.gap),
                    ("low", row.gap_low),
                    ("high", row.gap_high),
                    ("final", row.final_accuracy),
                    ("failed", row.failed),
                )
            },
            "passes": finite(row.calibration_passes),
            "epochs": "never" if math.isinf(row.epochs_to_target) else finite(row.epochs_to_target),
        }
        for row in ranking.itertuples()
    ]
    return {
        "headline": headline(ranking, answer, labels),
        "margin": answer.margin,
        "order": order_of(ranking),
        "rows": rows,
    }


def finite(number: float) -> float | None:
    """A number for JSON, in which what is none lacks."""
    return rounded(number) if math.isfinite(number) else None


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
        "evidence": evidence(claim),
    }


def evidence(claim: dict) -> str:
    """The page's address of what a claim rests on: its experiment, where it is about."""
    parts = filter(None, claim["condition"].split("; "))
    axes = dict(part.removeprefix("over ").split("=", 1) for part in parts)
    # Of an average the first part is shown.
    first = {axis: values.split(", ")[0] for axis, values in axes.items()}
    return urlencode({"tab": "inside", "experiment": claim["experiment"]} | first)
