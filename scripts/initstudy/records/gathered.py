"""The runs of an experiment in one file, from which its tables and figures are made.

A group a run, 0, 1, ... in the order given, laid out as run.h5 is but for the initial parameters,
which are most of that. A cell's replicas may come in several runs, a block each; what is read has
them together.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from initstudy.records.hdf5 import opened, sealed
from initstudy.records.run import PER_REPLICA, Run, fill_group, read_group, read_run
from initstudy.study.cells import cell

SCHEMA_VERSION = 2


def write_gathered(path: str | Path, runs: Iterable[Path | tuple[Path, str]]) -> None:
    """Gather runs, the paths of run.h5 files, of which each may come with its `rate`.

    That is the word by which its learning rate was chosen, if it was. Raises InputError for a run
    that cannot be read.
    """
    with sealed(path) as file:
        file.attrs["schema_version"] = SCHEMA_VERSION
        for number, entry in enumerate(runs):
            run_path, rate = (entry, "") if isinstance(entry, Path) else entry
            run = read_run(run_path)
            run.attributes["cell"]["rate"] = rate
            fill_group(file.create_group(str(number)), run)


def read_gathered(path: str | Path) -> dict[str, Run]:
    """The runs by the folders of their cells, in the order in which they were gathered.

    Each has all replicas of its cell.
    Raises InputError for a file that is damaged, cut short or not one of this schema.
    """
    with opened(path, "file of runs", SCHEMA_VERSION) as file:
        runs = [read_group(file[str(number)]) for number in range(len(file))]
    cells: dict[str, list[Run]] = {}
    for run in runs:
        cells.setdefault(cell(run.attributes["cell"]).folder, []).append(run)
    return {folder: joined(blocks) for folder, blocks in cells.items()}


def joined(blocks: list[Run]) -> Run:
    """The runs of a cell's blocks of replicas as one run of all replicas, in their order."""
    blocks = sorted(blocks, key=lambda run: run.attributes["cell"]["first_replica"])
    if len(blocks) == 1:
        return blocks[0]
    first = blocks[0]
    return Run(
        attributes=_joined_attributes([run.attributes for run in blocks]),
        history=_side_by_side([run.history for run in blocks]),
        progress=_side_by_side([run.progress for run in blocks]),
        recorded=first.recorded,
        statistics={
            layer: _side_by_side([run.statistics[layer] for run in blocks])
            for layer in first.statistics
        },
        initial={},
    )


def _side_by_side(tables: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Arrays of times x replicas with the replicas of all; those of times alone are all alike."""
    return {
        name: array if array.ndim == 1 else np.hstack([table[name] for table in tables])
        for name, array in tables[0].items()
    }


def _joined_attributes(blocks: list[dict]) -> dict:
    """What is said of each replica, put together; where software or devices differ, all of them."""
    first = blocks[0]
    software = {
        name: " and ".join(sorted({one["software"][name] for one in blocks}))
        for name in first["software"]
    }
    return first | {
        "cell": first["cell"] | {"replicas": sum(one["cell"]["replicas"] for one in blocks)},
        "software": software,
        "device": " and ".join(sorted({one["device"] for one in blocks})),
        **{name: np.concatenate([one[name] for one in blocks]) for name in PER_REPLICA},
    }
