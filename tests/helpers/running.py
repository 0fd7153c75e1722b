"""Snakemake in a folder that is not the project's, and what came out."""

import os
import subprocess
import sys
from pathlib import Path

from helpers.small_study import TINY

ROOT = Path(__file__).parents[2]
SNAKEMAKE = [sys.executable, "-m", "snakemake"]


def new_folder(path: Path) -> Path:
    """A folder with nothing but the tiny study."""
    (path / "studies").mkdir(parents=True)
    (path / "studies/tiny.yaml").write_text(TINY)
    return path


def snakemake(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Run in a folder to the end; standard output and error are kept apart, as text."""
    return subprocess.run(
        [*SNAKEMAKE, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | variables,
    )


def results(folder: Path) -> dict[str, bytes]:
    """The content of every result but logs and times, by its path in `results`."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".h5", ".csv", ".pdf", ".png", ".rst", ".html")
    }
