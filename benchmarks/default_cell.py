"""The cell of config.yaml's defaults, which benchmarks train."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from initstudy.study.axes import AXES, CALIBRATION
from initstudy.study.cells import Task, cell

ROOT = Path(__file__).parents[1]
OUTPUT_STD = 0.1
REPLICAS = 10
ARCHITECTURE = "architectures.lenet5"


def default_task(**axes: object) -> Task:
    """Its axes, other than the defaults where given, without calibration."""
    values = {name: axis.default for name, axis in AXES.items()} | axes
    rates = values["learning_rate"]
    if isinstance(rates, dict):
        values["learning_rate"] = rates[values["optimizer"]]
    values |= {name: AXES[name].unused for name in CALIBRATION}
    return Task(cell(values), REPLICAS, OUTPUT_STD, options={}, network_options={})
