"""The command line that all plot scripts of an experiment's runs share."""

import argparse
import json
from collections.abc import Callable

from matplotlib.figure import Figure

from initstudy.captions import save_caption
from initstudy.commands import run
from initstudy.results import Cells, read_cells
from initstudy.style import save


def plot_command(
    description: str,
    draw: Callable[[dict, dict, Cells], Figure],
    caption: Callable[[dict, dict, Cells], str],
) -> None:
    """Read the runs that the command line names, draw and describe what they show, save.

    draw, caption: functions of experiment, facet and cells.
    facet: the part of the experiment to show, empty for all of it.
    """

    def main() -> None:
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--experiment", type=json.loads, required=True, help="as JSON")
        parser.add_argument("--facet", type=json.loads, default={}, help="values of axes, as JSON")
        parser.add_argument("--results", required=True, help="the folder of all cells")
        parser.add_argument("--output", required=True, help="the figure, PDF")
        parser.add_argument("--preview", required=True, help="the figure, PNG")
        parser.add_argument("--caption", required=True, help="what it shows, reStructuredText")
        arguments = parser.parse_args()
        experiment, facet = arguments.experiment, arguments.facet
        cells = read_cells(experiment, facet, arguments.results)
        save(draw(experiment, facet, cells), arguments.output, arguments.preview)
        save_caption(arguments.caption, caption(experiment, facet, cells))

    run(main)
