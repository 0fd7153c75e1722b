"""What a study is said to cost."""

from types import SimpleNamespace

import pytest
import torch

from initstudy.study.cells import Experiment, Network
from initstudy.study.tuning import AREA, Tuning
from initstudy.training import cost

SIZES = {"digits": {"train": 1000, "validation": 100, "test": 400, "classes": 10, "side": 32}}
NETWORKS = {"lenet5": Network("architectures.lenet5", options={}, unused=[])}
AXES = {
    "dataset": ["digits"],
    "network": ["lenet5"],
    "depth": [3],
    "norm": ["none"],
    "activation": ["relu"],
    "initializer": ["zero", "he_normal"],
    "optimizer": ["sgd"],
    "learning_rate": [0.01],
    "momentum": [0.9],
    "weight_decay": [0.0],
    "schedule": ["constant"],
    "augmentation": ["none"],
    "batch_size": [32],
    "train_size": ["all", 320],
    "calibration_size": [64],
    "calibration_source": ["train"],
    "epochs": [2],
    "seed": [0],
}
TUNING = Tuning({"sgd": [0.01, 0.1, 1.0]}, 3, AREA, ["tuned"])


def experiment(name, **axes):
    return Experiment(name, AXES | axes, calibrated=[], unused={}, replicas=3)


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(cost, "measure_start_up", lambda: 5.0)
    monkeypatch.setattr(cost, "measure_speed", lambda *_: (0.5, 0.01))
    experiments = [experiment("both"), experiment("large", train_size=["all"])]
    found = cost.study_cost(
        experiments, 2, NETWORKS, SIZES, torch.device("cpu"), {"sgd": 0.01}, TUNING
    )
    return found.set_index("experiment")


def test_cells_are_counted_and_shared_ones_once(table):
    assert table["cells"].to_dict() == {"both": 4, "large": 2, "total": 4}
    assert table["networks"].to_dict() == {"both": 12, "large": 6, "total": 12}


def test_samples_and_time_are_those_of_whole_mini_batches(table):
    large, small = 31 * 2, 10 * 2  # steps of 32 images in two epochs
    assert table["model_samples"]["large"] == 2 * large * 32 * 3
    evaluated = 500 * 3
    seconds = [5 + steps * 0.5 + evaluated * 0.01 for steps in (large, small)]
    jobs = 2  # Of a cell, of two networks and of one.
    assert table["hours"]["total"] == pytest.approx(2 * jobs * sum(seconds) / 3600)


def test_a_tuned_experiment_has_a_row_for_its_search(monkeypatch):
    monkeypatch.setattr(cost, "measure_start_up", lambda: 5.0)
    monkeypatch.setattr(cost, "measure_speed", lambda *_: (0.5, 0.01))
    experiments = [experiment("tuned", learning_rate=["tuned", "common"]), experiment("both")]
    arguments = 2, NETWORKS, SIZES, torch.device("cpu"), {"sgd": 0.01}, TUNING
    found = cost.study_cost(experiments, *arguments).set_index("experiment")
    # Of the tuned experiment's eight cells, the four at the common rate are those of the other one.
    assert found["cells"].to_dict() == {"tuned, search": 12, "tuned": 8, "both": 4, "total": 20}
    assert found["networks"]["tuned, search"] == 12 * 3
    assert found["networks"]["total"] == 12 * 3 + 8 * 3


def test_the_measurement_is_a_time():
    networks = [torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 10))]
    cell = SimpleNamespace(optimizer="adam", batch_size=8, momentum=0.9)
    network = cost.ReplicatedNetwork(networks, torch.randn(2, 3, 32, 32))
    size = {"classes": 10, "side": 32}
    step, evaluation = cost.measure_speed(network, cell, size, torch.device("cpu"))
    assert 0 < step < 1
    assert 0 < evaluation < step
