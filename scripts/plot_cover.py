"""The first page of all.pdf: what was run, on what data and machines, and how long it took."""

import argparse
import json
import textwrap
from pathlib import Path

import h5py
import pandas as pd
from matplotlib.figure import Figure

from initstudy.commands import run, written_whole
from initstudy.results import facet_cells
from initstudy.runs import read_attributes
from initstudy.study import cell_folder
from initstudy.style import WIDTH

HEIGHT = 9.5
LINE = 0.165
"""Between two lines of text, in inches."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=json.loads, required=True, help="JSON list")
    parser.add_argument("--results", required=True, help="the folder of all cells")
    parser.add_argument("--data", nargs="+", required=True, help="the prepared data sets")
    parser.add_argument("--tables", nargs="+", required=True, help="the experiments' tables")
    parser.add_argument("--benchmarks", required=True, help="the folder of the cells' benchmarks")
    parser.add_argument("--output", required=True, help="the page, PDF")
    arguments = parser.parse_args()
    experiments = arguments.experiments
    folders = sorted(
        {cell_folder(cell) for entry in experiments for cell in facet_cells(entry, {})}
    )
    runs = [read_attributes(Path(arguments.results) / folder / "run.h5") for folder in folders]
    tables = {Path(path).stem: pd.read_csv(path) for path in arguments.tables}
    seconds = training_seconds([Path(arguments.benchmarks) / f"{name}.tsv" for name in folders])
    sections = {
        "Experiments": [describe_experiment(entry, tables[entry["name"]]) for entry in experiments],
        "Data sets": [describe_dataset(path) for path in arguments.data],
        "Training": describe_training(runs, seconds, experiments[0]["replicas"]),
        "Software": sorted({describe_software(attributes) for attributes in runs}),
    }
    with written_whole(arguments.output) as partial:
        draw(experiments[0]["study"], sections).savefig(partial, metadata={"CreationDate": None})


def draw(title: str, sections: dict[str, list[str]]) -> Figure:
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
    figure = Figure(figsize=(WIDTH, height))
    for number, (text, style) in enumerate(lines):
        figure.text(0.06, 1 - (0.5 + LINE * number) / height, text, va="top", **style)
    return figure


def describe_experiment(experiment: dict, table: pd.DataFrame) -> str:
    varied = [
        f"{axis} {', '.join(str(value) for value in values)}"
        for axis, values in experiment["axes"].items()
        if len(values) > 1
    ]
    cells = len(facet_cells(experiment, {}))
    failed = f"; {table['failed'].sum()} of {len(table)} networks diverged"
    return f"{experiment['name']}: {cells} cells; {'; '.join(varied) or 'nothing varied'}{failed}"


def describe_dataset(path: str) -> str:
    with h5py.File(path) as file:
        provenance = json.loads(file.attrs["provenance"])
        classes = len(json.loads(file.attrs["classes"]))
    counts = ", ".join(f"{count:,} {split}" for split, count in provenance["counts"].items())
    checksums = ", ".join(
        f"{name} {value[:15]}…" for name, value in sorted(provenance["checksums"].items())
    )
    return f"{Path(path).stem}: {provenance['source']}; {classes} classes; {counts}; {checksums}"


def describe_training(runs: list[dict], seconds: list[float], replicas: int) -> list[str]:
    devices = sorted({attributes["device"] for attributes in runs})
    return [
        f"{len(runs)} cells of {replicas} replicas each, {len(runs) * replicas:,} networks, "
        f"on {'; '.join(devices)}",
        f"Time of the training jobs, start-up included: {sum(seconds) / 60:.1f} minutes in all"
        f" ({len(seconds)} of {len(runs)} cells have a measurement)",
    ]


def describe_software(attributes: dict) -> str:
    return ", ".join(f"{name} {version}" for name, version in attributes["software"].items())


def training_seconds(benchmarks: list[Path]) -> list[float]:
    """The wall-clock seconds that Snakemake measured; a run copied from elsewhere has none."""
    return [pd.read_csv(path, sep="\t")["s"].mean() for path in benchmarks if path.exists()]


if __name__ == "__main__":
    run(main)
