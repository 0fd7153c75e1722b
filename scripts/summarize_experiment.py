"""Write what an experiment's replicas amount to, a row a statistic with its interval."""

import pandas as pd

from initstudy.captions import with_interval
from initstudy.summaries import COMPARED, summary_table
from initstudy.tables import table_command


def caption(table: pd.DataFrame) -> str:
    """What the table holds, with its main numbers."""
    areas = table[(table["metric"] == COMPARED) & (table["statistic"] == "interquartile_mean")]
    best = areas.loc[areas["value"].idxmax()]
    pairs = (table["statistic"] == "probability_of_improvement").sum()
    return (
        f"{len(table)} statistics, each with its 95 % interval, from {best['n']} replicas a cell. "
        f"The largest area under the curve, as interquartile mean, is that of a cell of "
        f"{best['initializer']}: {with_interval(best['value'], best['low'], best['high'])}. "
        f"{pairs} pairs of initializers are compared by P(A > B), the probability that a replica "
        "of one has the larger area. Intervals: Student's t for means, bootstrap for interquartile "
        "means and P(A > B), order statistics for medians, Wilson's for rates."
    )


if __name__ == "__main__":
    table_command(__doc__, summary_table, caption)
