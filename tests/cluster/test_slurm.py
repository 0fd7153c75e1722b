"""The small study on a real Slurm, with all that can happen to jobs there."""

import re
import time

import pytest

from helpers.slurm_jobs import accounted, kill, training
from helpers.slurm_node import run
from helpers.slurm_project import PATIENCE, QUICK, Project, run_name
from initstudy.study.axes import AXES
from initstudy.study.cells import Task, cell
from initstudy.study.sources import IMAGE_SIZE
from initstudy.training.resources import memory, minutes

pytestmark = pytest.mark.slow
GROUPS = 3  # of the five cells, two each
CELL = {name: axis.default for name, axis in AXES.items()} | {
    "learning_rate": 0.01,
    "train_size": 256,
    "epochs": 1,
}
NEEDS = [(32, 0), (64, 0), (32, 64)]  # batch and calibration size
BROKEN = """\
title: One cell that cannot be trained
replicas: 1
initializers:
  broken: {label: Broken, method: broken.py:broken}
experiments:
  broken: {dataset: [digits], initializer: [broken]}
"""


@pytest.fixture(scope="session")
def disturbed(slurm, tmp_path_factory):
    """The small study to all.pdf, three jobs disturbed; project, output, those jobs."""
    project = Project(tmp_path_factory.mktemp("disturbed") / "project")
    process = project.start(*QUICK, "--group-components", "cells=2")
    todo = [
        ("cancelled", lambda job, _: run("scancel", job)),
        ("killed", lambda _, pid: kill(pid)),
        ("requeued", lambda job, _: run("scontrol", "requeue", job)),
    ]
    done = {}
    end = time.monotonic() + PATIENCE
    while process.poll() is None and todo and time.monotonic() < end:
        fresh = {job: pid for job, pid in training().items() if job not in done.values()}
        for job, pid in fresh.items():
            if todo:
                name, disturb = todo.pop(0)
                disturb(job, pid)
                done[name] = job
        time.sleep(0.2)
    project.end(process)
    return project, project.said(), done


def test_it_ends_with_all_figures_and_the_bytes_of_a_local_run(disturbed, local):
    project, text, done = disturbed
    assert len(done) == 3
    assert (project.path / "results/figures/all.pdf").exists(), text
    assert len(local.cells()) == 5
    assert project.cells() == local.cells()


def test_what_was_disturbed_was_tried_again_with_more(disturbed):
    project, text, done = disturbed
    jobs = [job for job in accounted(run_name(text)) if job.rule == "train_cell"]
    states = {name: [job.state for job in jobs if job.number == done[name]] for name in done}
    assert states == {
        "cancelled": ["CANCELLED"],
        "killed": ["FAILED"],
        "requeued": ["REQUEUED", "COMPLETED"],
    }
    numbers = sorted({int(job.number) for job in jobs})
    first, again = (
        [job for job in jobs if int(job.number) in part]
        for part in (numbers[:GROUPS], numbers[GROUPS:])
    )
    data = (project.path / "results/data/digits.h5").stat().st_size
    points = [CELL | {"batch_size": batch, "calibration_size": size} for batch, size in NEEDS]
    given = {"output_std": 0.1, "options": {}, "network_options": {}}
    cells = [Task(cell(point), replicas=2, **given) for point in points]
    network = (IMAGE_SIZE, "architectures.lenet5")
    needs = [memory(task, data, *network) for task in cells]
    # A group asks for the memory of its largest cell and the time of all.
    assert {job.megabytes for job in first} <= set(needs)
    assert max(job.megabytes for job in first) == max(needs)
    limit = minutes(cells[0], data, *network)
    assert sum({job.number: job.minutes for job in first}.values()) == 5 * limit
    assert len({job.number for job in again}) == 2
    assert {job.state for job in again} <= {"COMPLETED", "REQUEUED"}
    assert {job.megabytes for job in again} <= {2 * job.megabytes for job in first}
    assert {job.minutes for job in again} <= {2 * job.minutes for job in first}


def test_only_training_asks_for_a_gpu(disturbed):
    _, text, _ = disturbed
    jobs = accounted(run_name(text))
    assert {job.gpus for job in jobs if job.rule == "train_cell"} == {1}
    others = [job for job in jobs if job.rule != "train_cell"]
    assert len(others) >= 10
    assert {job.gpus for job in others} == {0}
    drawn = [job for job in others if job.rule.startswith("plot_")]
    # As their rules say.
    assert {(job.megabytes, job.minutes) for job in drawn} == {(2000, 20)}


def test_a_job_that_takes_too_much_memory_is_tried_again_with_more(disturbed, local):
    project, *_ = disturbed
    path = next(iter(local.cells()))
    (project.path / path).unlink()
    enough = "train_cell:mem_mb=attempt*attempt*500"
    code, text = project.run(*QUICK, "--set-resources", enough, "--", path)
    assert code == 0, text
    assert project.cells()[path] == local.cells()[path]
    tries = [job for job in accounted(run_name(text)) if job.rule == "train_cell"]
    assert [job.megabytes for job in tries] == [500, 2000]
    assert [job.state == "COMPLETED" for job in tries] == [False, True]


def test_the_log_of_a_failed_job_lies_where_the_message_says(disturbed):
    project, *_ = disturbed
    (project.path / "studies/broken.yaml").write_text(BROKEN)
    (project.path / "broken.py").write_text("def broken(network, context):\n    1 / 0\n")
    code, text = project.run(*QUICK, "--retries", "0", "--config", "study=broken")
    assert code == 1
    named = re.findall(r"(results/logs/cells/\S+?/train\.log)", text)
    assert "ZeroDivisionError" in (project.path / named[0]).read_text()
    named = re.findall(r"log: (\S+\.log)\)", text)
    assert "train_cell" in (project.path / named[-1]).read_text()
    # Snakemake runs in every job, too, but only the one that submits them says how it ended.
    logs = [path.read_text() for path in project.path.glob(".snakemake/slurm_logs/**/*.log")]
    assert logs
    assert [said.count("the same command again") for said in (text, "".join(logs))] == [1, 0]
    reason = (
        "Error: broken.py:broken fails: ZeroDivisionError: division by zero (broken.py, line 2)"
    )
    assert reason in text


def test_asking_for_more_trains_nothing_again(local):
    more = ("--set-resources", "train_cell:mem_mb=9000", "train_cell:gpu=2")
    tables = [f"results/studies/small/tables/{name}.csv" for name in ("first", "second")]
    code, text = local.run("--cores", "2", "--dry-run", *more, "--", *tables)
    assert code == 0
    assert "Nothing to be done" in text
