"""A small synthetic study with an explorer, and what its page is asked about."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from helpers.synthetic_runs import ROOT, catalogue, experiment, write_runs
from initstudy.analysis.results import calibration_passes
from initstudy.analysis.summaries import summary_table
from initstudy.analysis.tables import experiment_table
from initstudy.records.gathered import read_gathered
from initstudy.records.run import Run
from initstudy.study.cells import Facet, ShownExperiment

TARGETS = {"photos": 0.5, "digits": 0.5}
CLAIM = {
    "claim": "he_learns",
    "statement": "He & others' initialization is <better> than zero weights.",
    "test": "greater",
    "effect": 0.2,
    "ci_low": 0.1,
    "ci_high": 0.3,
    "p": 0.001,
    "p_adjusted": 0.01,
    "margin": 0.01,
    "n": 4,
    "verdict": "supported",
    "replicas_needed": np.nan,
}


@dataclass(frozen=True)
class Explored:
    """A study's experiments, all of its runs by the cells' folders, and its page."""

    experiments: list[ShownExperiment]
    runs: dict[str, Run]
    page: Path

    def run(self, name: str, facet: Facet, label: str) -> Run:
        """The run of the cell that an initializer's label names in a facet."""
        [described] = [one for one in self.experiments if one.name == name]
        [run] = [
            self.runs[cell.folder]
            for cell in described.cells
            if cell.lies_in(facet) and described.initializers[cell.initializer].label == label
        ]
        return run

    def layer(self, layer: str, quantity: str, step: int, **place) -> list[float]:
        """Median and quartiles over the replicas of a run."""
        run = self.run(**place)
        [row] = np.flatnonzero(run.statistics_step == step)
        return np.quantile(run.statistics[layer][quantity][row], [0.5, 0.25, 0.75]).tolist()

    def curve(self, metric: str, passes: float, **place) -> list[float]:
        """The same of a learning curve; `passes` count calibration, too."""
        run = self.run(**place)
        points = run.history["epoch"] + calibration_passes(run)
        row = np.abs(points - passes).argmin()
        return np.nanquantile(run.history[metric][row], [0.5, 0.25, 0.75]).tolist()


def explored(folder: Path) -> Explored:
    """Two experiments, one of which varies optimizer and depth, and the page made of them."""
    first = experiment(catalogue(10), optimizer=["adam", "sgd"], depth=[3, 6])
    second = experiment(catalogue(3), dataset=["digits", "photos"], epochs=[4])
    experiments = [replace(first, name="first"), replace(second, name="second")]
    runs = {}
    for described in experiments:
        write_runs(described, folder / f"{described.name}.h5")
        own = read_gathered(folder / f"{described.name}.h5")
        summary = summary_table(described, experiment_table(described, own, TARGETS))
        summary.to_csv(folder / f"{described.name}-summary.csv", index=False)
        runs |= own
    pd.DataFrame([CLAIM]).to_csv(folder / "claims.csv", index=False)
    command = ["scripts/explore.py", "--experiments"]
    command += [json.dumps([described.as_dict() for described in experiments])]
    command += ["--runs", *sorted(folder.glob("*.h5"))]
    command += ["--summaries", *sorted(folder.glob("*-summary.csv"))]
    command += ["--claims", folder / "claims.csv", "--output", folder / "explore.html"]
    subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, check=True)
    return Explored(experiments, runs, folder / "explore.html")


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
