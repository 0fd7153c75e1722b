"""Cells, and the experiments that they are points of.

No part of this needs PyTorch or Snakemake, so the workflow can be planned in milliseconds.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, make_dataclass
from functools import cached_property

from initstudy.study.axes import AXES, CALIBRATION, TUNED, Value

Facet = dict[str, Value]
"""A value for each of some axes."""


class _Point:
    """What a value for every axis amounts to; `Cell` is made of this and the axes."""

    @cached_property
    def folder(self) -> str:
        """The folders of a cell, one `axis=value` each."""
        return "/".join(f"{axis}={value}" for axis, value in self.values().items())

    @property
    def rate(self) -> str:
        """How its learning rate is chosen: common, tuned, or nothing where it is given."""
        return self.learning_rate if isinstance(self.learning_rate, str) else ""

    @property
    def calibrated(self) -> bool:
        """Whether its initializer looks at calibration inputs."""
        return self.calibration_source != AXES["calibration_source"].unused

    def values(self) -> Facet:
        """The value of every axis, in the order of the folders."""
        return {axis: getattr(self, axis) for axis in AXES}

    def lies_in(self, facet: Facet) -> bool:
        """Whether it has the facet's values; it goes with any of an axis that it does not use."""
        return all(
            getattr(self, axis) in (value, AXES[axis].unused) for axis, value in facet.items()
        )


Cell = make_dataclass(
    "Cell",
    [(axis.name, axis.type) for axis in AXES.values()],
    bases=(_Point,),
    frozen=True,
    namespace={"__doc__": "One point of the grid: a value for every axis, as an attribute."},
)


def cell(values: Mapping[str, Value]) -> Cell:
    """The cell with these values of all axes, or of more than that, such as a table's row.

    A `rate` among them, common or tuned, is the word for the learning rate.
    """
    axes = {name: axis.value(values[name]) for name, axis in AXES.items()}
    return Cell(**(axes | {"learning_rate": values.get("rate") or axes["learning_rate"]}))


@dataclass(frozen=True)
class Task:
    """What a job trains, or probes: replicas of a cell and the options behind its names."""

    cell: Cell
    replicas: int
    output_std: float
    options: dict
    """Of the initializer."""
    network_options: dict
    schedule_options: dict = field(default_factory=dict)
    warmup: float = 0.0
    """Of the schedule, in epochs."""
    first_replica: int = 0
    """The number of the first of them."""

    def as_dict(self) -> dict:
        """Plain values: the axes, and beside them the other fields."""
        others = {field.name: getattr(self, field.name) for field in fields(self)}
        del others["cell"]
        return self.cell.values() | others


@dataclass(frozen=True)
class Block:
    """Replicas of a cell that one job trains: those numbered `first` to `last`."""

    first: int
    last: int

    def __str__(self) -> str:
        """As folders say it: 0-9."""
        return f"{self.first}-{self.last}"

    @property
    def folder(self) -> str:
        return f"replicas={self}"

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @classmethod
    def read(cls, text: str) -> "Block":
        """The inverse of `str`; raises ValueError for anything else."""
        found = re.fullmatch(r"(\d+)-(\d+)", text)
        block = cls(*map(int, found.groups())) if found else None
        if block is None or str(block) != text or block.count < 1:
            raise ValueError(f"{text!r} is no block of replicas such as 0-9")
        return block


def blocks(replicas: int, size: int) -> list[Block]:
    """So many replicas in blocks of `size`, the last one of what is left."""
    firsts = range(0, replicas, size)
    return [Block(first, min(first + size, replicas) - 1) for first in firsts]


@dataclass(frozen=True)
class Network:
    """What makes the networks of a cell."""

    method: str
    options: dict
    unused: list[str]
    """The axes of ARCHITECTURE that it does not take, or that its options fix."""


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes in the course of training."""

    method: str
    options: dict
    warmup: float
    """Epochs."""


@dataclass(frozen=True)
class Initializer:
    """What figures say of an initializer."""

    label: str
    position: int
    """In the configuration, which colours go by."""
    options: dict = field(default_factory=dict)
    family: str = ""
    """Those of one family are variants of one idea, not independent of one another."""
    matches_target: bool = False
    """Whether it brings what networks generate to the target of the discrepancy by construction."""


@dataclass(frozen=True)
class Experiment:
    """What decides an experiment's results: its cells."""

    name: str
    axes: dict[str, list]
    """The values of every axis, in alphabetical order, in which JSON keeps them, too. A default
    learning rate is a mapping from optimizer to rate."""
    calibrated: list[str]
    """Of its initializers those that look at calibration inputs."""
    unused: dict[str, list[str]]
    """The axes of ARCHITECTURE that a network does not take, by the networks that leave some."""
    replicas: int

    @property
    def tuned(self) -> bool:
        """Whether its cells are there at tuned learning rates, beside the common ones."""
        return TUNED in self.axes["learning_rate"]

    @cached_property
    def cells(self) -> list[Cell]:
        """The product of its axes, each point once.

        Axes that an initializer does not use get a fixed value, so they do not multiply its cells.
        """
        found = {}
        for values in itertools.product(*self.axes.values()):
            one = cell(self._used(dict(zip(self.axes, values, strict=True))))
            found.setdefault(one.folder, one)
        return list(found.values())

    def facets(self, *merged: str) -> list[Facet]:
        """Every combination of the values of the varied axes other than the initializer.

        merged: further axes that do not tell facets apart. A facet of a network says nothing of
        the axes that the network does not use.
        """
        varied = {
            axis: values
            for axis, values in self.axes.items()
            if len(values) > 1 and axis not in ("initializer", *merged)
        }
        found: dict[tuple, Facet] = {}
        for values in itertools.product(*varied.values()):
            facet = dict(zip(varied, values, strict=True))
            if "network" not in merged:
                network = facet.get("network", self.axes["network"][0])
                left = self.unused.get(network, ())
                facet = {axis: value for axis, value in facet.items() if axis not in left}
            found.setdefault(tuple(facet.items()), facet)
        return list(found.values())

    def _used(self, values: Facet) -> Facet:
        """What a cell has where its axes were given `values`."""
        if isinstance(values["learning_rate"], dict):
            values["learning_rate"] = values["learning_rate"][values["optimizer"]]
        if values["initializer"] not in self.calibrated:
            values |= {axis: AXES[axis].unused for axis in CALIBRATION}
        elif values["calibration_source"] == values["dataset"]:
            values["calibration_source"] = "train"
        left = self.unused.get(values["network"], ())
        return values | {axis: AXES[axis].unused for axis in left}

    def as_dict(self) -> dict:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> "Experiment":
        """What `as_dict` returned."""
        return cls(**values)


@dataclass(frozen=True)
class ShownExperiment(Experiment):
    """An experiment, and what figures say of it besides."""

    study: str
    """The study's title."""
    learning_rates: dict[str, float]
    """The common one of every optimizer."""
    initializers: dict[str, Initializer]
    """Those of the experiment, in the order of its axes."""
    at_edge: list[str] = field(default_factory=list)
    """Those whose best learning rate lies at the edge of what was tried, which results tell."""

    @classmethod
    def from_dict(cls, values: dict) -> "ShownExperiment":
        named = values["initializers"]
        names = values["axes"]["initializer"]
        return cls(
            **(values | {"initializers": {name: Initializer(**named[name]) for name in names}})
        )
