"""Every kind of figure stands, with its caption, whatever a study and its results are like."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from helpers import synthetic_runs
from helpers.synthetic_runs import catalogue, experiment, results_of, strengths
from initstudy.figures.kinds import kinds
from initstudy.figures.style import save

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning")]

LABELS = ("30 $characters$ of_any {kind}%s", "مهيئ الأوزان", "一致性初始化", "Zero 🎲 \\frac{1}{2}")
AXES = {"best_rate": {"learning_rate": [0.001, 0.01]}, "sweep": {"depth": [3, 6]}}
AXES |= {"variance": {"seed": [0, 1]}}


def diverged(results):
    """All replicas have diverged."""
    for result in results:
        for arrays in (result.run.history, result.run.progress, *result.run.statistics.values()):
            for name, array in arrays.items():
                if array.dtype == float and name != "step":
                    array[1:] = np.nan
        for column in ("final_accuracy", "area_under_curve", "charged_area_under_curve"):
            result.replicas[column] = np.nan
        result.replicas["failed"] = True
    return results


def still(results):
    """Nothing moves, and every replica is like every other."""
    for result in results:
        for quantities in result.run.statistics.values():
            for array in quantities.values():
                array[:] = 0
        numbers = result.replicas.select_dtypes("number").columns
        result.replicas[numbers] = result.replicas[numbers].iloc[0].to_numpy()
    return results


def made(kind, initializers, folder, **axes):
    """A described experiment with its results."""
    described = experiment(initializers, **(AXES.get(kind, {}) | axes))
    return described, results_of(described, folder)


CASES = {
    "one initializer": lambda kind, folder: made(kind, start(kind, 1), folder),
    "one epoch": lambda kind, folder: made(kind, start(kind, 3), folder, epochs=[1]),
    "all diverged": lambda kind, folder: changed(made(kind, start(kind, 3), folder), diverged),
    "all equal": lambda kind, folder: changed(made(kind, start(kind, 3), folder), still),
    "thirty values": lambda kind, folder: made(
        kind, start(kind, 2), folder, batch_size=list(range(10, 40))
    ),
    "labels of any kind": lambda kind, folder: made(kind, labelled(kind), folder),
}


def start(kind, count):
    return strengths(count) if kind == "strength" else catalogue(count)


def labelled(kind):
    named = zip(start(kind, len(LABELS)).items(), LABELS, strict=True)
    return {name: replace(entry, label=label) for (name, entry), label in named}


def changed(described_results, change):
    described, results = described_results
    return described, change(results)


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("kind", kinds())
def test_few_replicas_are_drawn(kind, replicas, tmp_path, monkeypatch):
    monkeypatch.setattr(synthetic_runs, "REPLICAS", replicas)
    drawn(kind, *made(kind, start(kind, 3), tmp_path), tmp_path)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", kinds())
def test_whatever_comes_is_drawn(kind, case, tmp_path):
    if (kind, case) == ("best_rate", "thirty values"):
        return  # Thirty rows of panels, which take a minute.
    drawn(kind, *CASES[case](kind, tmp_path), tmp_path)


def drawn(kind, described, results, folder):
    module = import_module(f"initstudy.figures.kinds.{kind}")
    facet = described.facets()[0] if module.PER_FACET else {}
    shown = [result for result in results if result.cell.lies_in(facet)]
    save(module.draw(described, facet, shown), folder / "a.pdf", folder / "a.png")
    said = module.caption(described, facet, shown)
    assert "nan" not in said.split("\n\n")[0].lower().replace("nan:", "")
