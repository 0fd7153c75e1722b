"""The cell of config.yaml's defaults, which benchmarks train."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from initstudy.study.cells import cell_options, expand
from initstudy.study.yaml_files import read_yaml

ROOT = Path(__file__).parents[1]


def default_cell(**axes: object) -> dict:
    """Its axes, other than the defaults where given, and options; see `study.cell_options`."""
    config = read_yaml(ROOT / "config.yaml")
    values = {axis: [value] for axis, value in (config["defaults"] | axes).items()}
    [cell] = expand(values, calibrated=())
    return cell_options(config, cell)
