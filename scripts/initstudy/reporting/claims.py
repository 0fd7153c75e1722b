"""A judged claim in words, for figures and pages; claims are rows of claims.csv."""

import json
import math

from initstudy.reporting.words import METRICS, in_words

VERDICTS = {
    "supported": "#008460",
    "negligible": "#0072b2",
    "refuted": "#c25600",
    "inconclusive": "#747474",
}
"""Verdict -> colour, in which letters can be read on white (see `figures.palette.readable`)."""


def headline(claims: list[dict]) -> str:
    """The verdicts counted, and how many looks at the data these took if it may be several."""
    verdicts = [claim["verdict"] for claim in claims]
    counted = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in VERDICTS)
    look = claims[0]["look"] if claims else ""
    return f"{counted} (look {look})" if look else counted


def claims_caption(claims: list[dict]) -> str:
    """Every claim with its effect and verdict."""
    if not claims:
        return "The study declares no claims."
    said = [
        f"{claim['statement']} ({effect_text(claim)}; {deciding_text(claim)}: {claim['verdict']})"
        for claim in claims
    ]
    return f"Of {len(claims)} claims: {headline(claims)}. {' '.join(said)}"


def condition_text(claim: dict) -> str:
    """What was measured, and where: "final test accuracy; dataset photos; optimizer sgd"."""
    return f"{METRICS[claim['metric']]}; {in_words(claim['condition'])}"


def effect_text(claim: dict) -> str:
    """Test, measured effect and margin."""
    scale, _, unit = _units(claim)
    margin = f"{scale * claim['margin']:g}{unit}"
    return f"{in_words(claim['test'])}: {measured_text(claim)}; margin {margin}"


def measured_text(claim: dict) -> str:
    """+1.5 pp [0.9, 2.1], in percentage points of accuracy; or a rank correlation, +0.45."""
    scale, digits, _ = _units(claim)
    low, high = (scale * claim[key] for key in ("ci_low", "ci_high"))
    interval = "" if math.isnan(low) else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return with_unit(claim, "effect") + interval


def parts_of(claim: dict) -> list[dict]:
    """The parts of an effect: part, effect, ci_low, ci_high, nan where there is none."""
    parts = json.loads(claim["parts"])
    return [
        {key: math.nan if value is None else value for key, value in part.items()} for part in parts
    ]


def parts_text(claim: dict) -> str:
    """optimizer adam +11.6 pp, optimizer sgd +0.0 pp; or nothing. Intervals are in the table."""
    return ", ".join(
        f"{in_words(part['part'])} {with_unit(claim | part, 'effect')}" for part in parts_of(claim)
    )


def rates_lines(claim: dict) -> list[str]:
    """What tuning has changed, and where it may have found too little; often nothing."""
    lines = []
    if claim["common_verdict"]:
        effect = with_unit(claim, "common_effect")
        lines.append(f"at the common learning rate: {effect}, {claim['common_verdict']}")
    if claim["at_edge"]:
        lines.append(f"best rate at the edge of what was tried: {claim['at_edge']}")
    return lines


def deciding_text(claim: dict) -> str:
    """The interval that decides: all [0.5, 2.5], as it is one of all claims together."""
    scale, digits, _ = _units(claim)
    low, high = (scale * claim[f"simultaneous_{end}"] for end in ("low", "high"))
    return "too few data" if math.isnan(low) else f"all [{low:.{digits}f}, {high:.{digits}f}]"


def result_lines(claim: dict) -> list[str]:
    """What decides, sample, and the sample that would decide an inconclusive claim."""
    of = "families" if claim["test"] == "correlation" else "replicas"
    lines = [deciding_text(claim), f"n = {claim['n']} {of}"]
    if claim["replicas_needed"] > claim["n"]:  # False for nan
        lines.append(f"n needed: {claim['replicas_needed']:.0f}")
    return lines


def with_unit(claim: dict, key: str) -> str:
    """An effect with its sign; replicas that diverged may leave none."""
    scale, digits, unit = _units(claim)
    return "none to be had" if math.isnan(claim[key]) else f"{scale * claim[key]:+.{digits}f}{unit}"


def _units(claim: dict) -> tuple[int, int, str]:
    """The factor by which effects are shown, their decimals, and their unit."""
    return (1, 2, "") if claim["test"] == "correlation" else (100, 1, " pp")
