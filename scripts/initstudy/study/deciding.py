"""Looking at claims again and again, with more replicas each time, until they are decided.

A study declares how often it may be looked at, before it is: `decide: {looks: 5, most_replicas:
100}`. Every look has a share of the error that all claims together may have, and the shares add up
to it, so all intervals of all looks hold together with 95 % (Bonferroni over looks: a spending of
alpha, Lan & DeMets 1983). A look gets twice what the one before it got, as most is learned last.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """One of the looks at a study's claims: the first is number 1."""

    number: int
    of: int

    def __str__(self) -> str:
        """As tables and command lines say it: 2 of 5."""
        return f"{self.number} of {self.of}"

    @property
    def share(self) -> float:
        """Of the error of all looks. Of 5: 1, 2, 4, 8 and 16 parts of 31."""
        return 2 ** (self.number - 1) / (2**self.of - 1)


def read_look(text: str) -> Look:
    """The inverse of `str` of a look."""
    return Look(*map(int, text.split(" of ")))


def share_of(look: Look | None) -> float:
    """Of the error, what a look may have: all of it where a study is looked at once."""
    return look.share if look else 1


def further_replicas(
    claims: list[dict], replicas: dict[str, int], block: int, most: int
) -> dict[str, int]:
    """Experiment -> how many replicas its undecided claims ask for, where that is more than it has.

    claims: rows of claims.csv with the `experiment` of each; replicas: of every experiment. Whole
    blocks are added, one at least, up to `most`. A correlation is no reason: it lacks families.
    """
    wanted: dict[str, int] = {}
    for claim in claims:
        experiment, needed = claim["experiment"], claim["replicas_needed"]
        if claim["verdict"] != "inconclusive" or math.isnan(needed):
            continue
        has = replicas[experiment]
        blocks = math.ceil(max(needed, has + 1) / block)
        asked = min(blocks * block, most)
        if asked > has:
            wanted[experiment] = max(asked, wanted.get(experiment, 0))
    return wanted
