"""A study's results are kept with what they were made of, and a rerun is compared with them."""

import hashlib
import json
import re
import subprocess
import sys

import pytest

from helpers.project_copy import Project

RESULTS = "results/studies/small"


@pytest.fixture(scope="module")
def kept(finished, tmp_path_factory) -> Project:
    """The small study, with what it came to in docs/small. To be copied before it is changed."""
    project = finished.copied(tmp_path_factory.mktemp("kept") / "project")
    outcome = project.snakemake(f"{RESULTS}/provenance.json")
    assert outcome.returncode == 0, outcome.stderr
    outcome = python(project, "publish.py", "--to", "docs/small")
    assert outcome.returncode == 0, outcome.stderr
    return project


@pytest.fixture
def published(kept, tmp_path) -> Project:
    return kept.copied(tmp_path / "project")


def python(project: Project, script: str, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, f"scripts/{script}", "--results", RESULTS, *arguments]
    return subprocess.run(command, cwd=project.path, capture_output=True, text=True)


def reproduce(project: Project) -> subprocess.CompletedProcess:
    return python(project, "reproduce.py", "--published", "docs/small")


def sha256(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_published_is_what_the_study_made(published):
    folder = published.path / "docs/small"
    record = json.loads((folder / "provenance.json").read_text())
    assert sorted(path.name for path in folder.iterdir()) == [
        *("claims.csv", "first-summary.csv", "first.csv", "provenance.json"),
        *("second-summary.csv", "second.csv"),
    ]
    for path, digest in record["files"].items():
        assert path.startswith(f"{RESULTS}/tables/")
        assert sha256(published.path / path) == digest
        assert sha256(folder / path.rpartition("/")[2]) == digest
    assert set(record["made_of"]) == {
        *(f"{RESULTS}/runs/first.h5", f"{RESULTS}/runs/second.h5", "results/data/digits.h5")
    }
    for path, digest in record["made_of"].items():
        assert sha256(published.path / path) == digest
    assert record["experiments"] == ["first", "second"]
    assert record["data"]["digits"]["counts"]["train"] == 1295


def test_a_result_that_was_changed_is_not_published(published):
    table = published.path / RESULTS / "tables/claims.csv"
    table.write_text(table.read_text().replace("inconclusive", "refuted"))
    outcome = python(published, "publish.py", "--to", "docs/other")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Error: {RESULTS}/tables/claims.csv is not what")
    assert not (published.path / "docs/other").exists()


def test_a_rerun_is_compared(published):
    outcome = reproduce(published)
    assert outcome.returncode == 0, outcome.stderr
    assert "Verdicts: 1 of 1 as published." in outcome.stdout
    assert "Final accuracy of 7 conditions" in outcome.stdout
    assert "equal to the bit in 7" in outcome.stdout
    assert "data set digits: the same images" in outcome.stdout
    assert re.search(r"^machine: processor .*, instruction set .*; the same$", outcome.stdout, re.M)
    table = published.path / "docs/small/claims.csv"
    table.write_text(table.read_text().replace("inconclusive", "refuted"))
    outcome = reproduce(published)
    assert outcome.returncode == 1
    assert "Verdicts: 0 of 1 as published." in outcome.stdout
    assert "refuted -> inconclusive" in outcome.stdout


def test_what_is_not_published_cannot_be_compared(published):
    outcome = python(published, "reproduce.py", "--published", "docs/other")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Error: there is no docs/other/provenance.json")
