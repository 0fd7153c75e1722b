"""The command line that all scripts share that make a table of an experiment's runs."""

import argparse
import json
from collections.abc import Callable

import pandas as pd

from initstudy.captions import save_caption
from initstudy.commands import run, written_whole


def table_command(
    description: str,
    tabulate: Callable[[dict, str, dict], pd.DataFrame],
    caption: Callable[[pd.DataFrame], str],
) -> None:
    """Write tabulate(experiment, results, targets) and its caption where the command line says.

    experiment: as for `results.facet_cells`; results: the folder of all cells; targets: the test
    accuracy that each data set's epochs_to_target waits for.
    """

    def main() -> None:
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--experiment", type=json.loads, required=True, help="as JSON")
        parser.add_argument("--targets", type=json.loads, required=True, help="accuracies, as JSON")
        parser.add_argument("--results", required=True, help="the folder of all cells")
        parser.add_argument("--output", required=True, help="the table, CSV")
        parser.add_argument("--caption", required=True, help="what it holds, reStructuredText")
        arguments = parser.parse_args()
        table = tabulate(arguments.experiment, arguments.results, arguments.targets)
        with written_whole(arguments.output) as partial:
            table.to_csv(partial, index=False)
        save_caption(arguments.caption, caption(table))

    run(main)
