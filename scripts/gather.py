"""Gather the runs of an experiment, whose paths come on standard input, one a line.

In front of a path may stand how its learning rate was chosen: `tuned path` or `common path`.
"""

import argparse
import sys
from pathlib import Path

from initstudy.core.errors import InputError, run
from initstudy.core.files import written_whole
from initstudy.records.gathered import write_gathered
from initstudy.study.axes import COMMON, TUNED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True, help="all runs in one file, HDF5")
    arguments = parser.parse_args()
    lines = [line for line in sys.stdin.read().splitlines() if line.split(" ")[-1]]
    runs = [run_of(line) for line in lines]
    if not runs:
        raise InputError("there are no runs on standard input; give their paths, one a line")
    with written_whole(arguments.output) as partial:
        write_gathered(partial, runs)


def run_of(line: str) -> tuple[Path, str]:
    """The path of a run and its word, which may be none."""
    rate, _, path = line.partition(" ")
    return (Path(path), rate) if rate in (COMMON, TUNED) else (Path(line), "")


if __name__ == "__main__":
    run(main)
