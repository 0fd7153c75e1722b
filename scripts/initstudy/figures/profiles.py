"""Performance profiles (Dolan & More 2002): how often is each initializer close to the best?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initstudy.figures.palette import COLOURS, LINES, MOST_LINES

FARTHEST = 20
"""Where the axis ends, in percentage points."""
HEIGHT = 2.0
"""Of the panel, in inches."""


def draw_profiles(axes: Axes, gaps: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """A line an initializer: the share of conditions in which it is at most so far behind.

    gaps: initializers x conditions, fractions, 0 for the best (`standings.shared_conditions`).
    """
    order = gaps.mean(axis=1).sort_values(ascending=False).index
    behind = np.linspace(0, FARTHEST, 201)
    for number, name in enumerate(order):
        shares = [(100 * -gaps.loc[name] <= at + 1e-9).mean() for at in behind]
        axes.plot(behind, 100 * np.array(shares), label=labels[name], **line_of(number))
    axes.set_xlim(0, FARTHEST)
    axes.set_ylim(-3, 103)
    axes.set_xlabel("at most so far behind the best of these, pp")
    axes.set_ylabel("conditions, %")
    axes.set_title(
        f"Share of the {gaps.shape[1]} conditions in which all of these were run", loc="left"
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))


def line_of(number: int) -> dict:
    """Colour and dashes of a line: neighbours differ in both, and no two of 32 are alike."""
    turn = number // MOST_LINES
    return {
        "color": COLOURS[-1 - number % MOST_LINES],
        "linestyle": LINES[(number + turn) % len(LINES)],
    }
