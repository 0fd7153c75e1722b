"""A judged claim in words, for figures and pages."""

import math

VERDICTS = {"supported": "#009e73", "refuted": "#d55e00", "inconclusive": "#7f7f7f"}
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
    """Test, effect, interval and margin, in percentage points or as a correlation."""
    scale, unit = (1, "") if claim["test"] == "correlation" else (100, " pp")
    effect, low, high = (f"{scale * claim[key]:+.2f}" for key in ("effect", "ci_low", "ci_high"))
    interval = "" if math.isnan(claim["ci_low"]) else f" [{low}, {high}]"
    return f"{claim['test']}: {effect}{interval}{unit}; margin {scale * claim['margin']:g}{unit}"


def result_lines(claim: dict) -> list[str]:
    """p, sample, and the sample that would decide an inconclusive claim."""
    p = claim["p_adjusted"]
    of = "initializers" if claim["test"] == "correlation" else "replicas"
    lines = [
        "p: too few data" if math.isnan(p) else "p < 0.001" if p < 0.001 else f"p = {p:.3f}",
        f"n = {claim['n']} {of}",
    ]
    if claim["replicas_needed"] > claim["n"]:  # False for nan
        lines.append(f"n needed: {claim['replicas_needed']:.0f}")
    return lines
