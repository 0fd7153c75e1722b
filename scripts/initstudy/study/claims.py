"""What a study claims, as it declares it; `analysis.claims` says how it is judged.

A claim is declared in the study file, before there are results:

    consistency_beats_normal:
      statement: What the article says, in words: one proposition.
      experiment: cifar10              # the table to look at
      test: greater                    # or not_greater, equivalent, correlation
      compare: {initializer: consistency}
      with: {initializer: normal}
      where: {depth: 3}                # the condition: which rows to keep
      over: [optimizer]                # or the axes over whose values the effect is averaged
      metric: charged_area_under_curve
      margin: 0.01                     # the smallest effect of interest

What the experiment varies is in `compare` and `with`, in `where`, or in `over`.
"""

from dataclasses import asdict, dataclass, field, replace

from initstudy.study.axes import COMMON, TUNED
from initstudy.study.cells import Facet

PAIRED_TESTS = ("greater", "not_greater", "equivalent")
"""Tests of a difference between `compare` and `with`; correlation compares nothing."""
TESTS = (*PAIRED_TESTS, "correlation")
ACCURACIES = ("first_epoch_accuracy", "final_accuracy", "area_under_curve")
"""Columns of an experiment's table that are accuracies."""
EPOCHS = "epochs_to_target"
CHARGED = "charged_"
"""What the name of a column begins with in which calibration counts as training."""
COMPARED = f"{CHARGED}area_under_curve"
"""What P(A > B) is about: unlike the final accuracy it tells apart what ends alike."""


def with_charged(*columns: str) -> tuple[str, ...]:
    """Columns of a table, and the same with calibration charged."""
    return (*columns, *(f"{CHARGED}{column}" for column in columns))


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
    over: list[str] = field(default_factory=list)

    @property
    def selections(self) -> dict[str, Facet]:
        """What it selects rows by, by the keys of a study file."""
        return {"compare": self.compare, "with": self.against, "where": self.where}

    @property
    def rate(self) -> str:
        """The learning rates that it is about, tuned or common; nothing where they are given."""
        rate = self.where.get("learning_rate", "")
        return rate if rate in (TUNED, COMMON) else ""

    def at_common(self) -> "Claim | None":
        """The same claim about the common learning rates, if it is about tuned ones."""
        if self.rate != TUNED:
            return None
        return replace(self, where=self.where | {"learning_rate": COMMON})

    @property
    def contrasted(self) -> set[str]:
        """The axes in which what it compares differs."""
        named = {*self.compare, *self.against}
        return named if self.test in PAIRED_TESTS else {"initializer"}

    def as_dict(self) -> dict:
        """As a study file declares it."""
        values = asdict(self)
        values["with"] = values.pop("against")
        return {key: value for key, value in values.items() if value not in ({}, [])}

    @classmethod
    def from_dict(cls, declared: dict) -> "Claim":
        """What a study file declares, once it has passed `checks.claims`."""
        values = {key: value for key, value in declared.items() if key != "with"}
        return cls(**values, against=declared.get("with", {}))
