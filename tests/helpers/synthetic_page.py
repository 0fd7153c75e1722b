"""Explorers of synthetic studies, of any size, without files for their runs."""

import itertools
from pathlib import Path

import pandas as pd

from helpers.synthetic_runs import CONFIG, REPLICAS, ROOT, drawn_accuracy, synthetic_run
from initstudy.analysis.tables import facet_cells
from initstudy.explorer.content import SUMMARY, content
from initstudy.explorer.digest import Digest, digest
from initstudy.explorer.page import explorer
from initstudy.study.cells import cell_folder, experiment_axes
from initstudy.study.load import load_study

CIFAR10_STEPS_PER_EPOCH = 45_000 // 32


def described_study(name: str) -> list[dict]:
    """What the workflow says of the experiments of studies/<name>.yaml."""
    study = load_study(
        CONFIG | {"study": name}, {}, ROOT / "studies", ROOT / "rules/study.schema.yaml"
    )
    return [
        {
            "study": study["title"],
            "name": experiment,
            "replicas": REPLICAS,
            "axes": (axes := experiment_axes(study, experiment)),
            "initializers": {
                name: {
                    "label": entry["label"],
                    "calibrated": entry.get("calibrated", False),
                    "position": position,
                }
                for position, (name, entry) in enumerate(study["initializers"].items())
                if name in axes["initializer"]
            },
        }
        for experiment in study["experiments"]
    ]


def synthetic_digests(experiments: list[dict]) -> dict[str, Digest]:
    """Digests of runs with as many records as training on CIFAR-10 makes."""
    cells = {cell_folder(cell): cell for one in experiments for cell in facet_cells(one, {})}
    return {
        folder: digest(
            synthetic_run(cell, drawn_accuracy(cell), drawn_accuracy(cell), CIFAR10_STEPS_PER_EPOCH)
        )
        for folder, cell in sorted(cells.items())
    }


def synthetic_summaries(experiments: list[dict]) -> pd.DataFrame:
    """A row for everything that the page's table shows."""
    cells = itertools.chain.from_iterable(facet_cells(one, {}) for one in experiments)
    numbers = {"value": 0.4, "low": 0.3, "high": 0.5, "n": REPLICAS}
    return pd.DataFrame(
        [
            cell | numbers | {"metric": metric, "statistic": statistic}
            for cell in cells
            for metric, statistic in SUMMARY
        ]
    )


def synthetic_page(experiments: list[dict], path: Path) -> Path:
    """Write the explorer of a study to a file."""
    digests = synthetic_digests(experiments)
    told = content(experiments, digests, synthetic_summaries(experiments), pd.DataFrame())
    path.write_text(explorer(told, digests), encoding="utf-8")
    return path
