"""One device a process on a machine with several: leases by file locks.

The kernel frees a lock when the process that holds it ends, however it ends, so nothing is ever
left behind.
"""

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PAUSE = 0.5
"""Seconds between two looks for a device that has become free."""


def lease_folder() -> Path:
    """Where this user's locks lie: on this machine alone, whatever folder jobs run in."""
    return Path(tempfile.gettempdir()) / f"initstudy-gpu-leases-{os.getuid()}"


@contextlib.contextmanager
def leased(devices: Sequence[str], folder: Path) -> Iterator[int]:
    """Wait until one of `devices` is free, hold it, and yield its position.

    devices: names that mean the same device to every process on this machine.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        # The files stay: were one removed, two processes could hold locks on different files of
        # the same name.
        files = [stack.enter_context((folder / f"{name}.lock").open("a")) for name in devices]
        while (position := _first_free(files)) is None:
            time.sleep(PAUSE)
        yield position


def _first_free(files: Sequence) -> int | None:
    """Lock the first file that nobody has locked; its position, or None."""
    for position, file in enumerate(files):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return position
    return None
