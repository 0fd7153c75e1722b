"""A copy of the project, with a small study, to run Snakemake in."""

import shutil
import subprocess
import sys
from pathlib import Path

from helpers.small_study import STUDY

ROOT = Path(__file__).parents[2]
SOURCES = (
    *("Snakefile", "workflow", "rules", "scripts", "config.yaml", "studies", "envs"),
    *("profiles", "report"),
)


class Project:
    """A folder with the project's sources, in which Snakemake runs as a user would run it."""

    def __init__(self, path: Path):
        self.path = path

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run to the end; standard output and error are kept apart, as text."""
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        return subprocess.run(command, cwd=self.path, capture_output=True, text=True)

    def write_study(self, text: str, name: str = "small") -> None:
        (self.path / "studies" / f"{name}.yaml").write_text(text)

    def copied(self, path: Path) -> "Project":
        """A copy, times of files included, which is what Snakemake remembers them by."""
        shutil.copytree(self.path, path, symlinks=True)
        return Project(path)


def new_project(path: Path) -> Project:
    """The sources alone, with the small study as the default one."""
    path.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, path / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy2(ROOT / name, path / name)
    config = path / "config.yaml"
    config.write_text(config.read_text().replace("study: embedded", "study: small"))
    project = Project(path)
    project.write_study(STUDY)
    return project
