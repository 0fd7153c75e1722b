"""What a study's results were made of, where, and in how long: provenance.json.

study, title       as declared; experiments, by their names
commit             of the project's code, "and edits" if files differ from it; "" outside of git
software, devices  of the trainings
machine            processor, instruction set and cores of the machine that wrote this file
hours              by experiment, those of its trainings, the search for learning rates included,
                   each on one core or device
hours_in_all       the same, with what experiments share once
data               data set -> its own provenance
made_of, files     sha256 of what the tables were made of, and of what the study came to
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import h5py
import torch

from initstudy.analysis.rates import read_search
from initstudy.core.code import SCRIPTS
from initstudy.core.devices import describe_device
from initstudy.core.errors import InputError
from initstudy.records.benchmarks import block_seconds
from initstudy.records.gathered import read_gathered
from initstudy.records.run import Run
from initstudy.reporting.words import software_text
from initstudy.study.cells import Block, cell
from initstudy.study.tuning import FIRST_REPLICA

NAME = "provenance.json"

Times = dict[tuple[str, Block], float]
"""Folder of a cell, block of its replicas -> seconds."""


def provenance(
    study: str,
    title: str,
    files: Sequence[Path],
    gathered: Sequence[Path],
    searches: Sequence[Path],
    data: Sequence[Path],
    benchmarks: Path,
) -> dict:
    """Plain values, for JSON, with the keys that the module says.

    files: tables and figures; gathered: the runs of every experiment, in files of its name;
    searches: the last table of every search, EXPERIMENT-ROUND.csv; data: the prepared data sets;
    benchmarks: the folder of those of all cells. Raises InputError for runs that cannot be read.
    """
    runs = {path.stem: read_gathered(path) for path in gathered}
    timed = {name: times_of_runs(of_one, benchmarks) for name, of_one in runs.items()}
    for path in searches:
        timed[path.stem.rpartition("-")[0]] |= times_of_search(path, benchmarks)
    of_all = {key: time for times in timed.values() for key, time in times.items()}
    attributes = [run.attributes for of_one in runs.values() for run in of_one.values()]
    return {
        "study": study,
        "title": title,
        "experiments": list(runs),
        "commit": commit(),
        "software": sorted({software_text(one["software"]) for one in attributes}),
        "devices": sorted({one["device"] for one in attributes}),
        "machine": {
            "processor": describe_device(torch.device("cpu")),
            "instruction_set": torch.backends.cpu.get_cpu_capability(),
            "cores": os.cpu_count(),
        },
        "hours": {name: hours(times) for name, times in timed.items()},
        "hours_in_all": hours(of_all),
        "data": {path.stem: of_dataset(path) for path in data},
        "made_of": {str(path): checksum(path) for path in (*gathered, *searches, *data)},
        "files": {str(path): checksum(path) for path in files},
    }


def hours(times: Times) -> float:
    """In all, to two decimals."""
    return round(sum(times.values()) / 3600, 2)


def of_dataset(path: Path) -> dict:
    """Source, counts and checksums of a prepared data set."""
    with h5py.File(path) as file:
        return json.loads(file.attrs["provenance"])


def read_record(path: Path) -> dict:
    """What `provenance` returned; raises InputError if there is no such file."""
    if not path.is_file():
        raise InputError(f"there is no {path}: name a study that has one, or have it made")
    return json.loads(path.read_text(encoding="utf-8"))


def checksum(path: Path) -> str:
    """sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def times_of_runs(runs: dict[str, Run], benchmarks: Path) -> Times:
    """Of an experiment's cells; runs: by their folders, whose rate may be the word tuned."""
    times = {}
    for run in runs.values():
        axes = run.attributes["cell"]
        folder = replace(cell(axes), learning_rate=axes["learning_rate"]).folder
        of_blocks = block_seconds(benchmarks / folder).items()
        times |= {
            (folder, block): time for block, time in of_blocks if block.last < axes["replicas"]
        }
    return times


def times_of_search(table: Path, benchmarks: Path) -> Times:
    """Of all trainings of a search."""
    folders = [
        replace(point, learning_rate=rate).folder
        for point, found in read_search(table).items()
        for rate in found.tried
    ]
    return {
        (folder, block): time
        for folder in folders
        for block, time in block_seconds(benchmarks / folder).items()
        if block.first >= FIRST_REPLICA
    }


def commit() -> str:
    """Of the checkout that the code lies in."""
    edited = _git("status", "--porcelain", "--untracked-files=no")
    return _git("rev-parse", "HEAD") + (" and edits" if edited else "")


def _git(*words: str) -> str:
    try:
        outcome = subprocess.run(["git", *words], cwd=SCRIPTS, capture_output=True, text=True)
    except OSError:  # There is no git.
        return ""
    return outcome.stdout.strip()
