"""Gather the runs of an experiment, whose paths come on standard input, one a line."""

import argparse
import sys
from pathlib import Path

from initstudy.core.errors import InputError, run
from initstudy.core.files import written_whole
from initstudy.records.gathered import write_gathered


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True, help="all runs in one file, HDF5")
    arguments = parser.parse_args()
    runs = [Path(line) for line in sys.stdin.read().splitlines()]
    if not runs:
        raise InputError("there are no runs on standard input; give their paths, one a line")
    with written_whole(arguments.output) as partial:
        write_gathered(partial, runs)


if __name__ == "__main__":
    run(main)
