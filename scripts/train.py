"""Train all replicas of one cell and write run.h5."""

import argparse
import json

import torch

from initstudy.commands import run, written_whole
from initstudy.devices import choose_device
from initstudy.runs import write_run
from initstudy.training.cell import run_cell


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cell", type=json.loads, required=True, help="axes and options, as JSON")
    parser.add_argument("--data", required=True, help="the prepared data set to train on")
    parser.add_argument("--calibration-data", help="to calibrate on, if another")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps, ...")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--output", required=True, help="run.h5")
    arguments = parser.parse_args()
    device = choose_device(arguments.device)
    torch.set_num_threads(arguments.threads)
    if device.type != "cpu":
        # Equal runs must give equal bits, which they do on a CPU anyway; this takes 2 s to import.
        torch.use_deterministic_algorithms(True, warn_only=True)
    result = run_cell(arguments.cell, arguments.data, arguments.calibration_data, device)
    with written_whole(arguments.output) as partial:
        write_run(partial, result)


if __name__ == "__main__":
    run(main)
