"""Where to compute."""

import contextlib
import platform
from collections.abc import Iterator
from pathlib import Path

import torch

from initstudy.core.errors import InputError
from initstudy.core.gpu_lease import lease_folder, leased


def choose_device(name: str) -> torch.device:
    """The device called `name`, or for `auto` the best there is: CUDA, then MPS, then the CPU.

    Raises InputError if the name is unknown to PyTorch or the device is not there.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device {name!r} cannot be used here; set device to auto") from error
    return device


@contextlib.contextmanager
def leased_device(name: str) -> Iterator[torch.device]:
    """The device called `name`; where that leaves open which GPU, one that no other job has.

    Waits until there is one. CUDA_VISIBLE_DEVICES says which GPUs there are. They are told apart by
    their UUIDs, as two jobs of a cluster may call different ones number 0. Nothing is put on any
    before it is leased.
    """
    if name not in ("auto", "cuda") or not torch.cuda.is_available():
        yield choose_device(name)
        return
    count = torch.cuda.device_count()
    identities = [str(torch.cuda.get_device_properties(index).uuid) for index in range(count)]
    with leased(identities, lease_folder()) as index:
        torch.cuda.set_device(index)
        yield torch.device("cuda", index)


def describe_device(device: torch.device) -> str:
    """For people: "cuda (NVIDIA H200)" or "cpu (AMD EPYC 9B14)"."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return f"{device.type} ({_processor()})"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
