"""Explorers of synthetic studies, of any size, without files for their runs."""

import itertools
from dataclasses import replace
from pathlib import Path

import pandas as pd

from helpers.synthetic_runs import REPLICAS, ROOT, drawn_accuracy, synthetic_run
from initstudy.explorer.content import SUMMARY, content
from initstudy.explorer.digest import Digest, digest
from initstudy.explorer.page import explorer
from initstudy.figures.kinds import kinds
from initstudy.reporting.words import SHOWN
from initstudy.study.cells import ShownExperiment
from initstudy.study.layers import Sources
from initstudy.study.load import load_study

CIFAR10_STEPS_PER_EPOCH = 45_000 // 32


def described_study(name: str) -> list[ShownExperiment]:
    """The experiments of studies/<name>.yaml."""
    sources = Sources(ROOT / "config.yaml", (ROOT / "studies",), overrides={"study": name})
    study = load_study(sources, list(kinds()))
    return [replace(study.shown(name), replicas=REPLICAS) for name in study.experiments]


def synthetic_digests(experiments: list[ShownExperiment]) -> dict[str, Digest]:
    """Digests of runs with as many records as training on CIFAR-10 makes."""
    cells = {cell.folder: cell for one in experiments for cell in one.cells}
    return {
        folder: digest(
            synthetic_run(cell, drawn_accuracy(cell), drawn_accuracy(cell), CIFAR10_STEPS_PER_EPOCH)
        )
        for folder, cell in sorted(cells.items())
    }


def synthetic_summaries(experiments: list[ShownExperiment]) -> pd.DataFrame:
    """A row for everything that the page's table shows."""
    cells = itertools.chain.from_iterable(one.cells for one in experiments)
    numbers = {"value": 0.4, "low": 0.3, "high": 0.5, "n": REPLICAS}
    return pd.DataFrame(
        [
            cell.values() | numbers | {"metric": metric, "statistic": statistic}
            for cell in cells
            for metric, statistic in SUMMARY
        ]
    )


def synthetic_scores(experiments: list[ShownExperiment]) -> dict[str, dict[str, list[float]]]:
    """Accuracies of every cell's replicas, in place of `content.scores_of`."""
    cells = {cell.folder: cell for one in experiments for cell in one.cells}
    return {
        folder: {metric: drawn_accuracy(cell).round(4).tolist() for metric in SHOWN}
        for folder, cell in cells.items()
    }


def synthetic_page(experiments: list[ShownExperiment], path: Path) -> Path:
    """Write the explorer of a study to a file."""
    digests = synthetic_digests(experiments)
    told = content(
        *(experiments, digests, synthetic_summaries(experiments), pd.DataFrame()),
        synthetic_scores(experiments),
    )
    path.write_text(explorer(told, digests), encoding="utf-8")
    return path
