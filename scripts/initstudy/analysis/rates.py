"""What the search for the best learning rates came to, as tables."""

from pathlib import Path

import numpy as np
import pandas as pd

from initstudy.records.run import Run
from initstudy.study.axes import AXES
from initstudy.study.cells import Cell
from initstudy.study.tuning import AREA, Choice, choices


def read_search(path: Path) -> dict[Cell, Choice]:
    """Tuned point -> what a search has found, from its table, CSV."""
    return choices(path.read_text(encoding="utf-8").splitlines())


def search_rows(run: Run, by: str) -> pd.DataFrame:
    """The axes and the `value` that rates are chosen by, one row a replica of a run.

    by: a metric of `study.tuning`, of validation images. nan counts as an accuracy of 0, so a rate
    at which training diverges is none to choose.
    """
    accuracy = np.nan_to_num(run.history["validation_accuracy"].astype(np.float64))
    values = accuracy[1:].mean(axis=0) if by == AREA else accuracy[-1]
    task = run.attributes["cell"]
    return pd.DataFrame(
        {
            **{axis: task[axis] for axis in AXES},
            "replica": task["first_replica"] + np.arange(len(values)),
            "value": values,
        }
    )


def rates_table(found: dict[Cell, Choice]) -> pd.DataFrame:
    """A row for each initializer in each condition: its best rate, and how much that matters.

    Columns: the axes, with the best rate as `learning_rate`; `value`, what it was chosen by; and
    `at_edge`, whether a rate that was not tried might be better. From `good_low` to `good_high` are
    the rates around it that come within `tuning.TOLERANCE` of it, of those tried; `good_decades` is
    the width of that range. `rates_tried`, and `search_passes`, what the search cost, in passes of
    one network over the training data.
    """
    rows = [
        point.values()
        | {
            "learning_rate": one.rate,
            "value": one.value,
            "at_edge": one.at_edge,
            "good_low": one.low,
            "good_high": one.high,
            "good_decades": one.width,
            "rates_tried": len(one.tried),
            "search_passes": one.passes(point.epochs),
        }
        for point, one in found.items()
    ]
    return pd.DataFrame(rows)
