"""Captions of figures and tables: sentences with numbers from the results."""

import re
from pathlib import Path

import numpy as np

from initstudy.analysis.intervals import interval
from initstudy.core.files import written_whole

MARKUP = re.compile(r"[\\*`|_]|^[^\w\s]", re.MULTILINE)
"""What reStructuredText takes for more than text, in a line or at its beginning (`.. raw::`)."""
MOST_NAMED = 4
"""Of more initializers, a sentence names the best of them and the last."""


def save_caption(path: str | Path, text: str) -> None:
    """Write a caption as reStructuredText, in which its characters stand for themselves."""
    with written_whole(path) as partial:
        partial.write_text(re.sub(MARKUP, r"\\\g<0>", text) + "\n", encoding="utf-8")


def percent(values: np.ndarray) -> str:
    """Mean and 95 % t-interval of fractions, one a replica: "61.2 % [59.8, 62.5]"."""
    return with_interval(*interval(values))


def with_interval(value: float, low: float, high: float) -> str:
    """A fraction with its interval, in per cent; one without an interval stands alone."""
    ends = "" if low == high or np.isnan(low) else f" [{100 * low:.1f}, {100 * high:.1f}]"
    return f"{100 * value:.1f} %{ends}"


def ranked(samples: dict[str, np.ndarray]) -> str:
    """Samples by their mean, the largest first: "He 61.2 % [59.8, 62.5], LSUV ..."."""
    order = sorted(samples, key=lambda name: -samples[name].mean())
    said = [f"{name} {percent(samples[name])}" for name in order]
    if len(said) <= MOST_NAMED:
        return ", ".join(said)
    return f"{', '.join(said[: MOST_NAMED - 1])}; lowest of all {len(said)}: {said[-1]}"


def span(values: dict[str, float]) -> str:
    """The smallest and the largest of some numbers: "from 2e-08 (He) to 9.4 (LSUV)".

    Numbers that are not finite are left out.
    """
    values = {name: value for name, value in values.items() if np.isfinite(value)}
    if not values:
        return "over nothing, as none is above zero and finite,"
    low, high = min(values, key=values.get), max(values, key=values.get)
    return f"from {values[low]:.2g} ({low}) to {values[high]:.2g} ({high})"
