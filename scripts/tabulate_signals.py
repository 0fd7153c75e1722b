"""Write the table of geometric rates, a row an initializer (see `signal_table`)."""

import argparse

import pandas as pd

from initstudy.captions import save_caption
from initstudy.commands import run, written_whole
from initstudy.signals import read_probe, signal_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probes", nargs="+", required=True, help="the probe.h5 of every row")
    parser.add_argument("--output", required=True, help="the table, CSV")
    parser.add_argument("--caption", required=True, help="what it holds, reStructuredText")
    arguments = parser.parse_args()
    table = signal_table([read_probe(path) for path in arguments.probes])
    with written_whole(arguments.output) as partial:
        table.to_csv(partial, index=False)
    save_caption(arguments.caption, caption(table))


def caption(table: pd.DataFrame) -> str:
    """What the table holds, with its main numbers."""
    rates = table.set_index("initializer")["forward_rate"].map("{:.3g}".format)
    found = ", ".join(f"{name} {rate}" for name, rate in rates.items())
    return (
        f"By what factor a layer changes the second moment of its pre-activations: {found} (nan: "
        "too few layers have a signal). Fitted to the hidden layers of untrained networks; median "
        f"over {table['draws'].iloc[0]} draws. Backward rates are those of the loss gradient's "
        "squared norm, on its way back; q1 and q3 are quartiles."
    )


if __name__ == "__main__":
    run(main)
