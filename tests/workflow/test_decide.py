"""`make decide` on a small study, from its first look to its last."""

import subprocess
import sys

import pandas as pd
import pytest
import yaml

from helpers.small_study import TINY

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


def test_a_study_without_claims_has_nothing_to_decide(project):
    project.write_study(STUDY.partition("claims:")[0])
    outcome = decide(project)
    assert outcome.returncode == 1
    assert outcome.stderr.strip().endswith(
        "small declares no claims, so there is nothing to decide"
    )
    assert not (project.path / "studies/small_decided.yaml").exists()
