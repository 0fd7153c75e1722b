"""Experiments share cells, and come and go with their pages alone."""

import re

import pandas as pd
from pypdf import PdfReader

from helpers.small_study import STUDY


def planned(project, *arguments):
    """The jobs of the next run, `rule: first output`, without the rules that only collect."""
    outcome = project.snakemake("--dry-run", *arguments)
    assert outcome.returncode == 0, outcome.stderr
    jobs = re.findall(r"rule (\w+):.*?output: ([^\n,]+)", outcome.stdout, flags=re.DOTALL)
    return sorted(f"{rule}: {output}" for rule, output in jobs)


def test_cells_that_experiments_share_are_trained_once(project):
    cells = [job for job in planned(project) if job.startswith("train_cell")]
    # Three of the first; two more of the second, at the other batch size.
    assert len(cells) == len(set(cells)) == 5


def test_removing_an_experiment_removes_its_page_and_nothing_else(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    before = {
        path: path.read_bytes()
        for path in project.path.glob("results/**/*")
        if path.is_file() and path.suffix in (".h5", ".csv", ".pdf", ".png", ".html")
    }
    second = re.search(r"  second:\n(    .*\n)+", STUDY)[0]
    project.write_study(STUDY.replace(second, ""))
    assert planned(project) == [
        "bind_figures: results/studies/small/figures/all.pdf",
        "explore_study: results/studies/small/explore.html",
        "plot_cover: results/studies/small/figures/cover.pdf",
        "publish_explorer: results/explore.html",
        "publish_figures: results/figures/all.pdf",
    ]
    assert project.snakemake().returncode == 0
    reader = PdfReader(project.path / "results/figures/all.pdf")
    titles = " ".join(entry.title for entry in reader.outline if not isinstance(entry, list))
    assert "second:" not in titles
    assert "first:" in titles
    # The tables of the last run are those of its experiments alone.
    gone = {path for path in before if not path.exists()}
    assert {path.name for path in gone} == {"second.csv", "second-summary.csv"}
    assert {path.parent.name for path in gone} == {"tables"}
    kept = {path: content for path, content in before.items() if path not in gone}
    changed = {path.name for path, content in kept.items() if path.read_bytes() != content}
    assert changed == {"all.pdf", "cover.pdf", "explore.html"}


def test_claims_are_judged_in_a_run_of_the_workflow(finished):
    [claim] = pd.read_csv(finished.path / "results/studies/small/tables/claims.csv").to_dict(
        "records"
    )
    assert claim["claim"] == "he_learns"
    assert claim["n"] == 2
    assert claim["verdict"] in ("supported", "negligible", "refuted", "inconclusive")


def test_a_claim_about_what_is_not_run_is_refused(project):
    project.write_study(STUDY.replace("{initializer: he_normal}", "{initializer: lsuv}"))
    outcome = project.snakemake("--dry-run")
    assert outcome.returncode == 1
    assert (
        "claims.he_learns.compare.initializer: 'lsuv' is not run" in outcome.stdout + outcome.stderr
    )
