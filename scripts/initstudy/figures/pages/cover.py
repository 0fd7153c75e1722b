"""The last page of all.pdf: what was run, and on what data and machines."""

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

import h5py
import pandas as pd
from matplotlib.figure import Figure

from initstudy.analysis.tables import read_table
from initstudy.figures.style import WIDTH
from initstudy.records.gathered import read_gathered
from initstudy.reporting.words import software_text
from initstudy.study.cells import ShownExperiment

HEIGHT = 9.5
LINE = 0.165
"""Between two lines of text, in inches."""


def draw(
    experiments: Sequence[ShownExperiment],
    gathered: Sequence[Path],
    tables: Sequence[Path],
    data: Sequence[Path],
) -> Figure:
    """gathered, tables: the runs and the table of every experiment; data: the prepared data sets.

    Raises InputError for runs that cannot be read.
    """
    attributes = {
        folder: run.attributes for path in gathered for folder, run in read_gathered(path).items()
    }
    runs = [attributes[folder] for folder in sorted(attributes)]
    sections = {
        "Experiments": [
            describe_experiment(experiment, read_table(path))
            for experiment, path in zip(experiments, tables, strict=True)
        ],
        "Data sets": [describe_dataset(path) for path in data],
        "Training": [describe_training(runs)],
        "Software": sorted({software_text(one["software"]) for one in runs}),
    }
    return write(experiments[0].study, sections)


def write(title: str, sections: dict[str, list[str]]) -> Figure:
    """Headed paragraphs from top to bottom; the page grows with them."""
    lines = [(title, {"fontsize": 16, "weight": "bold"}), ("", {})]
    intro = "How the initial weight distribution changes the training of a CNN"
    lines.append((intro, {"fontsize": 10, "color": "#404040"}))
    for heading, paragraphs in sections.items():
        lines += [("", {}), (heading, {"fontsize": 10, "weight": "bold"})]
        for paragraph in paragraphs:
            wrapped = textwrap.wrap(paragraph, 108, subsequent_indent="    ")
            lines += [(line, {"fontsize": 8}) for line in wrapped]
    height = max(HEIGHT, 1 + LINE * len(lines))
    figure = Figure(figsize=(WIDTH, height), label=f"{title}: what was run")
    for number, (text, style) in enumerate(lines):
        figure.text(0.06, 1 - (0.5 + LINE * number) / height, text, va="top", **style)
    return figure


def describe_experiment(experiment: ShownExperiment, table: pd.DataFrame) -> str:
    varied = [
        f"{axis} {', '.join(str(value) for value in values)}"
        for axis, values in experiment.axes.items()
        if len(values) > 1
    ]
    cells = len(experiment.cells)
    failed = f"; {table['failed'].sum()} of {len(table)} networks diverged"
    return f"{experiment.name}: {cells} cells; {'; '.join(varied) or 'nothing varied'}{failed}"


def describe_dataset(path: Path) -> str:
    with h5py.File(path) as file:
        provenance = json.loads(file.attrs["provenance"])
        classes = len(json.loads(file.attrs["classes"]))
    counts = ", ".join(f"{count:,} {split}" for split, count in provenance["counts"].items())
    checksums = ", ".join(
        f"{name} {value[:15]}…" for name, value in sorted(provenance["checksums"].items())
    )
    return f"{path.stem}: {provenance['source']}; {classes} classes; {counts}; {checksums}"


def describe_training(runs: list[dict]) -> str:
    replicas = [attributes["cell"]["replicas"] for attributes in runs]
    each = " to ".join(map(str, sorted({min(replicas), max(replicas)})))
    devices = sorted({attributes["device"] for attributes in runs})
    return (
        f"{len(runs)} cells of {each} replicas each, {sum(replicas):,} networks, "
        f"on {'; '.join(devices)}"
    )
