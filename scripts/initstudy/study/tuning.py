"""The search for every initializer's best learning rate, in the conditions of each experiment.

A study declares it:

    tune:
      learning_rate: [0.003, 0.01, 0.03, 0.1]  # or of each optimizer: {adam: [...], sgd: [...]}
      replicas: 3
      by: validation area under the curve      # or final validation accuracy
      experiments: [photos]

These experiments then have every cell twice, with the words `tuned` and `common` where others have
a learning rate. What is best is found by other replicas than those that are compared, on validation
images: neither test images nor the replicas' own luck have a part in the choice.
"""

import csv
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from math import log10

from initstudy.study.axes import AXES, COMMON, OPTIMIZERS, TUNED
from initstudy.study.cells import Block, Cell, cell

AREA, FINAL = METRICS = ("validation area under the curve", "final validation accuracy")
FIRST_REPLICA = 1000
"""Of a search: more than a study can compare."""
EXTENSIONS = 2
"""How often a search goes on beyond its grid, where the best rate lies at the edge."""
FACTOR = 3
"""By which it goes on."""
TOLERANCE = 0.02
"""In accuracy: rates that come so close to the best one count as good."""

Values = dict[float, float]
"""Learning rate -> the metric, averaged over replicas."""


def tuned_experiments(study: dict) -> list[str]:
    """Those that a study with `tune` declares, by default all that do not vary the rate."""
    experiments = study["experiments"]
    given = [name for name in experiments if "learning_rate" not in experiments[name]]
    return study["tune"].get("experiments", given)


@dataclass(frozen=True)
class Tuning:
    """What a study declares of its search."""

    rates: dict[str, list[float]]
    """Those to begin with, in ascending order, by optimizer."""
    replicas: int
    by: str
    """One of METRICS."""
    experiments: list[str]

    @classmethod
    def declared(cls, study: dict) -> "Tuning | None":
        """What a study declares, by default of all experiments that do not vary the rate."""
        if "tune" not in study:
            return None
        tune = study["tune"]
        rates = tune["learning_rate"]
        if isinstance(rates, list):
            rates = dict.fromkeys(OPTIMIZERS, rates)
        return cls(
            rates={optimizer: sorted(map(float, tried)) for optimizer, tried in rates.items()},
            replicas=tune["replicas"],
            by=tune["by"],
            experiments=tuned_experiments(study),
        )

    @property
    def block(self) -> Block:
        """The replicas of a search."""
        return Block(FIRST_REPLICA, FIRST_REPLICA + self.replicas - 1)

    def grid(self, points: Iterable[Cell]) -> list[Cell]:
        """The cells of the first round of a search for the tuned ones of some points."""
        return [
            replace(point, learning_rate=rate)
            for point in points
            if point.learning_rate == TUNED
            for rate in self.rates[point.optimizer]
        ]

    def as_dict(self) -> dict:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> "Tuning":
        """What `as_dict` returned."""
        return cls(**values)


@dataclass(frozen=True)
class Choice:
    """What a search has found for one point."""

    rate: float
    value: float
    at_edge: bool
    """Whether a further rate might have been better still."""
    low: float
    high: float
    """The range of rates around the best one that come within TOLERANCE of it."""
    tried: Values
    networks: int
    """So many were trained."""

    @property
    def width(self) -> float:
        """Of that range, in decades: how little it matters which rate is taken."""
        return log10(self.high / self.low)

    def passes(self, epochs: int) -> int:
        """What the search cost, in passes of one network over the training data."""
        return self.networks * epochs


def best_rate(values: Values) -> float:
    """The rate with the highest value; of several the middle one, the lower of two.

    Where nothing is learned at any rate, none is better, and the edge would say nothing.
    """
    highest = max(values.values())
    best = sorted(rate for rate, value in values.items() if value == highest)
    return best[(len(best) - 1) // 2]


def choice(samples: dict[float, list[float]]) -> Choice:
    """What the values of all rates tried, one a replica, say."""
    values = {rate: statistics.fmean(of_rate) for rate, of_rate in samples.items()}
    rates, rate = sorted(values), best_rate(values)
    good = [values[other] >= values[rate] - TOLERANCE for other in rates]
    first = last = rates.index(rate)
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(rates) and good[last + 1]:
        last += 1
    return Choice(
        rate,
        values[rate],
        at_edge=rate in (rates[0], rates[-1]),
        low=rates[first],
        high=rates[last],
        tried=values,
        networks=sum(map(len, samples.values())),
    )


def extension(found: dict[Cell, Choice]) -> list[Cell]:
    """The cells of the next round: a rate beyond each edge at which the best one lies."""
    cells = []
    for point, one in found.items():
        if one.at_edge:
            beyond = one.rate * FACTOR if one.rate == max(one.tried) else one.rate / FACTOR
            cells.append(replace(point, learning_rate=float(f"{beyond:.6g}")))
    return cells


def choices(search: Iterable[str]) -> dict[Cell, Choice]:
    """Tuned point -> what a search has found.

    search: the lines of its table, CSV, with a row for each rate and replica.
    """
    samples: dict[Cell, dict[float, list[float]]] = {}
    for row in csv.DictReader(search):
        tried = cell({name: axis.read(row[name]) for name, axis in AXES.items()})
        of_point = samples.setdefault(replace(tried, learning_rate=TUNED), {})
        of_point.setdefault(tried.learning_rate, []).append(float(row["value"]))
    return {point: choice(of_point) for point, of_point in samples.items()}


def trained(point: Cell, common: dict[str, float], found: dict[Cell, Choice]) -> Cell:
    """The cell with the learning rate that a point's word stands for.

    common: rates by optimizer; found: what a search has found for tuned points.
    """
    if point.learning_rate == COMMON:
        return replace(point, learning_rate=common[point.optimizer])
    if point.learning_rate == TUNED:
        return replace(point, learning_rate=found[point].rate)
    return point
