"""A training that is stopped, at whatever moment, and goes on ends as if nothing had happened."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.small_cell import CELL as SMALL_CELL
from helpers.small_data import write_noise
from initstudy.core.errors import InputError
from initstudy.records.run import write_run
from initstudy.schedules import CONSTANT
from initstudy.training import loop
from initstudy.training.cell import run_cell
from initstudy.training.checkpoints import Checkpoint, ends
from initstudy.training.initial import Methods

ROOT = Path(__file__).parents[2]
STEPS = 4  # of an epoch
CELL = SMALL_CELL | {
    "depth": 4,
    "norm": "batch",
    "initializer": "consistency",
    "options": {"match": "channel", "strength": "auto"},
    "optimizer": "adam",
    "weight_decay": 0.001,
    "schedule": "cosine_warmup",
    "warmup": 0.5,
    "augmentation": "flip_crop",
    "train_size": 16 * STEPS,
    "calibration_size": 8,
    "calibration_source": "train",
    "epochs": 3,
}
METHODS = Methods("architectures.lenet5", "consistency.consistency", "decay.cosine")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_noise(tmp_path_factory.mktemp("data") / "noise.h5", 100, 20, classes=4)


def run(data, checkpoint, path):
    """The bytes of run.h5."""
    write_run(path, run_cell(CELL, METHODS, data, None, torch.device("cpu"), checkpoint))
    return path.read_bytes()


def test_a_layer_that_run_h5_has_no_name_for_is_refused(data, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from collections import OrderedDict\nfrom torch import nn\n\n\ndef mine(classes):\n"
        "    layers = {'flatten': nn.Flatten(), 'step': nn.Linear(3072, classes)}\n"
        "    return nn.Sequential(OrderedDict(layers))\n"
    )
    cell = CELL | {"depth": 0, "norm": "own", "activation": "own"}
    methods = Methods(f"{file}:mine", METHODS.initializer)
    checkpoint = Checkpoint(tmp_path / "a.checkpoint", {}, minutes=60)
    with pytest.raises(InputError, match=r"mine\.py:mine: a layer is named step"):
        run_cell(cell, methods, data, None, torch.device("cpu"), checkpoint)


class Stopped(BaseException):
    """In place of a SIGKILL."""


@pytest.mark.parametrize("step", [0, 1, STEPS - 1, STEPS, STEPS + 2, 3 * STEPS - 1])
def test_a_stopped_training_goes_on_to_the_same_bytes(data, tmp_path, monkeypatch, step):
    undisturbed = run(
        data, Checkpoint(tmp_path / "a.checkpoint", {}, minutes=60), tmp_path / "whole.h5"
    )

    class StoppingTraining(loop.Training):
        def _train_step(self, position):
            if self.step == step:
                raise Stopped
            super()._train_step(position)

    path = tmp_path / "b.checkpoint"
    monkeypatch.setattr("initstudy.training.cell.Training", StoppingTraining)
    with pytest.raises(Stopped):
        run(data, Checkpoint(path, {}, minutes=0), tmp_path / "parts.h5")
    steps_done = []

    class CountingTraining(loop.Training):
        def _train_step(self, position):
            steps_done.append(self.step)
            super()._train_step(position)

    monkeypatch.setattr("initstudy.training.cell.Training", CountingTraining)
    resumed = run(data, Checkpoint(path, {}, minutes=60), tmp_path / "parts.h5")
    assert resumed == undisturbed
    assert steps_done == list(range(step, 3 * STEPS))


def test_a_state_of_something_else_is_ignored_and_named(tmp_path, capsys):
    path = tmp_path / "state.checkpoint"
    cpu = torch.device("cpu")
    assert Checkpoint(path, {}, minutes=60).load(cpu) is None
    assert capsys.readouterr().err == ""
    Checkpoint(path, {"code": "old"}, minutes=0).save_if_due(lambda: {"step": 3})
    assert Checkpoint(path, {"code": "old"}, minutes=60).load(cpu) == {"step": 3}
    assert "Going on" in capsys.readouterr().err
    assert Checkpoint(path, {"code": "new"}, minutes=60).load(cpu) is None
    assert f"{path} is of other code or options" in capsys.readouterr().err


class Kept:
    """A cell as the workflow would train it, and where its states lie."""

    def __init__(self, folder, data, epochs, **axes):
        self.task = CELL | {"epochs": epochs, "warmup": 0.5} | axes
        self.data = data
        self.path = folder / f"epochs={epochs}/seed=0/replicas=0-1/run.h5"
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def train(self):
        """The bytes of run.h5."""
        depends_on = {"cell": self.task, "code": "0"}
        checkpoint = Checkpoint(
            self.path.with_suffix(".checkpoint"), depends_on, 0.0, *ends(self.path, depends_on)
        )
        methods = Methods(METHODS.network, METHODS.initializer, CONSTANT)
        run = run_cell(self.task, methods, self.data, None, torch.device("cpu"), checkpoint)
        write_run(self.path, run)
        checkpoint.remove()
        return self.path.read_bytes()


def test_more_epochs_go_on_from_the_end_of_fewer_to_the_same_bytes(
    data, tmp_path, monkeypatch, capsys
):
    whole = Kept(tmp_path / "whole", data, 4).train()
    for epochs in (1, 2):
        Kept(tmp_path, data, epochs).train()
    trained = []

    class CountingTraining(loop.Training):
        def _train_step(self, position):
            trained.append(self.step)
            super()._train_step(position)

    monkeypatch.setattr("initstudy.training.cell.Training", CountingTraining)
    capsys.readouterr()
    assert Kept(tmp_path, data, 4).train() == whole
    assert trained == [*range(2 * STEPS, 4 * STEPS)]
    assert "Going on from" in (said := capsys.readouterr().err)
    assert "epochs=2" in said


def test_an_extension_that_is_stopped_goes_on_to_the_same_bytes(data, tmp_path, monkeypatch):
    whole = Kept(tmp_path / "whole", data, 3).train()
    Kept(tmp_path, data, 1).train()

    class StoppingTraining(loop.Training):
        def _train_step(self, position):
            if self.step == 2 * STEPS + 1:
                raise Stopped
            super()._train_step(position)

    with monkeypatch.context() as patch:
        patch.setattr("initstudy.training.cell.Training", StoppingTraining)
        with pytest.raises(Stopped):
            Kept(tmp_path, data, 3).train()
    assert Kept(tmp_path, data, 3).path.with_suffix(".checkpoint").exists()
    assert Kept(tmp_path, data, 3).train() == whole


def test_other_training_does_not_go_on_from_an_end(data, tmp_path):
    Kept(tmp_path, data, 1).train()
    other = Kept(tmp_path / "whole", data, 2, weight_decay=0.5).train()
    assert Kept(tmp_path, data, 2, weight_decay=0.5).train() == other


@pytest.mark.parametrize("kept", [0, 100, -10])
def test_a_damaged_state_is_ignored_and_named(tmp_path, capsys, kept):
    path = tmp_path / "state.checkpoint"
    Checkpoint(path, {}, minutes=0).save_if_due(lambda: {"weights": torch.ones(1000)})
    path.write_bytes(path.read_bytes()[:kept])
    assert Checkpoint(path, {}, minutes=60).load(torch.device("cpu")) is None
    assert f"{path} cannot be read" in capsys.readouterr().err


def test_a_save_waits_for_its_time(tmp_path):
    path = tmp_path / "state.checkpoint"
    Checkpoint(path, {}, minutes=60).save_if_due(dict)
    assert not path.exists()


def train(data, output):
    """A training job, as the workflow starts it, long enough to be stopped."""
    command = [sys.executable, "scripts/train.py", "--data", str(data), "--device", "cpu"]
    command += ["--cell", json.dumps(CELL | {"epochs": 60}), "--output", str(output)]
    command += ["--network", METHODS.network, "--initializer", METHODS.initializer]
    command += ["--schedule", METHODS.schedule, "--code", "0"]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_sigterm_saves_and_the_next_job_goes_on(data, tmp_path):
    whole = train(data, tmp_path / "whole.h5")
    stopped = train(data, tmp_path / "run.h5")
    while not stopped.stderr.readline().startswith("epoch 1 of 60, "):
        assert stopped.poll() is None
    stopped.send_signal(signal.SIGTERM)
    said = stopped.communicate()[1]
    assert stopped.returncode == 128 + signal.SIGTERM
    assert "Terminated; the state is in" in said
    assert not (tmp_path / "run.h5").exists()
    again = train(data, tmp_path / "run.h5")
    assert "Going on from" in again.communicate()[1]
    assert again.returncode == 0
    whole.communicate()
    assert (tmp_path / "run.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"run.h5", "whole.h5"}


def test_initial_parameters_are_those_before_training(data, tmp_path):
    result = run_cell(
        CELL,
        METHODS,
        data,
        None,
        torch.device("cpu"),
        Checkpoint(tmp_path / "c.checkpoint", {}, minutes=60),
    )
    weights = result.initial["C3"]["weight"].reshape(2, -1)
    norms = np.linalg.norm(weights.astype(np.float64), axis=1)
    np.testing.assert_allclose(norms, result.statistics["C3"]["weight_norm"][0], rtol=1e-5)


def test_a_cell_with_an_axis_that_nothing_reads_is_refused(data, tmp_path):
    """Who adds an axis to the records alone would get the same results for all its values."""
    checkpoint = Checkpoint(tmp_path / "c.checkpoint", {}, minutes=60)
    cell = CELL | {"label_smoothing": 0.1}
    with pytest.raises(InputError, match=r"^label_smoothing: nothing in training reads this axis"):
        run_cell(cell, METHODS, data, None, torch.device("cpu"), checkpoint)
