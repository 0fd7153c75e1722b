"""What figures are made of: an experiment's cells, each with its run and its rows of the table."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from initstudy.analysis.charging import calibration_passes
from initstudy.analysis.tables import read_table, rows_of_cells
from initstudy.records.gathered import read_gathered
from initstudy.records.run import Run
from initstudy.study.cells import Cell, Experiment, Facet


@dataclass(frozen=True)
class Result:
    """What came out of a cell."""

    cell: Cell
    run: Run
    replicas: pd.DataFrame
    """Its rows of the experiment's table, one a replica."""

    def values(self, metric: str, lacking: float = 0.0) -> np.ndarray:
        """A column of the table, float64, shape (replicas,); `lacking` stands for nan.

        An accuracy that is nan counts as 0, as in claims.
        """
        return self.replicas[metric].fillna(lacking).to_numpy(np.float64)

    def calibration_passes(self) -> float:
        """What calibration cost, in passes of training over the data, on average."""
        return float(calibration_passes(self.run).mean())


Results = list[Result]


def read_results(experiment: Experiment, gathered: Path, table: Path) -> Results:
    """The results of an experiment's cells, in its order.

    gathered: the runs of the experiment in one file; table: its CSV file, a row a replica. Raises
    InputError for runs that cannot be read.
    """
    runs, rows = read_gathered(gathered), rows_of_cells(read_table(table))
    return [Result(one, runs[one.folder], rows[one]) for one in experiment.cells]


def at_edge(results: Results) -> list[str]:
    """The initializers whose best learning rate lies at the edge of what was tried."""
    found = [
        result.cell.initializer
        for result in results
        if "rate_at_edge" in result.replicas and result.replicas["rate_at_edge"].any()
    ]
    return list(dict.fromkeys(found))


def within(results: Results, facet: Facet) -> Results:
    """Those results whose cells belong to a facet."""
    return [result for result in results if belongs(result.cell, facet)]


def belongs(one: Cell, facet: Facet) -> bool:
    """Whether a cell belongs to a facet of its experiment.

    To calibrate on the data set trained on, by name, is what a cell calls `train`.
    """
    own = {"calibration_source": "train"} if facet.get("calibration_source") == one.dataset else {}
    return one.lies_in(facet | own)
