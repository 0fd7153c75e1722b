"""What the search for the best learning rates came to, in words."""

from initstudy.reporting.words import facet_text
from initstudy.study.cells import Cell
from initstudy.study.tuning import EXTENSIONS, FACTOR, TOLERANCE, Choice, Tuning


def how_searched(tuning: Tuning) -> str:
    """What was done."""
    return (
        f"For each initializer and condition the learning rate with the highest {tuning.by}, mean "
        f"of {tuning.replicas} replicas that are not among those compared. Test images had no part "
        f"in it. A best rate at the edge of those tried was gone beyond by a factor of {FACTOR}, "
        f"at most {EXTENSIONS} times. Good rates: within {100 * TOLERANCE:g} percentage points of "
        "the best."
    )


def edges(found: dict[Cell, Choice]) -> str:
    """Which best rates are still at the edge of those tried, as a sentence; or nothing."""
    named = [
        f"{point.initializer} ({facet_text({'optimizer': point.optimizer})}, {one.rate:g})"
        for point, one in found.items()
        if one.at_edge
    ]
    if not named:
        return ""
    return f"Still at the edge, so a further rate might be better: {', '.join(named)}."


def rates_caption(found: dict[Cell, Choice], tuning: Tuning) -> str:
    """What the table of best rates holds, with its main numbers."""
    widest, narrowest = (of(found, key=lambda point: found[point].width) for of in (max, min))
    said = (
        f"{len(found)} searches, {sum(one.networks for one in found.values())} networks. The "
        f"range of good rates is widest with {widest.initializer}, {found[widest].width:.1f} "
        f"decades, and narrowest with {narrowest.initializer}, {found[narrowest].width:.1f}."
    )
    return " ".join(filter(None, [how_searched(tuning), said, edges(found)]))
