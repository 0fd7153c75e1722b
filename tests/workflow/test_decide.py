"""`make decide` on a small study, from its first look to its last."""

import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from decide import foreseen, loaded
from helpers.small_study import TINY, TUNED
from initstudy.records import benchmarks

STUDY = TINY.replace("replicas: 2", "replicas: 2\nblock: 2\ndecide: {looks: 2, most_replicas: 4}")


def decide(project, hours="1"):
    command = [sys.executable, "scripts/decide.py", "--study", "small", "--hours", hours]
    return subprocess.run(
        [*command, "--cores", "2"], cwd=project.path, capture_output=True, text=True
    )


@pytest.mark.slow
def test_replicas_are_added_until_the_last_look(project):
    project.write_study(STUDY)
    outcome = decide(project)
    assert outcome.returncode == 0, outcome.stderr
    assert "first: 2 -> 4 replicas." in outcome.stderr
    assert "All looks are taken." in outcome.stderr
    written = yaml.safe_load((project.path / "studies/small_decided.yaml").read_text())
    assert written == {
        "extends": "small",
        "decide": {"look": 2},
        "experiments": {"first": {"replicas": 4}},
    }
    table = "results/studies/small_decided/tables/claims.csv"
    [claim] = pd.read_csv(project.path / table).to_dict("records")
    assert (claim["n"], claim["look"]) == (4, "2 of 2")
    runs = project.path.glob("results/cells/**/replicas=*")
    assert sorted({path.name for path in runs}) == ["replicas=0-1", "replicas=2-3"]
    assert (project.path / "results/figures/all.pdf").exists()
    trained = {path: path.stat().st_mtime for path in project.path.rglob("run.h5")}
    again = decide(project)
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime for path in project.path.rglob("run.h5")} == trained


@pytest.mark.slow
def test_a_used_budget_ends_it_with_what_there_is(project):
    project.write_study(STUDY)
    outcome = decide(project, hours="0.0001")
    assert outcome.returncode == 0, outcome.stderr
    assert "first would take" in outcome.stderr
    assert "does not fit" in outcome.stderr
    table = "results/studies/small_decided/tables/claims.csv"
    [claim] = pd.read_csv(project.path / table).to_dict("records")
    assert (claim["n"], claim["look"]) == (2, "1 of 2")


def test_what_further_replicas_take_is_foreseen_at_tuned_rates_too(project, monkeypatch):
    project.write_study(STUDY + TUNED.removeprefix(TINY))
    monkeypatch.chdir(project.path)
    study = loaded("small")
    [experiment] = study.experiments.values()
    for one in experiment.cells:
        rate = 0.1 if one.rate == "tuned" else 0.01
        folder = benchmarks.FOLDER / replace(one, learning_rate=rate).folder
        folder.mkdir(parents=True)
        (folder / "replicas=0-1.tsv").write_text("s\th:m:s\n100\t-\n")
        (folder / "replicas=1000-1000.tsv").write_text("s\th:m:s\n999\t-\n")
    assert len(experiment.cells) == 4
    assert foreseen(study, experiment, 2) == 0
    assert foreseen(study, experiment, 6) == 4 * 2 * 100


def test_a_study_without_claims_has_nothing_to_decide(project):
    project.write_study(STUDY.partition("claims:")[0])
    outcome = decide(project)
    assert outcome.returncode == 1
    assert outcome.stderr.strip().endswith(
        "small declares no claims, so there is nothing to decide"
    )
    assert not (project.path / "studies/small_decided.yaml").exists()
