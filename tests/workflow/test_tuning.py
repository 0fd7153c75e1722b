"""A study with a search for learning rates, from its plan to its figures."""

import re

import pandas as pd
import pytest
from pypdf import PdfReader

from helpers.small_study import TUNED

SEARCHED = "replicas=1000-1000"


def trainings(project, *arguments):
    """The cells that the next run trains as far as is known: initializer, rate and replicas."""
    outcome = project.snakemake("--dry-run", *arguments)
    assert outcome.returncode == 0, outcome.stderr
    pattern = r"output: \S*initializer=(\w+)/\S*learning_rate=([\d.]+)/\S*(replicas=[\d-]+)/run.h5"
    return sorted(re.findall(pattern, outcome.stdout)), outcome.stdout


def test_a_dry_run_says_what_is_known_so_far(project):
    project.write_study(TUNED)
    planned, said = trainings(project)
    grid = [
        (initializer, rate, SEARCHED)
        for initializer in ("he_normal", "zero")
        for rate in ("0.01", "0.1")
    ]
    common = [(initializer, "0.01", "replicas=0-1") for initializer in ("he_normal", "zero")]
    assert planned == sorted(grid + common)
    assert "which will result in alteration of the DAG of jobs" in said


@pytest.mark.slow
def test_a_tuned_study_searches_compares_and_grows(project):
    project.write_study(TUNED)
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    home = project.path / "results/studies/small"
    table = pd.read_csv(home / "tables/first.csv")
    rates = pd.read_csv(home / "tables/first-rates.csv").set_index("initializer")
    assert set(table["rate"]) == {"tuned", "common"}
    for initializer in ("he_normal", "zero"):
        rows = table[table["initializer"] == initializer]
        tuned = rows[rows["rate"] == "tuned"]
        assert set(tuned["learning_rate"]) == {rates["learning_rate"][initializer]}
        assert set(tuned["rate_at_edge"]) == {rates["at_edge"][initializer]}
        assert set(tuned["search_passes"]) == {rates["search_passes"][initializer]}
    [claim] = pd.read_csv(home / "tables/claims.csv").to_dict("records")
    assert claim["rate"] == "tuned"
    assert claim["common_verdict"] in ("supported", "negligible", "refuted", "inconclusive")
    texts = [
        " ".join(page.extract_text().split())
        for page in PdfReader(project.path / "results/figures/all.pdf").pages
    ]
    _claims, *figures, search, _cover = texts
    assert "search for every method's best learning rate" in search
    flagged = rates["at_edge"].any()
    assert figures
    assert all(("edge of what was tried" in text) == flagged for text in figures)
    assert (project.path / "results/tables/first-rates.csv").exists()
    planned, said = trainings(project)
    assert planned == []
    assert "Nothing to be done" in said
    # A further rate in the grid trains what is new.
    project.write_study(TUNED.replace("[0.01, 0.1]", "[0.01, 0.03, 0.1]"))
    planned, _ = trainings(project)
    assert planned == [(name, "0.03", SEARCHED) for name in ("he_normal", "zero")]
    # More replicas leave the search as it is.
    project.write_study(TUNED.replace("replicas: 2", "replicas: 3\nblock: 2", 1))
    planned, _ = trainings(project)
    assert {replicas for *_, replicas in planned} == {"replicas=2-2"}
