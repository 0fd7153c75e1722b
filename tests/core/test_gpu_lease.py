"""A machine with two GPUs that are not there, and more jobs than that."""

import random
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import torch

from initstudy.core import devices
from initstudy.core.gpu_lease import leased

NAMES = ["first", "second"]
PROCESSES, KILLED = 8, 40
# Witnesses are locks of another kind. They are opened before the leases, so that the kernel frees
# them before the leases of a process that was killed.
WORKER = """\
import fcntl, random, sys, time
from pathlib import Path
from initstudy.core import gpu_lease

gpu_lease.PAUSE = 0.005
folder, names = Path(sys.argv[1]), sys.argv[2:]
witnesses = [(folder / f"{name}.witness").open("a") for name in names]
for _ in range(20):
    with gpu_lease.leased(names, folder) as position:
        fcntl.lockf(witnesses[position], fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(random.uniform(0, 0.02))
        fcntl.lockf(witnesses[position], fcntl.LOCK_UN)
"""


def test_no_two_processes_have_one_device_however_they_end(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "scripts")
    chance = random.Random(0)

    def start():
        command = [sys.executable, "-c", WORKER, str(tmp_path), *NAMES]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    ended, running = [], [start() for _ in range(PROCESSES)]
    for _ in range(KILLED):
        time.sleep(0.05)
        victim = running.pop(chance.randrange(PROCESSES))
        victim.kill()
        ended.append(victim)
        running.append(start())
    outcomes = [process.communicate(timeout=60)[1] for process in (*ended, *running)]
    assert not any(outcomes), outcomes
    assert {process.returncode for process in ended} <= {-signal.SIGKILL, 0}
    assert {process.returncode for process in running} == {0}
    with leased(NAMES, tmp_path) as one, leased(NAMES, tmp_path) as other:
        assert {one, other} == {0, 1}


def pretend(monkeypatch, folder, uuids):
    """Let PyTorch see GPUs."""
    monkeypatch.setattr(devices, "lease_folder", lambda: folder)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(uuids))
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda index: SimpleNamespace(uuid=uuids[index])
    )
    monkeypatch.setattr(torch.cuda, "set_device", lambda index: None)


def test_jobs_get_different_gpus_whatever_numbers_these_have(tmp_path, monkeypatch):
    pretend(monkeypatch, tmp_path, ["a", "b"])
    with devices.leased_device("auto") as first:
        assert first == torch.device("cuda", 0)
        with devices.leased_device("cuda") as second:
            assert second == torch.device("cuda", 1)
        # Another job sees another GPU under the number of one that is taken.
        pretend(monkeypatch, tmp_path, ["c"])
        with devices.leased_device("auto") as third:
            assert third == torch.device("cuda", 0)


def test_without_gpus_nothing_is_leased(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "lease_folder", lambda: tmp_path / "leases")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with devices.leased_device("auto") as device:
        assert device == torch.device("cpu")
    assert not (tmp_path / "leases").exists()
