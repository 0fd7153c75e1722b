"""What users see in the terminal when a run ends."""

import re
import signal
from types import SimpleNamespace

import pytest
from snakemake.logging import LogEvent

from helpers.faults import Running
from helpers.project_copy import ROOT
from helpers.small_study import STUDY

BROKEN = (
    STUDY.replace("he_normal", "broken")
    + """\
initializers:
  broken: {label: Broken, method: "broken.py:broken"}
"""
)


def ended(stderr):
    """The message at the end of a run: what stands after the last step."""
    return re.split(r"\[(\d+)/\1\] .*\n", stderr)[-1].split("Complete log(s)")[0]


def test_a_run_ends_with_the_claims_and_what_to_open(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    (project.path / "results/figures/all.pdf").unlink()
    outcome = project.snakemake()
    assert outcome.returncode == 0
    assert outcome.stdout == ""
    counts, claim, *rest = ended(outcome.stderr).strip().splitlines()
    assert counts.startswith("A small study, its claims: ")
    interval = r"\[-?\d+\.\d, \d+\.\d\]"
    effect = rf"\+\d+\.\d pp {interval}, all {interval}"
    assert re.fullmatch(
        rf"  \w+ +{effect}  He's initialization is better than zero weights.", claim
    )
    assert rest == [
        "",
        "To open:",
        "  results/figures/all.pdf                  every figure, after the answer and the claims",
        "  results/explore.html                     the results to look around in, with a browser",
        "  results/studies/small/tables/claims.csv  the claims with their tests",
    ]


def test_who_asks_for_something_else_is_told_of_that(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    table = project.path / "results/studies/small/tables/first.csv"
    table.unlink()
    outcome = project.snakemake("--quiet", "--", "results/studies/small/tables/first.csv")
    assert table.exists()
    assert "\nFinished:\n  results/studies/small/tables/first.csv\n\n" in outcome.stderr
    assert "claims" not in outcome.stderr


def test_every_step_has_a_line(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    run = next(project.path.glob("results/cells/**/initializer=zero/**/run.h5"))
    again = ["--forcerun", str(run.relative_to(project.path))]
    outcome = project.snakemake("--quiet", "rules", "host", *again)
    lines = re.findall(r"^\[(\d+)/(\d+)\] (.*)$", outcome.stderr, flags=re.MULTILINE)
    assert [int(number) for number, *_ in lines] == [*range(1, len(lines) + 1)]
    assert {int(total) for _, total, _ in lines} == {len(lines)}
    said = [text.split(", about ")[0] for *_, text in lines]
    assert re.fullmatch(r"digits, zero, sgd: \d+\.\d %", said[0])
    assert {"gather experiment: first.h5", "judge claims: claims.csv"} <= {*said}
    left = re.compile(r"about \d+ (s|min) left$")
    assert all(left.search(text) for *_, text in lines[1:-1])
    assert "Select jobs" not in outcome.stderr
    assert "Finished jobid" not in outcome.stderr
    verbose = project.snakemake("--verbose", "--forcerun", "judge_claims")
    assert "Finished jobid" in verbose.stderr


def test_quiet_keeps_what_came_out_and_quiet_all_nothing(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    claims = project.path / "results/studies/small/tables/claims.csv"
    said = []
    for option in (["--quiet"], ["--quiet", "all"]):
        claims.unlink()
        said.append(project.snakemake(*option, "--", "results/studies/small/tables/claims.csv"))
        assert claims.exists()
    assert "its claims: " in said[0].stderr
    assert "its claims: " not in said[1].stderr
    assert said[0].stdout == said[1].stdout == ""


def test_graphs_and_dry_runs_say_nothing_of_it(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    (project.path / "results/figures/all.pdf").unlink()
    for option in ("--dag", "--dry-run", "--summary"):
        outcome = project.snakemake(option)
        assert outcome.returncode == 0
        assert "To open:" not in outcome.stdout + outcome.stderr
        if option == "--dag":
            assert outcome.stdout.startswith("digraph")
            assert outcome.stdout.rstrip().endswith("}")


@pytest.mark.slow
def test_a_failed_run_ends_with_the_log_and_what_to_do(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    (project.path / "broken.py").write_text("def broken(network, context):\n    1 / 0\n")
    project.write_study(BROKEN)
    for option in ([], ["--quiet"], ["--quiet", "all"]):
        outcome = project.snakemake("--keep-going", *option)
        assert outcome.returncode == 1
        end = outcome.stderr.split("Look above for error messages\n")[-1]
        # Its cells at two batch sizes; the other three are as they were.
        assert end.startswith("\n2 jobs failed.\n\ntrain_cell, the end of results/logs/cells/")
        assert end.count("initializer=broken/") == 2
        assert end.count("broken.py:broken fails: ZeroDivisionError: division by zero") == 2
        assert "(cells trained: 3 of 5)" in end
        assert outcome.stderr.count("the same command again") == 1


@pytest.mark.slow
def test_a_run_that_the_user_stops_says_how_to_go_on(project):
    running = Running(project.path)
    try:
        running.wait_for(lambda: running.job("train.py"))
        running.process.send_signal(signal.SIGINT)
        running.process.wait(60)
    finally:
        running.end()
    assert "the same command again" in running.said


def test_steps_that_a_search_adds_count_in_the_time_that_is_left():
    """After a checkpoint, what Snakemake says is to be run lacks what has ended before."""
    trainings = [
        SimpleNamespace(
            jobid=number,
            rule=SimpleNamespace(name="train_cell"),
            wildcards_dict={},
            output=[f"{number}.h5"],
            log=[],
        )
        for number in range(12)
    ]
    needed, ended = trainings[:2], set()
    dag = SimpleNamespace(
        needrun_jobs=lambda exclude_finished=True: [
            job for job in needed if not (exclude_finished and job.jobid in ended)
        ]
    )
    given = {"workflow": SimpleNamespace(dag=dag), "STUDY": SimpleNamespace(defaults={})}
    names = given | {"IS_A_RUN": False}
    exec((ROOT / "rules/steps.smk").read_text(), names)
    steps, seconds = names["StepLines"](), [0]
    steps.clock.now = lambda: seconds[0]

    def end(number: int, total: int) -> str:
        assert not steps(SimpleNamespace(event=LogEvent.JOB_STARTED, jobs=[number]))
        seconds[0] += 600
        assert not steps(SimpleNamespace(event=LogEvent.JOB_FINISHED, job_id=number))
        said = SimpleNamespace(event=LogEvent.PROGRESS, done=number + 1, total=total)
        assert steps(said)
        ended.add(number)
        return said.msg

    assert end(0, 2).startswith("[1/2] train cell: 0.h5, about 10 min left")
    assert end(1, 2) == "[2/2] train cell: 1.h5"
    needed[:] = trainings[2:]
    assert end(2, 12).endswith("about 1.5 h left")  # 9 trainings of 10 minutes
    assert end(3, 12).endswith("about 80 min left")
