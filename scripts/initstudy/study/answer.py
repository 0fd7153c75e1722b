"""What a study declares to be its answer: which comparison, by what, and what difference matters.

answer:
  experiments: [photos, digits]  # all conditions of these decide together
  metric: final_accuracy
  margin: 0.01                   # the smallest difference of interest
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Answer:
    """Declared before there are results; `analysis.ranking` says what comes of it."""

    experiments: list[str]
    metric: str
    margin: float

    def as_dict(self) -> dict:
        """Plain values, for JSON."""
        return asdict(self)
