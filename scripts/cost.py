"""Say what every experiment costs, from a short measurement on this machine."""

import argparse
import json

import h5py
import torch

from initstudy.core.devices import choose_device, describe_device
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.reporting.steps import in_round_numbers
from initstudy.study.cells import Experiment, Network
from initstudy.study.tuning import Tuning
from initstudy.training.cost import study_cost, workers_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=json.loads, required=True, help="JSON list")
    parser.add_argument("--networks", type=json.loads, required=True, help="by their names, JSON")
    parser.add_argument("--block", type=int, required=True, help="networks that a job trains")
    parser.add_argument("--common-rates", type=json.loads, required=True, help="by optimizer, JSON")
    parser.add_argument("--tuning", type=json.loads, default=None, help="JSON")
    parser.add_argument("--data", nargs="+", required=True, help="the prepared data sets")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps, ...")
    parser.add_argument("--output", required=True, help="the table, CSV")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    device = choose_device(arguments.device)
    sizes = dict(read_sizes(path) for path in arguments.data)
    experiments = [Experiment.from_dict(one) for one in arguments.experiments]
    networks = {name: Network(**one) for name, one in arguments.networks.items()}
    tuning = Tuning.from_dict(arguments.tuning) if arguments.tuning else None
    table = study_cost(
        *(experiments, arguments.block, networks, sizes, device),
        *(arguments.common_rates, tuning),
    )
    with written_whole(arguments.output) as partial:
        table.to_csv(partial, index=False)
    print(table.to_string(index=False, float_format="{:.2f}".format))
    print(f"hours: on one core or device of this machine, {describe_device(device)}; calibration")
    print("and statistics come on top. The last row counts cells that experiments share once.")
    workers = workers_of(device)
    left = in_round_numbers(3600 * table["hours"].iloc[-1] / workers)
    things = "GPUs" if device.type == "cuda" else "cores"
    print(f"That is about {left} on all {workers} {things} of this machine.")


def read_sizes(path: str) -> tuple[str, dict]:
    """The name of a prepared data set, its images by split, their side, its number of classes."""
    with h5py.File(path) as file:
        counts = json.loads(file.attrs["provenance"])["counts"]
        classes = len(json.loads(file.attrs["classes"]))
        side = file["train/images"].shape[-1]
    name = path.rpartition("/")[2].removesuffix(".h5")
    return name, counts | {"classes": classes, "side": side}


if __name__ == "__main__":
    run(main)
