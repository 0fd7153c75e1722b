"""The state of a training: saved on the way, so that a job that was stopped goes on from there, and
at the end, so that a training of more epochs does."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from initstudy.core.files import written_whole

UNREADABLE = (OSError, RuntimeError, ValueError, EOFError, KeyError)
"""What torch.load raises for a file that is cut short or something else."""


class SavedState:
    """The state of a training in a file."""

    def __init__(self, path: Path, identity: dict):
        """identity: everything that the training depends on; a state of another one is not used."""
        self.path = path
        self.identity = identity

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

    def save(self, state: dict) -> None:
        """state: tensors in plain containers."""
        with written_whole(self.path) as partial:
            torch.save({"identity": self.identity, "state": state}, partial)

    def remove(self) -> None:
        """Drop the state, as what it led to is done."""
        self.path.unlink(missing_ok=True)


class Checkpoint(SavedState):
    """Where, when and for which training a state is saved on the way.

    SIGTERM, which clusters send before they kill a job, asks for a save at once and for an end.
    """

    def __init__(
        self,
        path: Path,
        identity: dict,
        minutes: float,
        end: SavedState | None = None,
        shorter: Sequence[SavedState] = (),
    ):
        """minutes: between two saves; end: where the state after the last update is kept, from
        which a training of more epochs may go on; shorter: such states of trainings of fewer
        epochs, the longest first."""
        super().__init__(path, identity)
        self.seconds = 60 * minutes
        self.end = end
        self.shorter = shorter
        self.terminating = False
        self._last = time.monotonic()
        signal.signal(signal.SIGTERM, self._on_termination)

    def load(self, device: torch.device) -> dict | None:
        """The state to go on from: one's own, or that of the longest training of fewer epochs."""
        states = (saved.load(device) for saved in (super(), *self.shorter))
        return next((state for state in states if state is not None), None)

    def save_if_due(self, state: Callable[[], dict]) -> None:
        """Save what `state` returns (tensors in plain containers) if it is time to.

        Ends the process, with the exit code of SIGTERM, if that was received.
        """
        if not self.terminating and time.monotonic() - self._last < self.seconds:
            return
        self.save(state())
        self._last = time.monotonic()
        if self.terminating:
            print(f"Terminated; the state is in {self.path}", file=sys.stderr)
            sys.exit(128 + signal.SIGTERM)

    def save_end(self, state: Callable[[], dict]) -> None:
        """Keep what `state` returns, after the last update, where it can be gone on from."""
        if self.end is not None:
            self.end.save(state())

    def _on_termination(self, *_: object) -> None:
        self.terminating = True


def ends(output: Path, identity: dict) -> tuple[SavedState, list[SavedState]]:
    """Where a training's last state is kept, and those of trainings of fewer epochs.

    output: .../epochs=E/.../run.h5; identity: as of SavedState, with the task as `cell`. They agree
    in everything but the number of epochs.
    """
    task = identity["cell"]
    shared = identity | {"cell": {key: task[key] for key in task if key != "epochs"}}
    own = output.with_suffix(".end")
    folder = f"epochs={task['epochs']}"
    found = {}
    if folder in own.parts:
        place = own.parts.index(folder)
        inner = Path(*own.parts[place + 1 :])
        for path in Path(*own.parts[:place]).glob(f"epochs=*/{inner}"):
            found[int(path.parts[place].removeprefix("epochs="))] = path
    shorter = sorted((epochs for epochs in found if epochs < task["epochs"]), reverse=True)
    return SavedState(own, shared), [SavedState(found[epochs], shared) for epochs in shorter]
