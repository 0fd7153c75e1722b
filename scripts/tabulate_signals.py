"""Write the table of geometric rates, a row an initializer (see `signal_table`)."""

import argparse

from initstudy.commands import run, written_whole
from initstudy.signals import read_probe, signal_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probes", nargs="+", required=True, help="the probe.h5 of every row")
    parser.add_argument("--output", required=True, help="the table, CSV")
    arguments = parser.parse_args()
    table = signal_table([read_probe(path) for path in arguments.probes])
    with written_whole(arguments.output) as partial:
        table.to_csv(partial, index=False)


if __name__ == "__main__":
    run(main)
