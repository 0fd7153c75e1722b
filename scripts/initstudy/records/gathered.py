"""The runs of an experiment in one file, from which its tables and figures are made.

A group a run, 0, 1, ... in the order given, laid out as run.h5 is but for the initial parameters,
which are most of that.
"""

from collections.abc import Iterable
from pathlib import Path

from initstudy.records.hdf5 import opened, sealed
from initstudy.records.run import Run, fill_group, read_group, read_run
from initstudy.study.cells import cell

SCHEMA_VERSION = 1


def write_gathered(path: str | Path, runs: Iterable[Path]) -> None:
    """Gather runs, the paths of run.h5 files; raises InputError for one that cannot be read."""
    with sealed(path) as file:
        file.attrs["schema_version"] = SCHEMA_VERSION
        for number, run in enumerate(runs):
            fill_group(file.create_group(str(number)), read_run(run))


def read_gathered(path: str | Path) -> dict[str, Run]:
    """The runs by the folders of their cells, in the order in which they were gathered.

    Raises InputError for a file that is damaged, cut short or not one of this schema.
    """
    with opened(path, "file of runs", SCHEMA_VERSION) as file:
        runs = [read_group(file[str(number)]) for number in range(len(file))]
    return {cell(run.attributes["cell"]).folder: run for run in runs}
