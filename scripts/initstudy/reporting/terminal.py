"""What is said in the terminal when a run of the workflow has ended, well or not."""

import csv
import os
import re
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from initstudy.reporting.claims import VERDICTS, deciding_text, headline, measured_text

WIDTH = 100
"""Of a line of text, in characters."""
LINES = 10
"""Of the end of a failed job's log."""
LOGS = 3
"""Of so many failed jobs the logs are shown, of others they are named."""
FILES = 10
"""So many files that were asked for are named, others counted."""


NO_SLURM = (
    "--profile slurm: there is no Slurm on this machine (no sbatch); run this where jobs are"
    " submitted from, or leave the option out to run here."
)
LOCKED = "Directory cannot be locked"
UNKNOWN = re.compile(r"No rule to produce (\S+)")
"""What Snakemake says. It goes on to advise to remove the lock, which is wrong where another one
runs, and does not know what a study has."""


def another_runs(process: int) -> str:
    """What is said where another Snakemake has locked the folder."""
    return (
        f"Error: another Snakemake, process {process}, runs in this folder: wait until it has "
        "ended, or give this study a folder of its own with --directory."
    )


def nothing_makes(target: str, study: str, has: dict[str, Iterable[str]]) -> str:
    """What is said of a file that the study does not come to; has: what there is in it, by kind."""
    known = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in has.items())
    return (
        f"Error: nothing makes {target} in the study {study} (--config study=NAME chooses another),"
        f" which has {known}."
    )


def success(
    title: str,
    answer: Sequence[str],
    claims: Path | None,
    pages: dict[str, str],
    others: list[str],
) -> str:
    """The answer, the verdicts, and what to open.

    title: of the study; answer: the headline's sentences, where this run has to do with it; claims:
    claims.csv, as well; pages: what there is to look at, with a description; others: files that
    were asked for besides.
    """
    wrapped = [textwrap.fill(text, WIDTH, subsequent_indent="  ") for text in answer]
    parts = ["\n".join([f"{title}, which initializer to use:", *wrapped])] if answer else []
    parts += [] if claims is None else [verdicts(title, claims)]
    if pages:
        width = max(map(len, pages))
        lines = [f"  {path:{width}}  {description}" for path, description in pages.items()]
        parts.append("\n".join(["To open:", *lines]))
    if others:
        lines = [f"  {path}" for path in others[:FILES]]
        lines += [f"  and {len(others) - FILES} more"] * (len(others) > FILES)
        parts.append("\n".join(["Finished:", *lines]))
    return "\n" + "\n\n".join(parts) + "\n"


def verdicts(title: str, claims: Path) -> str:
    """How many claims have which verdict, and a line for each."""
    with claims.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    counts = headline(rows)
    numbers = [row | _numbers(row) for row in rows]
    effects = [f"{measured_text(row)}, {deciding_text(row)}" for row in numbers]
    width = max(map(len, effects), default=0)
    lines = [
        f"  {row['verdict']:{max(map(len, VERDICTS))}}  {text:{width}}  {row['statement']}"
        for row, text in zip(rows, effects, strict=True)
    ]
    return "\n".join([f"{title}, its claims: {counts}", *lines])


def _numbers(row: dict[str, str]) -> dict[str, float]:
    """The effect and its two intervals, nan where the table has none."""
    keys = ("effect", "ci_low", "ci_high", "simultaneous_low", "simultaneous_high")
    return {key: float(row[key] or "nan") for key in keys}


Job = tuple[str, list[str], list[str]]
"""Rule, logs and outputs."""


def failure(failed: list[list[Job]], finished: int, cells: int) -> str:
    """What failed, with the ends of the logs, and what to do.

    failed: the jobs that failed, in lists of one or, where several ran as a group, of all of these;
    finished: so many of the study's cells are trained.
    """
    failed = sorted(
        (rule, log) for jobs in failed for rule, logs, _ in culprits(jobs) for log in logs
    )
    parts = [f"{len(failed)} job{'s' * (len(failed) > 1)} failed."] if failed else ["Stopped."]
    ends = [log_end(log) for _, log in failed[:LOGS]]
    for (rule, log), end in zip(failed, ends, strict=False):
        parts.append("\n".join([f"{rule}, the end of {log}:", *(f"  {line}" for line in end)]))
    if unseen := failed[LOGS:]:
        parts.append("\n".join(["See also", *(f"  {rule}, {log}" for rule, log in unseen)]))
    if any(not names_an_error(end) for end in ends):
        parts.append(
            "A log that ends without an error is of a job that was killed, often for want of\n"
            "memory: fewer --cores need less."
        )
    parts.append(
        f"What is finished is kept (cells trained: {finished} of {cells}).\n"
        f"{'See to the cause, then give' if failed else 'Give'} the same command again: "
        "it goes on from there, a\ntraining from its last checkpoint."
    )
    return "\n" + "\n\n".join(parts) + "\n"


def culprits(jobs: list[Job]) -> list[Job]:
    """Of jobs that failed as a group those that have begun and not ended; all if none has."""
    return [
        (rule, logs, outputs)
        for rule, logs, outputs in jobs
        if any(map(os.path.exists, logs)) and not all(map(os.path.exists, outputs))
    ] or jobs


def log_end(log: str) -> list[str]:
    """The last lines of a log; none where nothing was written."""
    path = Path(log)
    if not path.is_file():
        return []
    lines = path.read_text(errors="replace").split("\n")
    return [line.rstrip() for line in lines if line.strip()][-LINES:]


def names_an_error(lines: Iterable[str]) -> bool:
    """Whether a log's end says what went wrong, as exceptions and this project's messages do."""
    return any("Error" in line or "error" in line for line in lines)
