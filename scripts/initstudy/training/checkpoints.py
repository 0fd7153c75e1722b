"""The state of a training, saved on the way, so that a job that was stopped goes on from there."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from initstudy.core.files import written_whole

UNREADABLE = (OSError, RuntimeError, ValueError, EOFError, KeyError)
"""What torch.load raises for a file that is cut short or something else."""


class Checkpoint:
    """Where, when and for which training a state is saved.

    SIGTERM, which clusters send before they kill a job, asks for a save at once and for an end.
    """

    def __init__(self, path: Path, identity: dict, minutes: float):
        """identity: everything that the training depends on; a state of another one is not used.

        minutes: between two saves.
        """
        self.path = path
        self.identity = identity
        self.seconds = 60 * minutes
        self.terminating = False
        self._last = time.monotonic()
        signal.signal(signal.SIGTERM, self._on_termination)

    def load(self, device: torch.device) -> dict | None:
        """The state to go on from, or None; a file that does not fit is named in the log."""
        if not self.path.exists():
            return None
        try:
            saved = torch.load(self.path, weights_only=True, map_location=device)
            identity, state = saved["identity"], saved["state"]
        except UNREADABLE:
            print(f"{self.path} cannot be read and is ignored", file=sys.stderr)
            return None
        if identity != self.identity:
            print(f"{self.path} is of other code or options and is ignored", file=sys.stderr)
            return None
        print(f"Going on from {self.path}", file=sys.stderr)
        return state

    def save_if_due(self, state: Callable[[], dict]) -> None:
        """Save what `state` returns (tensors in plain containers) if it is time to.

        Ends the process, with the exit code of SIGTERM, if that was received.
        """
        if not self.terminating and time.monotonic() - self._last < self.seconds:
            return
        with written_whole(self.path) as partial:
            torch.save({"identity": self.identity, "state": state()}, partial)
        self._last = time.monotonic()
        if self.terminating:
            print(f"Terminated; the state is in {self.path}", file=sys.stderr)
            sys.exit(128 + signal.SIGTERM)

    def remove(self) -> None:
        """Drop the state, as what it led to is done."""
        self.path.unlink(missing_ok=True)

    def _on_termination(self, *_: object) -> None:
        self.terminating = True
