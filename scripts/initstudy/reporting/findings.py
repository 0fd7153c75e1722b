"""What a page shows, in sentences for its title: who leads, by how much, and where.

Differences are paired by replica. A lead is said to be one where its interval is above 0, and all
intervals that a sentence rests on hold together with 95 %. Nobody declared these comparisons
beforehand: they are exploratory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from initstudy.analysis.intervals import CONFIDENCE, gaps_to_best, mean
from initstudy.reporting.words import sentence
from initstudy.study.cells import Facet

BOLD = "Bold: not shown to be behind the best."
"""Said where names are written so."""
FINAL = "final_accuracy"
OF_FINALS = "What is said above is about final test accuracy."
"""Where a title, or a sentence below it, is made by `lead` of final accuracies."""
MOST_NAMED = 3
"""Of more initializers that lead, a sentence names the best and counts the others."""

Samples = Mapping[str, np.ndarray]
"""Initializers, or what they are called -> accuracies as fractions, one a replica."""


@dataclass(frozen=True)
class Finding:
    """What is seen in one condition."""

    text: str
    leader: str = ""
    """Who alone is ahead of all others there, if anybody is."""


def by_mean(samples: Samples) -> list[str]:
    """The names, the one with the largest mean first."""
    return sorted(samples, key=lambda name: -samples[name].mean())


def not_behind(samples: Samples) -> list[str]:
    """Those that may be the best, by their means; of one replica each, all may."""
    if len(samples) < 2:
        return list(samples)
    gaps = gaps_to_best(np.stack([*samples.values()]), 1 - CONFIDENCE)
    behind = {name for name, gap in zip(samples, gaps, strict=True) if gap.high < 0}
    return [name for name in by_mean(samples) if name not in behind]


def lead(samples: Samples) -> Finding:
    """Who leads: "A leads B by 3.2 pp", "A is first; B is not shown to be behind", or nobody."""
    order, (first, *others) = by_mean(samples), not_behind(samples)
    if len(order) == 1:
        return Finding(f"{_called(first)} comes to {100 * samples[first].mean():.1f} %")
    if len(others) == len(order) - 1:
        return Finding("nobody is shown to lead")
    if others:
        verb = "is" if len(others) == 1 else "are"
        text = f"{_called(first)} is first; {_named(others)} {verb} not shown to be behind"
        return Finding(text)
    ahead = 100 * (samples[first].mean() - samples[order[1]].mean())
    return Finding(f"{_called(first)} leads {_called(order[1])} by {ahead:.1f} pp", first)


def lead_along(places: Mapping[str, Samples]) -> Finding:
    """How a lead changes along an axis: "A leads B by 9.0 pp at 3, by 4.1 pp at 8; not at 20".

    places: what stands at the axis -> the samples there, of the same initializers. Compared are the
    two that are best on the whole; of one initializer, the best and the worst place.
    """
    names = set.intersection(*(set(samples) for samples in places.values()))
    pooled = {name: np.mean([s[name].mean() for s in places.values()]) for name in sorted(names)}
    if len(pooled) == 1:
        [name] = pooled
        return _along_for_one({place: samples[name] for place, samples in places.items()}, name)
    first, second, *_ = sorted(pooled, key=lambda name: -pooled[name])
    confidence = 1 - (1 - CONFIDENCE) / len(places)
    gaps = {
        place: mean(samples[first] - samples[second], confidence)
        for place, samples in places.items()
    }
    ahead = [
        f"by {100 * gap.value:.1f} pp at {place}" for place, gap in gaps.items() if gap.low > 0
    ]
    behind = [place for place, gap in gaps.items() if gap.high < 0]
    level = [place for place, gap in gaps.items() if not (gap.low > 0 or gap.high < 0)]
    if not ahead:
        return Finding(f"{_called(first)} is nowhere shown to lead {_called(second)}")
    text = f"{_called(first)} leads {_called(second)} {', '.join(ahead)}"
    text += f"; not shown at {_listed(level)}" if level else ""
    text += f"; is behind at {_listed(behind)}" if behind else ""
    return Finding(text, "" if level or behind else first)


def _along_for_one(samples: Samples, name: str) -> Finding:
    """Where an initializer does best, if anywhere."""
    order = by_mean(samples)
    best, worst = order[0], order[-1]
    pairs = len(samples) * (len(samples) - 1) / 2
    gap = mean(samples[best] - samples[worst], 1 - (1 - CONFIDENCE) / max(pairs, 1))
    if not gap.low > 0:
        return Finding(f"no difference is shown for {_called(name)}")
    return Finding(
        f"{_called(name)} does {100 * gap.value:.1f} pp better at {best} than at {worst}"
    )


def title_and_lead(
    name: str, about: str, findings: Sequence[tuple[Facet, Finding]]
) -> tuple[str, list[str]]:
    """A page's title, and below it a sentence for every facet where there are several.

    name: of the experiment; about: what is shown, which stands in the title where facets differ.
    """
    name = name.replace("_", " ")
    if len(findings) == 1:
        [(_, finding)] = findings
        return f"{name}: {finding.text}", []
    leaders = {finding.leader for _, finding in findings}
    title = f"{name}: {about}"
    if len(leaders) == 1 and leaders != {""}:
        title = f"{name}: {_called(leaders.pop())} leads in all conditions"
    return title, [sentence(facet, finding.text) for facet, finding in findings]


def _called(name: str) -> str:
    """A name in a sentence, in quotes where its comma could be the sentence's."""
    return f'"{name}"' if "," in name else name


def _named(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMED:
        return f"{_called(names[0])} and {len(names) - 1} others"
    return _listed([*map(_called, names)])


def _listed(names: Sequence[str]) -> str:
    """ "3, 8 and 20"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
