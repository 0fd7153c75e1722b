"""Draw an initializer, pass a batch forward and its loss gradient back, and write probe.h5."""

import argparse
import json

import torch

from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.records.probe import write_probe
from initstudy.training.initial import Methods
from initstudy.training.probe import probe_initializer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cell", type=json.loads, required=True, help="axes and options, as JSON")
    parser.add_argument("--network", required=True, help="the function that makes it")
    parser.add_argument("--initializer", required=True, help="the function that sets it")
    parser.add_argument("--data", required=True, help="the prepared data set")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--output", required=True, help="probe.h5")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    methods = Methods(arguments.network, arguments.initializer)
    probe = probe_initializer(arguments.cell, methods, arguments.data)
    with written_whole(arguments.output) as partial:
        write_probe(partial, probe)


if __name__ == "__main__":
    run(main)
