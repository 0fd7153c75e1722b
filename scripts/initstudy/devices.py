"""Where to compute."""

import platform
from pathlib import Path

import torch

from initstudy.commands import InputError


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
