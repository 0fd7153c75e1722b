"""Faults, injected for real: nothing is lost, nothing is done twice, nothing wrong is used."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from helpers.faults import (
    PATIENCE,
    STUDY,
    Running,
    confined,
    kill_group,
    kill_job,
    kill_snakemake,
    results,
)
from helpers.project_copy import Project, new_project
from initstudy.records.run import read_attributes

DO = "see to it, then rerun"
LOCKED = "It can be removed with the --unlock argument"
MOMENTS = ("prepare.py", "train.py", "train.py", "plot.py")
MIDDLE = 2
"""The moment at which some cells are finished and others are not."""
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Project:
    """The study, run to its end. To be copied before anything in it is changed."""
    project = new_project(tmp_path_factory.mktemp("undisturbed") / "project")
    project.write_study(STUDY)
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    return project


@pytest.fixture
def fresh(project) -> Project:
    project.write_study(STUDY)
    return project


@pytest.fixture
def start():
    """Start a run, which is over at the end of the test whatever happens."""
    runs = []

    def start(project: Project) -> Running:
        runs.append(Running(project.path))
        return runs[-1]

    yield start
    for run in runs:
        run.end()


@pytest.mark.slow
@pytest.mark.parametrize("kill", [kill_job, kill_snakemake, kill_group])
def test_what_was_killed_ends_as_if_it_had_not_been(fresh, undisturbed, start, kill):
    finished = set()
    for moment, script in enumerate(MOMENTS):
        running = start(fresh)
        if moment == MIDDLE:
            running.wait_for(partial(running.cells, finished=True))
        kill(running, script)
        assert not finished & running.cells(finished=False)
        finished |= running.cells(finished=True)
        if kill is not kill_job:
            # The jobs of a Snakemake that was killed alone go on, even while the next one runs.
            refused = fresh.snakemake()
            assert refused.returncode == 1
            assert LOCKED in refused.stderr
            assert fresh.snakemake("--unlock").returncode == 0
    assert finished
    running = start(fresh)
    assert running.process.wait(PATIENCE) == 0, running.said
    assert not finished & running.cells(finished=False)
    assert results(fresh.path) == results(undisturbed.path)


@pytest.mark.slow
def test_a_second_snakemake_is_refused_and_does_no_harm(fresh, undisturbed, start):
    running = start(fresh)
    running.wait_for(partial(running.job, "prepare.py"))
    second = fresh.snakemake()
    assert second.returncode == 1
    assert f"another Snakemake, process {running.process.pid}, runs in this folder" in second.stderr
    assert "--unlock" not in second.stderr
    assert "Traceback" not in second.stderr
    assert running.process.wait(PATIENCE) == 0, running.said
    assert results(fresh.path) == results(undisturbed.path)


def a_run(project: Project) -> Path:
    return min(project.path.glob("results/cells/**/run.h5"))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def foreign(path: Path) -> None:
    path.write_text("not HDF5")


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [cut, empty, flip, foreign])
def test_a_spoilt_run_is_named_and_made_anew(undisturbed, tmp_path, spoil):
    project = undisturbed.copied(tmp_path / "project")
    run = a_run(project)
    spoil(run)
    outcome = project.snakemake()
    assert outcome.returncode == 1
    name = run.relative_to(project.path)
    said = outcome.stdout + outcome.stderr
    assert f"Error: {name} is damaged or no run" in said
    assert f": delete it, then have it made by snakemake --cores 1 {name}" in said
    assert "Traceback" not in outcome.stdout + outcome.stderr
    run.unlink()
    # By name: Snakemake does not miss what stands between the sources and a newer all.pdf.
    copies = Path("results/tables")  # a folder, which is made as a whole
    files = [path for path in results(undisturbed.path) if path.parent != copies]
    again = project.snakemake(*map(str, files), str(copies))
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("rule train_cell:") == 1
    assert results(project.path) == results(undisturbed.path)


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [cut, empty, foreign])
def test_a_spoilt_data_set_is_named(undisturbed, tmp_path, spoil):
    project = undisturbed.copied(tmp_path / "project")
    spoil(project.path / "results/data/digits.h5")
    outcome = project.snakemake()
    assert outcome.returncode == 1
    said = outcome.stdout + outcome.stderr
    assert "Error: results/data/digits.h5 is not a whole prepared data set: delete it" in said
    assert "Traceback" not in said


needs_mounts = pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run(["unshare", "--mount", "--map-root-user", "true"]).returncode != 0,
    reason="no mounts can be made here",
)


def writers(project: Project) -> dict[str, list]:
    """How each kind of file is written, by its name: a script and its arguments."""
    cell = json.dumps(read_attributes(a_run(project))["cell"])
    return {
        "digits.h5": ["prepare.py", "--source", "digits"],
        "run.h5": [
            *("train.py", "--cell", cell, "--data", "results/data/digits.h5", "--code", "0"),
            *("--network", "architectures.lenet5"),
            *("--initializer", "consistency.consistency", "--schedule", "decay.constant"),
        ],
        "all.pdf": ["bind.py", "--pages", "results/studies/small/figures/first-curves.pdf"],
    }


@needs_mounts
@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits.h5", "run.h5", "all.pdf"])
def test_a_full_disk_is_named_and_nothing_half_written_stays(undisturbed, tmp_path, name):
    full = tmp_path / "full"
    full.mkdir()
    script, *arguments = writers(undisturbed)[name]
    command = [sys.executable, f"scripts/{script}", *arguments, "--output", f"{full}/{name}"]
    outcome = confined(
        f"mount -t tmpfs -o size=4k none {full}",
        ["sh", "-c", f"{shlex.join(command)}; ls -A {full}"],
        undisturbed.path,
    )
    error = outcome.stderr.splitlines()[-1]
    assert error == f"Error: {full}/{name} cannot be written: No space left on device; {DO}"
    assert outcome.stdout == ""


@needs_mounts
@pytest.mark.slow
def test_results_that_cannot_be_written_to_are_named(undisturbed, tmp_path):
    project = undisturbed.copied(tmp_path / "project")
    for name in ("", "studies/small/"):
        (project.path / f"results/{name}figures/all.pdf").unlink()
    (project.path / "results/studies/small/figures/first-curves.pdf").unlink()
    outcome = confined(
        "mount --bind results results && mount -o remount,bind,ro results", SNAKEMAKE, project.path
    )
    assert outcome.returncode == 1
    said = outcome.stdout + outcome.stderr
    # Snakemake looks at its jobs in no order, and stops at the first that it finds.
    rule = r"Write-protected output files for rule (plot_experiment|bind_figures|publish_figures)"
    assert re.search(rule, said)
    assert re.search(r"affected files:\n +results/", said)
    assert "Traceback" not in said
