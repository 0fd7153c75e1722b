"""What tests need to injure a run for real: running it, killing parts of it, disks that fill."""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # which Snakemake needs

# Five cells: when the first one is finished on two cores, another one is sure to come.
STUDY = """\
title: A study to be injured
replicas: 2
experiments:
  first:
    initializer: [zero, he_normal, consistency, normal, orthogonal]
    figures: [curves]
defaults:
  dataset: digits
  optimizer: sgd
  epochs: 2
  train_size: 256
  calibration_size: 64
"""
PATIENCE = 600  # seconds, for busy machines


class Running:
    """A Snakemake that runs in a project, in a process group of its own."""

    def __init__(self, project: Path):
        self._log = project / f"snakemake-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "snakemake", "--cores", "2"]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=project, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def said(self) -> str:
        return self._log.read_text()

    def end(self) -> None:
        """Kill what is left of it, jobs included."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def job(self, script: str) -> psutil.Process | None:
        """A process of this run that executes a script, if there is one now."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                # One that ended meanwhile must not hide those that come after it.
                with contextlib.suppress(psutil.NoSuchProcess):
                    if any(word.endswith(f"scripts/{script}") for word in child.cmdline()):
                        return child
        return None

    def wait_for(self, condition: Callable[[], object]) -> object:
        """The first true value of a condition; fails if the run ends before, or never does it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := condition():
                return found
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        raise AssertionError(f"waited {PATIENCE} s in vain: {self.said}")

    def cells(self, *, finished: bool) -> set[str]:
        """The cells that this run has begun, or only those that it says it has finished."""
        # At the start of a line: "Error in rule train_cell:" names a job that was killed.
        begun = re.findall(
            r"^(?:local)?rule train_cell:\n.*?output: (\S*/initializer=(\w+)/\S*)\n",
            self.said,
            flags=re.DOTALL | re.MULTILINE,
        )
        ended = re.findall(r"^\[\d+/\d+\] digits, (\w+), sgd", self.said, flags=re.MULTILINE)
        return {output for output, name in begun if not finished or name in ended}


def kill_job(running: Running, script: str) -> None:
    """SIGKILL a job; its Snakemake then ends by itself."""

    def killed() -> bool:
        # Stopped first, as a job that has just been found may end before it is killed.
        with contextlib.suppress(psutil.NoSuchProcess):
            if job := running.job(script):
                job.suspend()
                while (status := job.status()) not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE):
                    time.sleep(0.01)
                if status == psutil.STATUS_STOPPED:
                    job.kill()
                    return True
        return False

    running.wait_for(killed)
    assert running.process.wait(PATIENCE) == 1


def kill_snakemake(running: Running, script: str) -> None:
    """SIGKILL Snakemake alone; its jobs go on without it."""
    running.wait_for(lambda: running.job(script))
    running.process.kill()
    running.process.wait()


def kill_group(running: Running, script: str) -> None:
    """SIGKILL Snakemake and all of its jobs."""
    running.wait_for(lambda: running.job(script))
    os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()


def results(project: Path) -> dict[Path, bytes]:
    """What must not depend on how often a run was disturbed: all but pages that hold times."""
    return {
        path.relative_to(project): path.read_bytes()
        for path in (project / "results").rglob("*")
        if path.suffix in (".h5", ".csv", ".png", ".pdf") and path.stem not in ("cover", "all")
    }


def confined(mount: str, command: list[str], cwd: Path) -> subprocess.CompletedProcess:
    """Run a command with mounts that it alone sees; mount: shell commands that make them."""
    script = f"{mount} && {shlex.join(command)}"
    return subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script],
        cwd=cwd,
        capture_output=True,
        text=True,
    )
