"""The results of studies as tables and arrays, for notebooks and other programs.

from initstudy import results

table = results.read("results")  # a row a replica of every cell that was trained
run = results.run(path)  # one run.h5, as named arrays
"""

from pathlib import Path

import pandas as pd

from initstudy.analysis.tables import replica_rows
from initstudy.core.errors import InputError
from initstudy.records.run import Run, read_run
from initstudy.study.cells import cell

OF_STUDIES = ("epochs_to_target", "charged_epochs_to_target", "rate")
"""Columns that only a study can fill."""


def read(folder: str | Path = "results") -> pd.DataFrame:
    """All cells under a folder: their axes and what came out, one row a replica.

    The columns are those of tables/{experiment}.csv (docs/results.md), but for those that a study's
    targets and searches make; `path` names the run.h5. Searches' replicas count from 1000. Raises
    InputError where there is no run, and for a damaged one.
    """
    paths = sorted(Path(folder).glob("**/replicas=*/run.h5"))
    if not paths:
        raise InputError(f"there is no run.h5 under {folder}; name the folder results of a study")
    return pd.concat([_rows(path) for path in paths], ignore_index=True)


def run(path: str | Path, initial: bool = False) -> Run:
    """One run as named arrays (see `records.run.Run`); initial: with the initial parameters, too.

    Raises InputError for a file that is damaged or no run.
    """
    return read_run(path, initial)


def _rows(path: Path) -> pd.DataFrame:
    found = read_run(path)
    rows = replica_rows(cell(found.attributes["cell"]), found, target=float("inf"))
    return rows.drop(columns=[*OF_STUDIES]).assign(path=str(path))
