"""What a study claims, as it declares it; `analysis.claims` says how it is judged.

A claim is declared in the study file, before there are results:

    consistency_beats_normal:
      statement: What the article says, in words.
      experiment: cifar10              # the table to look at
      test: greater                    # or equivalent, correlation
      compare: {initializer: consistency}
      with: {initializer: normal}
      where: {optimizer: sgd}          # optional: rows to keep
      metric: area_under_curve
      margin: 0.01                     # the smallest effect of interest
"""

from dataclasses import asdict, dataclass, field

from initstudy.study.cells import Facet

PAIRED_TESTS = ("greater", "equivalent")
"""Tests of a difference between `compare` and `with`; correlation compares nothing."""
TESTS = (*PAIRED_TESTS, "correlation")
ACCURACIES = ("first_epoch_accuracy", "final_accuracy", "area_under_curve")
"""Columns of an experiment's table that are accuracies."""


@dataclass(frozen=True)
class Claim:
    """One claim; `against` is what a study file calls `with`, a word of Python's own."""

    statement: str
    experiment: str
    test: str
    metric: str
    margin: float
    compare: Facet = field(default_factory=dict)
    against: Facet = field(default_factory=dict)
    where: Facet = field(default_factory=dict)

    @property
    def selections(self) -> dict[str, Facet]:
        """What it selects rows by, by the keys of a study file."""
        return {"compare": self.compare, "with": self.against, "where": self.where}

    def as_dict(self) -> dict:
        """As a study file declares it."""
        values = asdict(self)
        values["with"] = values.pop("against")
        return {key: value for key, value in values.items() if value != {}}

    @classmethod
    def from_dict(cls, declared: dict) -> "Claim":
        """What a study file declares, once it has passed `checks.claims`."""
        values = {key: value for key, value in declared.items() if key != "with"}
        return cls(**values, against=declared.get("with", {}))
