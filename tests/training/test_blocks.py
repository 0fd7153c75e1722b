"""Replicas in several blocks are those of one, and more of them leave the first as they are."""

import numpy as np
import pandas as pd
import pytest

from helpers.small_cell import trained
from helpers.small_data import write_noise
from initstudy.analysis.tables import replica_rows
from initstudy.records.gathered import read_gathered, write_gathered
from initstudy.records.run import write_run
from initstudy.study.cells import cell
from initstudy.training.initial import Methods

AXES = {
    "initializer": "consistency",
    "calibration_size": 32,
    "calibration_source": "train",
    "augmentation": "flip",
}
METHODS = Methods("architectures.lenet5", "consistency.consistency")
COMPARED = ("history", "progress", "recorded")
EPSILON = 1e-4
"""What rounding comes to, which depends on how many replicas are trained together."""


WITH_DROPOUT = """
from torch import nn


def mine(classes):
    layers = [nn.Flatten(), nn.Linear(3072, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, classes)]
    return nn.Sequential(*layers)
"""


@pytest.fixture(scope="module", params=["lenet5", "dropout"])
def gathered(request, tmp_path_factory):
    """The cell's runs with five replicas in one block, and in blocks of two given out of order."""
    folder = tmp_path_factory.mktemp("blocks")
    data = write_noise(folder / "noise.h5", 250, 50, classes=4)
    methods, axes = METHODS, AXES
    if request.param == "dropout":
        (folder / "networks.py").write_text(WITH_DROPOUT)
        methods = Methods(f"{folder / 'networks.py'}:mine", METHODS.initializer)
        axes = AXES | {"depth": 0, "norm": "own", "activation": "own"}
    found = []
    for blocks in ([(0, 5)], [(2, 2), (4, 1), (0, 2)]):
        paths = []
        for first, count in blocks:
            run = trained(data, methods, first_replica=first, replicas=count, **axes)
            paths.append(folder / f"{first}-{count}.h5")
            write_run(paths[-1], run)
        write_gathered(folder / "all.h5", paths)
        found.append(read_gathered(folder / "all.h5"))
    return found


def test_runs_are_those_of_one_block(gathered):
    [whole], [parts] = (list(runs.values()) for runs in gathered)
    assert parts.attributes["cell"] == whole.attributes["cell"]
    assert parts.attributes["device"] == whole.attributes["device"]
    for group in COMPARED:
        for name, values in getattr(whole, group).items():
            np.testing.assert_allclose(getattr(parts, group)[name], values, atol=EPSILON)
    for layer, quantities in whole.statistics.items():
        for name, values in quantities.items():
            np.testing.assert_allclose(
                parts.statistics[layer][name], values, rtol=1e-3, atol=EPSILON
            )
    assert not np.allclose(whole.history["test_loss"][1, 0], whole.history["test_loss"][1, 4])


def test_tables_are_those_of_one_block(gathered):
    whole, parts = (
        replica_rows(cell(run.attributes["cell"]), run, 0.5)
        for runs in gathered
        for run in runs.values()
    )
    assert parts["replica"].tolist() == [0, 1, 2, 3, 4]
    pd.testing.assert_frame_equal(parts, whole, rtol=1e-3, atol=EPSILON)
