"""Train all replicas of one cell and write run.h5."""

import argparse
import json
from pathlib import Path

import torch

from initstudy.core.devices import leased_device
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.data.store import read_dataset
from initstudy.records.run import write_run
from initstudy.schedules import CONSTANT
from initstudy.training.cell import run_cell
from initstudy.training.checkpoints import Checkpoint, ends
from initstudy.training.initial import Methods


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cell", type=json.loads, required=True, help="axes and options, as JSON")
    parser.add_argument("--network", required=True, help="the function that makes it")
    parser.add_argument("--initializer", required=True, help="the function that sets it")
    parser.add_argument("--schedule", required=True, help="the decay of the learning rate")
    parser.add_argument(
        "--data", nargs="+", required=True, help="to train on, and to calibrate on if another"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps, ...")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument(
        "--checkpoint-minutes", type=float, default=10, help="between two saves of the state"
    )
    parser.add_argument(
        "--keep-state", action="store_true", help="at the end, for a training of more epochs"
    )
    parser.add_argument("--code", required=True, help="the digest of the code that trains")
    parser.add_argument("--output", required=True, type=Path, help="run.h5")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with leased_device(arguments.device) as device:
        if device.type != "cpu":
            # Equal runs must give equal bits, which they do on a CPU anyway; this takes 2 s to
            # import.
            torch.use_deterministic_algorithms(True, warn_only=True)
        depends_on = identity(arguments.cell, arguments.code, arguments.data, device)
        end, shorter = None, ()
        if arguments.schedule == CONSTANT:  # Others depend on how long the training is.
            end, shorter = ends(arguments.output, depends_on)
        checkpoint = Checkpoint(
            arguments.output.with_suffix(".checkpoint"),
            depends_on,
            arguments.checkpoint_minutes,
            end if arguments.keep_state else None,
            shorter,
        )
        data, calibration_data = [*arguments.data, None][:2]
        methods = Methods(arguments.network, arguments.initializer, arguments.schedule)
        result = run_cell(arguments.cell, methods, data, calibration_data, device, checkpoint)
    with written_whole(arguments.output) as partial:
        write_run(partial, result)
    checkpoint.remove()


def identity(cell: dict, code: str, data: list[str], device: torch.device) -> dict:
    """What the state of a training depends on; with other code or data it is of no use."""
    return {
        "cell": cell,
        "code": code,
        "data": [read_dataset(path, splits=()).provenance for path in data],
        "torch": str(torch.__version__),
        "device": device.type,
        "threads": torch.get_num_threads(),
    }


if __name__ == "__main__":
    run(main)
