"""Write the table of one experiment, a row a replica."""

import pandas as pd

from initstudy.axes import AXES
from initstudy.captions import percent
from initstudy.results import experiment_table
from initstudy.tables import table_command


def caption(table: pd.DataFrame) -> str:
    """What the table holds, with its main numbers."""
    cells = table.groupby(list(AXES), sort=False)
    means = cells["final_accuracy"].mean()
    best, worst = (cells.get_group(place) for place in (means.idxmax(), means.idxmin()))
    return (
        f"One row for each of {len(table)} networks, in {len(means)} cells; "
        f"{table['failed'].sum()} of them diverged. Final test accuracy is highest in a cell of "
        f"{best['initializer'].iloc[0]}, {percent(best['final_accuracy'].to_numpy(float))}, and "
        f"lowest in one of {worst['initializer'].iloc[0]}, "
        f"{percent(worst['final_accuracy'].to_numpy(float))} (mean over replicas with its 95 % "
        "t-interval). Accuracies are fractions of the test split, losses nats; epochs_to_target is "
        "the first epoch that reaches the data set's target accuracy, inf where none did."
    )


if __name__ == "__main__":
    table_command(__doc__, experiment_table, caption)
