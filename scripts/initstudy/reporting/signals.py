"""What the rates of signal propagation mean, in words."""

import math

KEPT = 10.0
"""A signal that changes by less than this factor over all hidden layers is said to be kept."""
SAME, ALIKE = 0.99, 0.9
"""Cosines from which images are said to look the same, or alike."""
MANY_DEAD = 0.1
"""Fraction of dead units that is worth a word."""


def reading(row: dict) -> str:
    """A row of the table of signal propagation in words.

    For example, with a forward rate of .998 and a cosine of 1.000: "Keeps the size of signals, but
    all images look the same in the last hidden layer, so that nothing tells them apart."
    """
    layers = row["depth"] or row["forward_layers"]
    parts = [_size("signals", row["forward_rate"], layers, "")]
    cosine = row["cosine"]
    if math.isfinite(cosine):
        kept = _is_kept(row["forward_rate"], layers)
        link = "but" if kept == (cosine >= ALIKE) else "and"
        parts[0] += f", {link} {_similarity(cosine)}"
    parts.append(_size("squared gradients", row["backward_rate"], layers, " on their way back"))
    if row["dead_fraction"] > MANY_DEAD:
        parts.append(f"{row['dead_fraction']:.0%} of the last hidden layer's units are dead")
    return ". ".join(part[0].upper() + part[1:] for part in parts) + "."


def _size(what: str, rate: float, layers: int, way: str) -> str:
    """What a rate does to the size of something over so many layers."""
    if not math.isfinite(rate):
        return f"no {what} get through the layers"
    if _is_kept(rate, layers):
        return f"keeps the size of {what}"
    grows = rate > 1
    factor = rate if grows else 1 / rate
    total = math.log10(factor) * layers
    whole = f"{10**total:.2g}" if total < 4 else f"10^{total:.0f}"
    verb = "grow" if grows else "shrink"
    return f"{what} {verb} {factor:.3g}-fold a layer{way}, {whole}-fold over {layers} layers"


def _is_kept(rate: float, layers: int) -> bool:
    return math.isfinite(rate) and rate > 0 and abs(math.log(rate)) * layers < math.log(KEPT)


def _similarity(cosine: float) -> str:
    if cosine >= SAME:
        return "all images look the same in the last hidden layer, so that nothing tells them apart"
    if cosine >= ALIKE:
        return f"images look alike in the last hidden layer (cosine {cosine:.2f})"
    return f"images stay apart in the last hidden layer (cosine {cosine:.2f})"
