"""What Slurm knows of its jobs, and what can happen to them."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from helpers.slurm_node import output


@dataclass(frozen=True)
class Job:
    """A job as the accounting remembers it."""

    number: str
    state: str
    rule: str
    gpus: int
    megabytes: int
    minutes: int


def accounted(name: str) -> list[Job]:
    """All jobs of a run, oldest first; one that was put back into the queue counts every time."""
    fields = "JobID,State,Comment,ReqTRES,TimelimitRaw"
    lines = output("sacct", "-XDnP", "--name", name, "-o", fields).splitlines()
    return [_job(*line.split("|")) for line in lines]


def _job(number: str, state: str, comment: str, requested: str, limit: str) -> Job:
    amounts = dict(item.split("=") for item in requested.split(","))
    return Job(
        number=number,
        state=state.partition(" ")[0],
        rule=comment.removeprefix("rule_").removeprefix("cells_").partition("_wildcards")[0],
        gpus=int(amounts.get("gres/gpu", 0)),
        megabytes=_megabytes(amounts["mem"]),
        minutes=int(limit),
    )


def _megabytes(text: str) -> int:
    return round(float(text[:-1]) * {"M": 1, "G": 1024}[text[-1]])


def training() -> dict[str, int]:
    """Slurm job -> process of every training script that runs."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            variables = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended
        jobs = [item[13:].decode() for item in variables if item.startswith(b"SLURM_JOB_ID=")]
        trains = any(word.endswith(b"scripts/train.py") for word in command)
        if trains and command[0].endswith(b"python") and jobs:
            found[jobs[0]] = int(process.name)
    return found


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
