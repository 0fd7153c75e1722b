"""How long the trainings of a study took in all."""

import pandas as pd
import pytest

from helpers.small_data import write_noise
from helpers.synthetic_runs import catalogue, cell_random, experiment, synthetic_run
from initstudy.records.gathered import write_gathered
from initstudy.records.run import write_run
from initstudy.reporting.provenance import provenance
from initstudy.study.cells import Cell

RATE = 0.03


def trained(folder, name: str, rate: str, count: int) -> list[Cell]:
    """An experiment of so many initializers at RATE, chosen in some way."""
    described = experiment(catalogue(count), learning_rate=[RATE])
    entries = []
    for number, cell in enumerate(described.cells):
        accuracy = cell_random(cell).uniform(0.1, 0.2, 5)
        path = folder / name / f"{number}.h5"
        path.parent.mkdir(exist_ok=True)
        write_run(path, synthetic_run(cell, accuracy, accuracy))
        entries.append((path, rate))
    write_gathered(folder / f"{name}.h5", entries)
    return described.cells


def note(benchmarks, cell: Cell, block: str, seconds: float) -> None:
    """What Snakemake writes when a training has ended."""
    path = benchmarks / cell.folder / f"replicas={block}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"s\th:m:s\n{seconds}\t-\n")


@pytest.fixture
def record(tmp_path):
    """Two experiments, of which one is tuned, with a cell in common."""
    benchmarks = tmp_path / "benchmarks"
    tuned = trained(tmp_path, "tuned", "tuned", 2)
    [shared] = trained(tmp_path, "plain", "", 1)
    assert shared == tuned[0]
    for cell in tuned:
        note(benchmarks, cell, "0-1", 3600)
        note(benchmarks, cell, "2-4", 3600)
        note(benchmarks, cell, "5-9", 36000)  # of another study, which has more replicas
        note(benchmarks, cell, "1000-1002", 360)
    rows = [cell.values() | {"replica": 1000, "value": 0.5} for cell in tuned]
    pd.DataFrame(rows).to_csv(tmp_path / "tuned-2.csv", index=False)
    data = write_noise(tmp_path / "noise.h5", 40, 10, classes=2)
    gathered = [tmp_path / "tuned.h5", tmp_path / "plain.h5"]
    return provenance("x", "X", [], gathered, [tmp_path / "tuned-2.csv"], [data], benchmarks)


def test_hours_count_what_was_trained_for_an_experiment(record):
    assert record["hours"] == {"tuned": 4.2, "plain": 2.0}


def test_what_experiments_share_counts_once_in_all(record):
    assert record["hours_in_all"] == 4.2
