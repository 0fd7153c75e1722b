"""A small synthetic study with an explorer, and what its page is asked about."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from playwright.sync_api import Page

from helpers.synthetic_runs import ROOT, catalogue, experiment, write_runs
from initstudy.analysis.charging import calibration_passes
from initstudy.analysis.ranking import ranking
from initstudy.analysis.summaries import summary_table
from initstudy.analysis.tables import read_table
from initstudy.records.run import read_run
from initstudy.study.answer import Answer
from initstudy.study.cells import Facet, ShownExperiment

CLAIM = {
    "claim": "he_learns",
    "statement": "He & others' initialization is <better> than zero weights.",
    "test": "greater",
    "experiment": "first",
    "metric": "charged_area_under_curve",
    "condition": "dataset=photos; over optimizer=adam, sgd",
    "parts": '[{"part": "optimizer=sgd", "effect": 0.2, "ci_low": null, "ci_high": null}]',
    "effect": 0.2,
    "ci_low": 0.1,
    "ci_high": 0.3,
    "simultaneous_low": 0.05,
    "simultaneous_high": 0.35,
    "margin": 0.01,
    "n": 4,
    "verdict": "supported",
    "replicas_needed": np.nan,
    "common_effect": 0.15,
    "common_verdict": "inconclusive",
    "at_edge": "normal",
    "look": "",
}


@dataclass(frozen=True)
class Explored:
    """A study's folder, its experiments, and its page."""

    results: Path
    experiments: list[ShownExperiment]
    page: Path

    def run(self, name: str, facet: Facet, label: str) -> Path:
        """The run.h5 of the cell that an initializer's label names in a facet."""
        [described] = [one for one in self.experiments if one.name == name]
        [path] = [
            self.results / cell.folder / "run.h5"
            for cell in described.cells
            if cell.lies_in(facet) and described.initializers[cell.initializer].label == label
        ]
        return path

    def layer(self, layer: str, quantity: str, step: int, **place) -> list[float]:
        """Median and quartiles over the replicas that a run.h5 holds."""
        with h5py.File(self.run(**place)) as file:
            [row] = np.flatnonzero(file["statistics/step"][:] == step)
            values = file[f"statistics/{layer}/{quantity}"][row]
        return np.quantile(values, [0.5, 0.25, 0.75]).tolist()

    def curve(self, metric: str, passes: float, **place) -> list[float]:
        """The same of a learning curve; `passes` count calibration, too."""
        run = read_run(self.run(**place))
        points = run.history["epoch"] + calibration_passes(run).mean()
        row = np.abs(points - passes).argmin()
        return np.nanquantile(run.history[metric][row], [0.5, 0.25, 0.75]).tolist()


def explored(folder: Path, answered: bool = False) -> Explored:
    """Two experiments, one of which varies optimizer and depth, and the page made of them.

    answered: with an answer by the first one.
    """
    first = experiment(catalogue(10), "first", optimizer=["adam", "sgd"], depth=[3, 6])
    second = experiment(catalogue(3), "second", dataset=["digits", "photos"], epochs=[4])
    experiments = [first, second]
    for described in experiments:
        write_runs(described, folder)
        summary = summary_table(described, read_table(folder / f"{described.name}.csv"))
        summary.to_csv(folder / f"{described.name}-summary.csv", index=False)
    pd.DataFrame([CLAIM]).to_csv(folder / "claims.csv", index=False)
    command = ["scripts/explore.py", "--experiments"]
    command += [json.dumps([described.as_dict() for described in experiments])]
    command += ["--runs", *sorted(folder.glob("*.h5"))]
    command += ["--summaries", *sorted(folder.glob("*-summary.csv"))]
    command += ["--tables", *(folder / f"{described.name}.csv" for described in experiments)]
    command += ["--claims", folder / "claims.csv", "--output", folder / "explore.html"]
    if answered:
        answer = Answer(["first"], "final_accuracy", 0.01)
        tables = {one.name: read_table(folder / f"{one.name}.csv") for one in experiments}
        ranking(answer, experiments, tables, {}).to_csv(folder / "answer.csv", index=False)
        command += ["--answer", json.dumps(answer.as_dict()), "--ranking", folder / "answer.csv"]
    subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, check=True)
    return Explored(folder, experiments, folder / "explore.html")


def wait(page: Page) -> None:
    """Until the charts are those of the selection."""
    page.wait_for_selector("#main[aria-busy=false]")


def drawn(page: Page, chart: str) -> list[list[str]]:
    """Shapes and colours of a chart, but for the legend's gradient, which is numbered."""
    wait(page)
    read = "paths => paths.map(path => [path.getAttribute('d'), path.getAttribute('fill')])"
    return page.eval_on_selector_all(f"#{chart} path:not([fill^=url])", read)


def tooltip(page: Page) -> dict[str, str]:
    """What the tooltip says, by its rows' names."""
    page.wait_for_selector("#vg-tooltip-element.visible")
    keys, values = (page.locator(f"#vg-tooltip-element .{part}") for part in ("key", "value"))
    return dict(zip(keys.all_inner_texts(), values.all_inner_texts(), strict=True))


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))
