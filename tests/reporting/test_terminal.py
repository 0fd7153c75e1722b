"""What is said in the terminal when a run has ended."""

import os
import subprocess
import sys

import pandas as pd
import pytest

from initstudy.core.code import SCRIPTS
from initstudy.reporting import terminal


@pytest.fixture
def claims(tmp_path):
    """A claims.csv with a claim of every verdict."""
    rows = pd.DataFrame(
        {
            "claim": ["a", "b", "c", "d"],
            "statement": ["Better, by far.", "As good.", "Ranked.", "Too few."],
            "test": ["greater", "equivalent", "correlation", "greater"],
            "effect": [0.2153, -0.0049, 0.449, 0.003],
            "ci_low": [0.208, -0.012, -0.16, float("nan")],
            "ci_high": [0.222, 0.002, 0.91, float("nan")],
            "simultaneous_low": [0.205, -0.014, -0.2, float("nan")],
            "simultaneous_high": [0.226, 0.004, 0.93, float("nan")],
            "look": "",
            "verdict": ["supported", "negligible", "inconclusive", "inconclusive"],
        }
    )
    path = tmp_path / "claims.csv"
    rows.to_csv(path, index=False)
    return path


def test_verdicts_are_counted_and_every_claim_has_a_line(claims):
    assert terminal.success("A study", [], claims, {}, []).split("\n")[1:-1] == [
        "A study, its claims: 1 supported, 1 negligible, 0 refuted, 2 inconclusive",
        "  supported     +21.5 pp [20.8, 22.2], all [20.5, 22.6]  Better, by far.",
        "  negligible    -0.5 pp [-1.2, 0.2], all [-1.4, 0.4]     As good.",
        "  inconclusive  +0.45 [-0.16, 0.91], all [-0.20, 0.93]   Ranked.",
        "  inconclusive  +0.3 pp, too few data                    Too few.",
    ]


def test_claims_are_read_whatever_the_locale(claims):
    text = claims.read_text().replace("As good.", "Ebenso gut für größere Tiefen.")
    claims.write_text(text, encoding="utf-8")
    command = "import sys, pathlib; from initstudy.reporting import terminal;"
    command += "said = terminal.success('A study', [], pathlib.Path(sys.argv[1]), {}, []);"
    command += "sys.stdout.buffer.write(said.encode())"
    ascii_locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    outcome = subprocess.run(
        [sys.executable, "-c", command, claims],
        env=os.environ | ascii_locale | {"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
    )
    assert outcome.returncode == 0, outcome.stderr.decode()
    assert "Ebenso gut für größere Tiefen." in outcome.stdout.decode()


def test_pages_are_described_and_other_files_named():
    pages = {"all.pdf": "every figure", "explore.html": "to look around"}
    assert terminal.success("A study", [], None, pages, ["cost.csv"]).split("\n") == [
        *("", "To open:", "  all.pdf       every figure", "  explore.html  to look around"),
        *("", "Finished:", "  cost.csv", ""),
    ]


def test_of_many_files_the_first_are_named():
    lines = terminal.success("A study", [], None, {}, [f"{n}.csv" for n in range(12)]).split("\n")
    assert lines[2:-1] == [*(f"  {n}.csv" for n in range(10)), "  and 2 more"]


def log(tmp_path, text, name="train.log"):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def test_the_end_of_a_failed_jobs_log_is_shown(tmp_path):
    path = log(tmp_path, "\n".join(f"line {n}" for n in range(30)) + "\n\nError: no images\n")
    said = terminal.failure([[("prepare_dataset", [path], ["none.h5"])]], 3, 7)
    assert said.startswith(f"\n1 job failed.\n\nprepare_dataset, the end of {path}:\n  line 21\n")
    assert "\n  line 29\n  Error: no images\n\n" in said
    assert "(cells trained: 3 of 7)" in said
    assert "the same command again" in said
    assert "killed" not in said


@pytest.mark.parametrize("text", ["epoch 3 of 10, 0:00:15 elapsed\n", ""])
def test_a_log_without_an_error_is_said_to_be_of_a_killed_job(tmp_path, text):
    said = terminal.failure([[("train_cell", [log(tmp_path, text)], [])]], 0, 1)
    assert "a job that was killed, often for want of\nmemory" in said


def test_a_job_that_wrote_no_log_is_named(tmp_path):
    assert f"the end of {tmp_path}/none.log:\n" in terminal.failure(
        [[("train_cell", [f"{tmp_path}/none.log"], ["none.h5"])]], 0, 1
    )


def test_of_many_failed_jobs_the_first_logs_are_shown_and_all_are_named(tmp_path):
    logs = [log(tmp_path, f"Error: number {n}\n", f"{n}.log") for n in range(5)]
    said = terminal.failure([[("train_cell", [path], ["none.h5"])] for path in logs], 0, 9)
    assert said.startswith("\n5 jobs failed.")
    assert [f"Error: number {n}" in said for n in range(5)] == [True] * 3 + [False] * 2
    assert all(path in said for path in logs)


def test_of_a_group_those_jobs_are_named_that_have_begun_and_not_ended(tmp_path):
    ended = ("train_cell", [log(tmp_path, "", "ended.log")], [log(tmp_path, "", "ended.h5")])
    broken = ("train_cell", [log(tmp_path, "Error: no\n", "broken.log")], ["broken.h5"])
    waiting = ("train_cell", [f"{tmp_path}/waiting.log"], ["waiting.h5"])
    said = terminal.failure([[ended, broken, waiting]], 1, 3)
    assert said.startswith("\n1 job failed.")
    assert [f"{name}.log" in said for name in ("ended", "broken", "waiting")] == [0, 1, 0]
    never_begun = terminal.failure([[waiting]], 0, 3)
    assert f"{tmp_path}/waiting.log" in never_begun


def test_a_run_that_was_stopped_failed_nowhere():
    said = terminal.failure([], 3, 7)
    assert said.startswith("\nStopped.\n\nWhat is finished is kept (cells")
    assert "See to the cause" not in said
