"""Do networks do better the closer their first pre-activations are to the target?

The sample are the initializers, ranked within every combination of the other axes. They come in
families, variants of one idea, which are not independent of one another: families are what is
resampled. Two groups would hide what holds among the others, and are left out of a second number:
initializers whose networks stay at chance, and those that match the target by construction.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from initstudy.analysis.contrasts import beside, use
from initstudy.analysis.inference import rank_association
from initstudy.analysis.intervals import CONFIDENCE, Estimate
from initstudy.core.errors import InputError
from initstudy.study.axes import AXES, CALIBRATION
from initstudy.study.cells import Initializer
from initstudy.study.claims import EPOCHS, with_charged

AT_CHANCE = 0.02
"""Networks whose accuracy, averaged over replicas, is not this far above chance do not learn."""


@dataclass(frozen=True)
class Sample:
    """Initializers side by side: F facets, I initializers."""

    initializers: list[Initializer]
    closeness: np.ndarray
    """Minus the initial discrepancy, F x I; a network that gives no number is the farthest."""
    scores: np.ndarray
    """F x I; more is better."""
    learns: np.ndarray
    """I: whether accuracy is above chance, in every facet."""

    @property
    def others(self) -> np.ndarray:
        """I: which ones learn, and do not match the target by construction."""
        return self.learns & ~np.array([one.matches_target for one in self.initializers])

    @property
    def families(self) -> list[str]:
        """I."""
        return [one.family for one in self.initializers]

    def of_facet(self, place: int) -> "Sample":
        """The same of one facet."""
        closeness, scores = self.closeness[[place]], self.scores[[place]]
        return replace(self, closeness=closeness, scores=scores)

    def only(self, kept: np.ndarray) -> "Sample":
        """The same of some initializers; kept: I booleans."""
        named = [one for one, is_kept in zip(self.initializers, kept, strict=True) if is_kept]
        return Sample(named, self.closeness[:, kept], self.scores[:, kept], self.learns[kept])


def association(sample: Sample, confidence: float = CONFIDENCE) -> Estimate:
    """Rank correlation of closeness and score, with its interval."""
    return rank_association(sample.closeness, sample.scores, np.array(sample.families), confidence)


def sample_of(
    place: str, table: pd.DataFrame, metric: str, initializers: dict[str, Initializer]
) -> tuple[list[dict], Sample]:
    """The facets of a table, and its initializers side by side, in the order of `initializers`;
    averaged over replicas. place: what an error names.

    The score of epochs to target is 1 / (1 + epochs), so that more is better, a miss is 0, and
    cells in which some replicas miss can be averaged. An initializer without calibration stands
    in every facet beside those with. Raises InputError if one is lacking in a facet.
    """
    facet = [axis for axis in AXES if axis != "initializer"]
    table = table.assign(
        closeness=-table["initial_discrepancy"].fillna(math.inf),
        score=(
            1 / (1 + table[metric].fillna(math.inf))
            if metric in with_charged(EPOCHS)
            else table[metric].fillna(0.0)
        ),
        above_chance=table["final_accuracy"].fillna(0.0) - table["chance_accuracy"],
    )
    calibrated = use(table, "calibration_source")
    if calibrated.any():
        shared = [axis for axis in facet if axis not in CALIBRATION]
        others = beside(table[~calibrated], table[calibrated], CALIBRATION, shared)
        table = pd.concat([table[calibrated], others])
    groups = table.groupby([*facet, "initializer"], dropna=False)
    cells = groups[["closeness", "score", "above_chance"]].mean().unstack("initializer")
    if cells.isna().any(axis=None):
        lacking = cells["score"].columns[cells["score"].isna().any()][0]
        raise InputError(
            f"{place}: the initializer {lacking} was not run with all the settings that "
            "others were, so where must leave it out or choose a setting"
        )
    names = [name for name in initializers if name in cells["score"]]
    return cells.index.to_frame(index=False).to_dict("records"), Sample(
        [initializers[name] for name in names],
        cells["closeness"][names].to_numpy(),
        cells["score"][names].to_numpy(),
        (cells["above_chance"][names] > AT_CHANCE).all(axis=0).to_numpy(),
    )
