"""Rank the initializers of a study in all of its conditions and write answer.csv."""

import argparse
import json

from initstudy.analysis.claims import read_tables
from initstudy.analysis.ranking import ranking
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.study.answer import Answer
from initstudy.study.cells import Experiment
from initstudy.study.deciding import read_look


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer", type=json.loads, required=True, help="as declared, JSON")
    parser.add_argument("--experiments", type=json.loads, required=True, help="a list, JSON")
    parser.add_argument(
        "--tables", nargs="+", required=True, help="the experiments', CSV files of their names"
    )
    parser.add_argument(
        "--rates", nargs="*", required=True, help="of those that are tuned, EXPERIMENT-rates.csv"
    )
    parser.add_argument("--look", type=read_look, nargs="?", help="2 of 5, if there are several")
    parser.add_argument("--output", required=True, help="answer.csv")
    arguments = parser.parse_args()
    experiments = [Experiment.from_dict(one) for one in arguments.experiments]
    rates = {
        name.removesuffix("-rates"): table for name, table in read_tables(arguments.rates).items()
    }
    tables = read_tables(arguments.tables)
    table = ranking(Answer(**arguments.answer), experiments, tables, rates, arguments.look)
    with written_whole(arguments.output) as partial:
        table.to_csv(partial, index=False)


if __name__ == "__main__":
    run(main)
