"""Write what every learning rate of a search came to: a table with a row a replica.

The paths of the runs come on standard input, one a line.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from initstudy.analysis.rates import search_rows
from initstudy.analysis.tables import read_table
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.records.run import read_run
from initstudy.study.tuning import METRICS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by", choices=METRICS, required=True, help="what rates are chosen by")
    parser.add_argument("--before", nargs="*", default=[], help="the table of earlier rounds, CSV")
    parser.add_argument("--output", required=True, help="the table, CSV")
    arguments = parser.parse_args()
    runs = [Path(line) for line in sys.stdin.read().splitlines() if line]
    rows = [search_rows(read_run(path), arguments.by) for path in runs]
    table = pd.concat([*map(read_table, arguments.before), *rows], ignore_index=True)
    with written_whole(arguments.output) as partial:
        table.to_csv(partial, index=False)


if __name__ == "__main__":
    run(main)
