"""Copies of the project that submit to Slurm."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from helpers.small_study import STUDY

ROOT = Path(__file__).parents[2]
SOURCES = (
    *("Snakefile", "workflow", "rules", "scripts", "config.yaml", "studies", "envs"),
    *("profiles", "slurm"),
)
QUICK = ("--profile", "slurm", "--slurm-init-seconds-before-status-checks", "2")
"""The profile; Slurm is asked every few seconds how jobs do, which users should not."""

PATIENCE = 900
"""Seconds that a run may take."""


class Project:
    """A copy of the sources with the small study as the default one."""

    def __init__(self, path: Path):
        self.path = path
        path.mkdir()
        for name in SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, path / name)
        config = path / "config.yaml"
        config.write_text(config.read_text().replace("study: embedded", "study: small"))
        (path / "studies" / "small.yaml").write_text(STUDY)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake; what it says goes to `said`."""
        with (self.path / "said.log").open("w") as log:
            command = [sys.executable, "-m", "snakemake", *arguments]
            # Jobs call `python`, which is to be this one in an environment not activated, too.
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            variables = os.environ | {"PATH": path}
            return subprocess.Popen(command, cwd=self.path, env=variables, stdout=log, stderr=log)

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and standard output and error together."""
        return self.end(self.start(*arguments)), self.said()

    def end(self, process: subprocess.Popen) -> int:
        """Wait for Snakemake; a run that hangs fails with what it said."""
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise TimeoutError(self.said()) from None

    def said(self) -> str:
        return (self.path / "said.log").read_text()

    def cells(self) -> dict[str, bytes]:
        """The content of every run.h5, by its path."""
        return {
            str(path.relative_to(self.path)): path.read_bytes()
            for path in self.path.glob("results/cells/**/run.h5")
        }


def run_name(text: str) -> str:
    """The name that all Slurm jobs of a run of Snakemake have."""
    return re.search(r"SLURM run ID: (\S+)", text)[1]
