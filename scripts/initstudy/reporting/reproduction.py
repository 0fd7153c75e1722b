"""What is said of a study that was run anew, beside its published results."""

import pandas as pd

from initstudy.reporting.claims import with_unit


def verdict_lines(verdicts: pd.DataFrame) -> list[str]:
    """Of a table made by `compared_verdicts`: how many are as published, and a line a claim."""
    same = (verdicts["verdict_published"] == verdicts["verdict_here"]).sum()
    lines = [f"Verdicts: {same} of {len(verdicts)} as published."]
    for claim in verdicts.to_dict("records"):
        published, here = claim["verdict_published"], claim["verdict_here"]
        became = here if here == published else f"{published} -> {here}"
        effects = " -> ".join(with_unit(claim, f"effect_{of}") for of in ("published", "here"))
        lines.append(f"  {became}: {effects}  {claim['statement']}")
    return lines


def cell_lines(cells: pd.DataFrame) -> list[str]:
    """Of one that `compared_cells` made: how far the final accuracies lie apart, and where most."""
    size = 100 * cells["difference"].abs()
    beyond = (cells["low"] > 0) | (cells["high"] < 0)
    most = cells.loc[size.idxmax()]
    where = ", ".join(str(most[key]) for key in ("experiment", "initializer", "optimizer"))
    return [
        f"Final accuracy of {len(cells)} conditions, here against there: equal to the bit in "
        f"{(size == 0).sum()}; apart by {size.median():.2f} percentage points in the median, by "
        f"{size.max():.2f} at most ({where}).",
        f"In {beyond.sum()} of them the 95 % interval of the paired difference leaves out zero; by "
        f"chance alone it would be about {0.05 * len(cells):.0f}.",
    ]


def setting_lines(published: dict, here: dict) -> list[str]:
    """Where two runs were made, on which data and by what, by their provenance."""
    lines = []
    for key in ("devices", "machine", "software", "commit"):
        texts = [_text(one[key]) for one in (published, here)]
        alike = "the same" if texts[0] == texts[1] else f"here {texts[1]}"
        lines.append(f"{key}: {texts[0]}; {alike}")
    for name in sorted(published["data"].keys() | here["data"].keys()):
        pair = [one["data"].get(name) for one in (published, here)]
        lines.append(f"data set {name}: {_data_text(*pair)}")
    return lines


def _data_text(published: dict | None, here: dict | None) -> str:
    if published is None or here is None:
        return "in the published run alone" if here is None else "here alone"
    same = published["checksums"] == here["checksums"]
    return "the same images" if same else "other images, so that results may differ by these"


def _text(value: str | list[str] | dict[str, str]) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {one}" for key, one in value.items())
    return value if isinstance(value, str) else "; ".join(value)
