"""Write what an experiment's replicas amount to, a row a statistic with its interval."""

import argparse
import json

from initstudy.commands import run, written_whole
from initstudy.results import read_cells
from initstudy.summaries import summary_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", type=json.loads, required=True, help="as JSON")
    parser.add_argument("--targets", type=json.loads, required=True, help="accuracy by data set")
    parser.add_argument("--results", required=True, help="the folder of all cells")
    parser.add_argument("--output", required=True, help="the table, CSV")
    arguments = parser.parse_args()
    cells = read_cells(arguments.experiment, {}, arguments.results)
    table = summary_table(arguments.experiment, cells, arguments.targets)
    with written_whole(arguments.output) as partial:
        table.to_csv(partial, index=False)


if __name__ == "__main__":
    run(main)
