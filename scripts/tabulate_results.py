"""Write the tables of a study, each with a caption.

The name of this file is not that of its stage alone, as there is a package `tabulate` that others
import.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from initstudy.analysis.rates import rates_table, read_search
from initstudy.analysis.signals import signal_table
from initstudy.analysis.summaries import summary_table
from initstudy.analysis.tables import experiment_table, read_table
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.records.gathered import read_gathered
from initstudy.records.probe import read_probe
from initstudy.reporting.captions import percent, save_caption, with_interval
from initstudy.reporting.rates import rates_caption
from initstudy.reporting.signals import reading
from initstudy.reporting.words import METRICS
from initstudy.study.axes import AXES
from initstudy.study.cells import Experiment
from initstudy.study.claims import COMPARED
from initstudy.study.tuning import Tuning


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    of_runs, of_replicas, of_search, of_probes = (
        commands.add_parser(tabulate.__name__, help=tabulate.__doc__)
        for tabulate in (experiment, summary, rates, signals)
    )
    of_runs.set_defaults(tabulate=experiment)
    of_runs.add_argument("--experiment", type=json.loads, required=True, help="as JSON")
    of_runs.add_argument("--targets", type=json.loads, required=True, help="accuracies, as JSON")
    of_runs.add_argument("--runs", required=True, help="the experiment's runs, in one file")
    of_runs.add_argument(
        "--search", type=Path, nargs="*", default=[], help="of its learning rates, CSV"
    )
    of_search.set_defaults(tabulate=rates)
    of_search.add_argument("--search", type=Path, required=True, help="the search, CSV")
    of_search.add_argument("--tuning", type=json.loads, required=True, help="as JSON")
    of_replicas.set_defaults(tabulate=summary)
    of_replicas.add_argument("--experiment", type=json.loads, required=True, help="as JSON")
    of_replicas.add_argument("--replicas", required=True, help="the experiment's table, CSV")
    of_probes.set_defaults(tabulate=signals)
    of_probes.add_argument("--probes", nargs="+", required=True, help="the probe.h5 of every row")
    for command in (of_runs, of_replicas, of_search, of_probes):
        command.add_argument("--table", required=True, help="where to write the table, CSV")
        command.add_argument("--caption", required=True, help="what it holds, reStructuredText")
    arguments = parser.parse_args()
    arguments.tabulate(arguments)


def experiment(arguments: argparse.Namespace) -> None:
    """A row a replica of an experiment."""
    table = experiment_table(
        Experiment.from_dict(arguments.experiment),
        read_gathered(arguments.runs),
        arguments.targets,
        {point: one for path in arguments.search for point, one in read_search(path).items()},
    )
    save(table, replicas_caption(table), arguments)


def summary(arguments: argparse.Namespace) -> None:
    """What an experiment's replicas amount to, a row a statistic with its interval."""
    table = summary_table(
        Experiment.from_dict(arguments.experiment), read_table(arguments.replicas)
    )
    save(table, summary_caption(table), arguments)


def rates(arguments: argparse.Namespace) -> None:
    """Every initializer's best learning rate, a row a condition."""
    found = read_search(arguments.search)
    save(rates_table(found), rates_caption(found, Tuning.from_dict(arguments.tuning)), arguments)


def signals(arguments: argparse.Namespace) -> None:
    """Geometric rates of signals in initial networks, a row an initializer."""
    table = signal_table([read_probe(path) for path in arguments.probes])
    table["reading"] = [reading(row) for row in table.to_dict("records")]
    save(table, signals_caption(table), arguments)


def save(table: pd.DataFrame, caption: str, arguments: argparse.Namespace) -> None:
    """Write a table and its caption where the command line says."""
    with written_whole(arguments.table) as partial:
        table.to_csv(partial, index=False)
    save_caption(arguments.caption, caption)


def replicas_caption(table: pd.DataFrame) -> str:
    """What the table of an experiment holds, with its main numbers."""
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


def summary_caption(table: pd.DataFrame) -> str:
    """What the table of statistics holds, with its main numbers."""
    areas = table[(table["metric"] == COMPARED) & (table["statistic"] == "interquartile_mean")]
    best = areas.loc[areas["value"].idxmax()]
    pairs = (table["statistic"] == "probability_of_improvement").sum()
    return (
        f"{len(table)} statistics, each with its 95 % interval, from {best['n']} replicas a cell. "
        f"The largest {METRICS[COMPARED]}, as interquartile mean, is that of a cell of "
        f"{best['initializer']}: {with_interval(best['value'], best['low'], best['high'])}. "
        f"{pairs} pairs of initializers are compared by P(A > B), the probability that a replica "
        "of one has the larger area. Intervals: Student's t for means, bootstrap for interquartile "
        "means, Newcombe's for P(A > B), order statistics for medians, Wilson's for rates."
    )


def signals_caption(table: pd.DataFrame) -> str:
    """What the table of geometric rates holds, with its main numbers."""
    rates = table.set_index("initializer")["forward_rate"].map("{:.3g}".format)
    found = ", ".join(f"{name} {rate}" for name, rate in rates.items())
    return (
        f"By what factor a layer changes the second moment of its pre-activations: {found} (nan: "
        "too few layers have a signal). Fitted to the hidden layers of untrained networks; median "
        f"over {table['draws'].iloc[0]} draws. Backward rates are those of the loss gradient's "
        "squared norm, on its way back; q1 and q3 are quartiles. The last column says in words "
        "what a row's numbers mean."
    )


if __name__ == "__main__":
    run(main)
