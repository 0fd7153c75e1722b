"""How long trainings took, by Snakemake's benchmarks of them."""

import csv
from pathlib import Path

from initstudy.study.cells import Block

FOLDER = Path("results/benchmarks/cells")


def block_seconds(folder: Path) -> dict[Block, float]:
    """Seconds of every block of a cell that was trained here; folder: the cell's, in FOLDER."""
    return {
        Block.read(path.stem.removeprefix("replicas=")): _seconds(path)
        for path in folder.glob("replicas=*.tsv")
    }


def _seconds(benchmark: Path) -> float:
    with benchmark.open(newline="", encoding="utf-8") as file:
        return float(next(csv.DictReader(file, delimiter="\t"))["s"])
