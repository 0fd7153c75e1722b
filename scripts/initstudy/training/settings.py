"""What a job is told of its cell, and that none of it goes unheard."""

from initstudy.core.errors import InputError

NAMES = ("dataset", "network", "initializer", "schedule")
"""Axes whose values name what a job is given otherwise: a file, three functions."""


class Settings:
    """A cell's axes and options as attributes; it remembers which of them were read.

    An axis that nothing reads would be a folder of results that are all alike.
    """

    def __init__(self, values: dict):
        """values: the axes, replicas, output_std and options of a task."""
        self._values = values
        self._unread = values.keys() - set(NAMES)

    def __getattr__(self, name: str) -> object:
        try:
            value = self._values[name]
        except KeyError as error:
            raise AttributeError(name) from error
        self._unread = self._unread - {name}
        return value

    def check_all_read(self) -> None:
        """Raise InputError if there is an axis that nothing has read."""
        for name in sorted(self._unread):
            raise InputError(
                f"{name}: nothing in training reads this axis, so it would change nothing; read it "
                "where it matters, as cell." + name
            )
