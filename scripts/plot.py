"""Draw a figure of an experiment, or a page of a whole study."""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from matplotlib.figure import Figure

from initstudy.analysis.claims_table import read_claims
from initstudy.analysis.rates import read_search
from initstudy.analysis.results import at_edge, read_results
from initstudy.analysis.standings import read_ranking
from initstudy.core.errors import run
from initstudy.figures.kinds import kinds
from initstudy.figures.palette import with_colours_apart
from initstudy.figures.style import save
from initstudy.records.probe import read_probe
from initstudy.reporting.captions import save_caption
from initstudy.study.answer import Answer
from initstudy.study.cells import Initializer, ShownExperiment
from initstudy.study.tuning import Tuning

# Kinds and pages are imported by name, so that no figure is out of date where another one changes.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add_command(draw: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        command = commands.add_parser(draw.__name__, help=draw.__doc__)
        command.set_defaults(draw=draw)
        command.add_argument("--output", required=True, help="the figure, PDF")
        return command

    of_experiment, of_study, of_answer, of_claims, of_search, of_probes = map(
        add_command, (experiment, cover, answer, claims, rates, signals)
    )
    for command in (of_experiment, of_answer, of_claims, of_search, of_probes):
        command.add_argument("--preview", required=True, help="the figure, PNG")
        command.add_argument("--caption", required=True, help="what it shows, reStructuredText")
    for command in (of_answer, of_claims, of_probes):
        command.add_argument("--study", type=json.loads, required=True, help="its title, as JSON")
    of_experiment.add_argument("--kind", choices=kinds(), required=True, help="what it shows")
    for command in (of_experiment, of_search):
        command.add_argument("--experiment", type=json.loads, required=True, help="JSON")
    of_experiment.add_argument(
        "--facet", type=json.loads, default={}, help="the part to show, JSON"
    )
    of_experiment.add_argument(
        "--runs", type=Path, required=True, help="its runs, gathered in one file"
    )
    of_experiment.add_argument("--table", type=Path, required=True, help="its table, CSV")
    of_study.add_argument("--experiments", type=json.loads, required=True, help="JSON list")
    of_study.add_argument("--runs", type=Path, nargs="+", required=True, help="of each, one file")
    of_study.add_argument("--tables", type=Path, nargs="+", required=True, help="of each, CSV")
    of_study.add_argument("--data", type=Path, nargs="+", required=True, help="prepared data sets")
    of_answer.add_argument("--answer", type=json.loads, required=True, help="as declared, JSON")
    of_answer.add_argument("--labels", type=json.loads, required=True, help="by name, JSON")
    of_answer.add_argument("--table", type=Path, required=True, help="answer.csv")
    of_answer.add_argument("--claims", nargs="*", required=True, help="the verdicts, CSV, if any")
    of_claims.add_argument("--claims", required=True, help="the verdicts, CSV")
    of_search.add_argument("--tuning", type=json.loads, required=True, help="JSON")
    of_search.add_argument("--search", type=Path, required=True, help="what it found, CSV")
    of_probes.add_argument("--initializers", type=json.loads, required=True, help="by name, JSON")
    of_probes.add_argument("--probes", nargs="+", required=True, help="the probe.h5 of every line")

    arguments = parser.parse_args()
    arguments.draw(arguments)


def experiment(arguments: argparse.Namespace) -> None:
    """A figure of an experiment, or of one facet of it."""
    kind = import_module(f"initstudy.figures.kinds.{arguments.kind}")
    whole, facet = shown_experiment(arguments), arguments.facet
    part = replace(whole, axes=whole.axes | {axis: [value] for axis, value in facet.items()})
    results = read_results(part, arguments.runs, arguments.table)
    whole = replace(whole, at_edge=at_edge(results))
    write(kind.draw(whole, facet, results), kind.caption(whole, facet, results), arguments)


def cover(arguments: argparse.Namespace) -> None:
    """The last page of all.pdf, which says what was run."""
    page = import_module("initstudy.figures.pages.cover")
    experiments = [ShownExperiment.from_dict(one) for one in arguments.experiments]
    figure = page.draw(experiments, arguments.runs, arguments.tables, arguments.data)
    save(figure, arguments.output)


def answer(arguments: argparse.Namespace) -> None:
    """The page that says which initializers keep up with the best."""
    page = import_module("initstudy.figures.pages.answer")
    shown = (
        arguments.study,
        read_ranking(arguments.table),
        Answer(**arguments.answer),
        arguments.labels,
        [claim for path in arguments.claims for claim in read_claims(path).to_dict("records")],
    )
    write(page.draw(*shown), page.caption(*shown), arguments)


def claims(arguments: argparse.Namespace) -> None:
    """The page of all claims."""
    page = import_module("initstudy.figures.pages.claims")
    shown = arguments.study, read_claims(arguments.claims)
    write(page.draw(*shown), page.caption(*shown), arguments)


def rates(arguments: argparse.Namespace) -> None:
    """The page on what every learning rate of an experiment's search came to."""
    page = import_module("initstudy.figures.pages.rates")
    shown = (
        shown_experiment(arguments),
        Tuning.from_dict(arguments.tuning),
        read_search(arguments.search),
    )
    write(page.draw(*shown), page.caption(*shown), arguments)


def signals(arguments: argparse.Namespace) -> None:
    """The page on how signals pass through initial networks."""
    page = import_module("initstudy.figures.pages.signals")
    named = {name: Initializer(**one) for name, one in arguments.initializers.items()}
    initializers = with_colours_apart(named)
    shown = arguments.study, initializers, [read_probe(path) for path in arguments.probes]
    write(page.draw(*shown), page.caption(*shown), arguments)


def shown_experiment(arguments: argparse.Namespace) -> ShownExperiment:
    """The experiment of a page, whose initializers have colours of their own there."""
    described = ShownExperiment.from_dict(arguments.experiment)
    return replace(described, initializers=with_colours_apart(described.initializers))


def write(figure: Figure, caption: str, arguments: argparse.Namespace) -> None:
    """The figure and its caption, where the command line says."""
    save(figure, arguments.output, arguments.preview)
    save_caption(arguments.caption, caption)


if __name__ == "__main__":
    run(main)
