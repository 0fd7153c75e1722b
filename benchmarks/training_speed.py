"""How fast this machine trains small networks in every way of ways.py, all cores busy.

The ways take turns, so that what else the machine does disturbs all of them alike. Prints and
writes a table (model-samples a second, and ratios with their spread over repetitions) and a figure.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import pandas as pd
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm
from ways import WAYS
from worker import ARCHITECTURES

from initstudy.core.devices import choose_device, describe_device
from initstudy.figures.palette import COLOURS
from initstudy.figures.style import page
from initstudy.training.resources import BUFFERS

HERE = Path(__file__).parent
REPETITIONS = 3
REPLICAS = 10
BATCH_SIZES = {
    "cpu": {"lenet5": [16, 32, 64], "resnet": [32]},
    "cuda": {"lenet5": [32, 128, 512], "resnet": [32, 128, 512]},
}
CONDITIONS = {
    "lenet5": [(3, "none"), (3, "batch"), (12, "none"), (12, "batch")],
    "resnet": [(20, "batch")],
}
"""Depths and norms."""
SHAPE = ["network", "depth", "norm", "batch_size", "replicas"]
OTHER_REPLICAS = {"cpu": (1, 3, 30), "cuda": (1, 30, 100)}
MATRIX = 1024
SLOWER = 0.95
"""Below this share of another's speed it is not the noise."""


def problems(networks: list[str], device: str) -> Iterator[dict]:
    """Every way; then those that train many networks at once, with other numbers of them.

    device: cpu or cuda.
    """
    ways = {name: way for name, way in WAYS.items() if device in way.devices}
    for network in networks:
        for depth, norm in CONDITIONS[network]:
            for batch_size in BATCH_SIZES[device][network]:
                condition = {"network": network, "depth": depth, "norm": norm}
                shape = condition | {"batch_size": batch_size}
                for way in ways:
                    yield shape | {"replicas": REPLICAS, "way": way}
        depth, norm = CONDITIONS[network][0]
        condition = {"network": network, "depth": depth, "norm": norm}
        for batch_size in BATCH_SIZES[device][network]:
            for replicas in OTHER_REPLICAS[device]:
                for way in (name for name, way in ways.items() if way.all_networks):
                    shape = condition | {"batch_size": batch_size, "replicas": replicas}
                    yield shape | {"way": way}


