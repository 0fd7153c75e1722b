"""A judged claim in words, for figures and pages."""

import math

VERDICTS = {
    "supported": "#009e73",
    "negligible": "#0072b2",
    "refuted": "#d55e00",
    "inconclusive": "#7f7f7f",
}
"""Verdict -> colour."""


def headline(claims: list[dict]) -> str:
    """The verdicts counted; claims: rows of claims.csv."""
    verdicts = [claim["verdict"] for claim in claims]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in VERDICTS)


def claims_caption(claims: list[dict]) -> str:
    """Every claim with its effect and verdict."""
    if not claims:
        return "The study declares no claims."
    said = [f"{claim['statement']} ({effect_text(claim)}: {claim['verdict']})" for claim in claims]
    return f"Of {len(claims)} claims: {headline(claims)}. {' '.join(said)}"


def effect_text(claim: dict) -> str:
    """Test, measured effect and margin."""
    scale, _, unit = _units(claim)
    return f"{claim['test']}: {measured_text(claim)}; margin {scale * claim['margin']:g}{unit}"


def measured_text(claim: dict) -> str:
    """+1.5 pp [0.9, 2.1], in percentage points of accuracy; or a rank correlation, +0.45."""
    scale, digits, unit = _units(claim)
    effect, low, high = (scale * claim[key] for key in ("effect", "ci_low", "ci_high"))
    interval = "" if math.isnan(low) else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return f"{effect:+.{digits}f}{unit}{interval}"


def deciding_text(claim: dict) -> str:
    """The interval that decides: all [0.5, 2.5], as it is one of all claims together."""
    scale, digits, _ = _units(claim)
    low, high = (scale * claim[f"simultaneous_{end}"] for end in ("low", "high"))
    return "too few data" if math.isnan(low) else f"all [{low:.{digits}f}, {high:.{digits}f}]"


def result_lines(claim: dict) -> list[str]:
    """What decides, sample, and the sample that would decide an inconclusive claim."""
    of = "initializers" if claim["test"] == "correlation" else "replicas"
    lines = [deciding_text(claim), f"n = {claim['n']} {of}"]
    if claim["replicas_needed"] > claim["n"]:  # False for nan
        lines.append(f"n needed: {claim['replicas_needed']:.0f}")
    return lines


def _units(claim: dict) -> tuple[int, int, str]:
    """The factor by which effects are shown, their decimals, and their unit."""
    return (1, 2, "") if claim["test"] == "correlation" else (100, 1, " pp")
