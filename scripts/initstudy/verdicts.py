"""Verdicts of claims in words, for the page of claims and for captions."""

import math

VERDICTS = ("supported", "refuted", "inconclusive")


def headline(claims: list[dict]) -> str:
    """The verdicts counted; claims: rows of claims.csv."""
    verdicts = [claim["verdict"] for claim in claims]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in VERDICTS)


def effect_text(claim: dict) -> str:
    """Test, effect, interval and margin, in percentage points or as a correlation."""
    scale, unit = (1, "") if claim["test"] == "correlation" else (100, " pp")
    effect, low, high = (f"{scale * claim[key]:+.2f}" for key in ("effect", "ci_low", "ci_high"))
    interval = "" if math.isnan(claim["ci_low"]) else f" [{low}, {high}]"
    return f"{claim['test']}: {effect}{interval}{unit}; margin {scale * claim['margin']:g}{unit}"


def claims_caption(claims: list[dict]) -> str:
    """Every claim with its effect and verdict."""
    if not claims:
        return "The study declares no claims."
    said = [f"{claim['statement']} ({effect_text(claim)}: {claim['verdict']})" for claim in claims]
    return f"Of {len(claims)} claims: {headline(claims)}. {' '.join(said)}"