def speed(problem: dict, cores: int) -> float:
    """Model-samples a second of the whole machine."""
    if WAYS[problem["way"]].all_cores or choose_device("auto").type != "cpu":
        processes, threads = 1, cores
    else:
        processes, threads = cores, 1
    command = [sys.executable, str(HERE / "worker.py"), "--threads", str(threads)]
    for name, value in problem.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    # All ways gain from the buffers.
    options = {"env": os.environ | BUFFERS, "text": True}
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    workers = [subprocess.Popen(command, **options) for _ in range(processes)]
    outputs = [worker.communicate()[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        sys.exit(f"Error: {' '.join(command)} failed; run it by itself to see why")
    return sum(float(output.split()[-1]) for output in outputs)


def measured(chosen: list[dict], cores: int) -> pd.DataFrame:
    """A row a problem and repetition."""
    rounds = [(repetition, problem) for repetition in range(REPETITIONS) for problem in chosen]
    return pd.DataFrame(
        [
            problem | {"repetition": repetition, "samples_per_second": speed(problem, cores)}
            for repetition, problem in tqdm(rounds, unit="measurement")
        ]
    )


def arithmetic_bound(name: str, depth: int, norm: str, peak: float) -> float:
    """Model-samples a second if the network's convolutions and products ran at the peak."""
    network = ARCHITECTURES[name](10, depth, norm)
    images, labels = torch.zeros(2, 3, 32, 32), torch.zeros(2, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        nn.functional.cross_entropy(network(images), labels).backward()
    return peak / (counter.get_total_flops() / len(images))


def matrix_product_peak(device: torch.device) -> float:
    """Floating point operations a second of a product of matrices, on all cores: the best of 20."""
    one, other = (torch.rand(MATRIX, MATRIX, device=device) for _ in range(2))
    best = float("inf")
    for _ in range(20):
        start = time.perf_counter()
        float((one @ other)[0, 0])  # waits for the device
        best = min(best, time.perf_counter() - start)
    return 2 * MATRIX**3 / best


def compared(speeds: pd.DataFrame, peak: float) -> pd.DataFrame:
    """A row a problem: the median speed, the lowest and highest ratio of ours to it, the bound."""
    ours = speeds[speeds["way"] == "ours"].set_index([*SHAPE, "repetition"])["samples_per_second"]
    keyed = speeds.set_index([*SHAPE, "repetition"])
    keyed["ratio"] = ours.reindex(keyed.index) / keyed["samples_per_second"]
    groups = keyed.reset_index().groupby([*SHAPE, "way"], sort=False)
    table = groups.agg(
        samples_per_second=("samples_per_second", "median"),
        ours_faster_by=("ratio", "median"),
        lowest=("ratio", "min"),
        highest=("ratio", "max"),
    ).reset_index()
    table["share_of_bound"] = [
        row.samples_per_second / arithmetic_bound(row.network, row.depth, row.norm, peak)
        for row in table.itertuples()
    ]
    return table


def draw(table: pd.DataFrame, note: str, place: Path) -> None:
    """A panel a network, a bar a way and batch size."""
    shown = table[table["replicas"] == REPLICAS]
    groups = list(shown.groupby(["network", "depth", "norm"], sort=False))
    figure = page(2.4 * len(groups), "Training speed", note)
    panels = figure.subplots(len(groups), 1, squeeze=False).ravel()
    for axes, ((network, depth, norm), group) in zip(panels, groups, strict=True):
        wide = group.pivot(index="batch_size", columns="way", values="samples_per_second")
        wide = wide[[way for way in WAYS if way in wide]]
        wide.plot.bar(ax=axes, legend=False, rot=0, color=COLOURS[: len(wide.columns)])
        axes.set_title(f"{network}, depth {depth}, norm {norm}", loc="left")
        axes.set_xlabel("batch size")
        axes.set_ylabel("model-samples a second")
    figure.axes[0].legend(fontsize=6)
    figure.savefig(place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=CONDITIONS, default=list(CONDITIONS))
    parser.add_argument("--output", type=Path, required=True, help="the table, CSV; figure beside")
    arguments = parser.parse_args()
    output = arguments.output
    cores, device = len(os.sched_getaffinity(0)), choose_device("auto")
    torch.set_num_threads(cores)
    peak = matrix_product_peak(device)
    kind = "cpu" if device.type == "cpu" else "cuda"
    speeds = measured(list(problems(arguments.networks, kind)), cores)
    table = compared(speeds, peak)
    note = (
        f"{cores} cores, {describe_device(device)}, {torch.backends.cpu.get_cpu_capability()},"
        f" torch {torch.__version__}; {REPLICAS} replicas, median of {REPETITIONS} repetitions;"
        f" peak of matrix products {peak / 1e9:.0f} GFLOP/s."
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(output, index=False)
    draw(table, note, output.with_suffix(".png"))
    print(table.to_string(index=False, float_format="{:.2f}".format), note, sep="\n")
    check_kernel(table)


def check_kernel(table: pd.DataFrame) -> None:
    """End with an error where the compiled gradients cost time, which they may on no machine."""
    ratios = table.loc[table["way"] == "without kernel", "ours_faster_by"]
    if (ratios < SLOWER).any():
        sys.exit(
            f"Error: with pooled_convolution.c training has {ratios.min():.2f} of the speed that it"
            " has without; please report this with the table"
        )


if __name__ == "__main__":
    main()
