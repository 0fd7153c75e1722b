"""The jobs of the small study: those that are expected, planned and done."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CELLS = {("zero", 32), ("he_normal", 32), ("consistency", 32), ("zero", 64), ("he_normal", 64)}
KINDS = ("curves", "summary", "discrepancy", "moments", "deltas")
FIRST_FIGURES = {f"first-{kind}" for kind in KINDS}
FIGURES = FIRST_FIGURES | {"second-sweep", "cover", "claims", "explore"}
SUMMARIES = {"first-summary", "second-summary"}
TABLES = {"first", "second", "claims"} | SUMMARIES


@dataclass(frozen=True)
class Jobs:
    """Jobs by what they make: data sets, cells (initializer, batch size, replicas), experiments'
    gathered runs, tables, figures, among which the explorer counts, and copies of what was run
    last."""

    data: frozenset = frozenset()
    cells: frozenset = frozenset()
    gathered: frozenset = frozenset()
    tables: frozenset = frozenset()
    figures: frozenset = frozenset()
    published: frozenset = frozenset()


def jobs(
    data: Iterable = (),
    cells: Iterable = (),
    gathered: Iterable = (),
    tables: Iterable = (),
    figures: Iterable = (),
    replicas: str = "0-1",
):
    """These jobs, the binding of whatever is drawn anew, and the copies of what that changes.

    cells: initializers and batch sizes; replicas: of all these cells.
    """
    cells = {(*cell, replicas) for cell in cells}
    figures = set(figures)
    bound = {"all"} if figures - {"explore"} else set()
    published = {"all"} if bound or set(tables) else set()
    published |= {"explore"} & figures
    return Jobs(*map(frozenset, (data, cells, gathered, tables, figures | bound, published)))


NOTHING = jobs()
SUMMARIZED = jobs(tables=SUMMARIES, figures={"explore"})
JUDGED = jobs(tables={"claims"}, figures={"claims", "explore"})
EVERYTHING = jobs({"digits"}, CELLS, {"first", "second"}, TABLES, FIGURES)
TRAINED = jobs((), CELLS, {"first", "second"}, TABLES, FIGURES)
EXTENDED = jobs((), CELLS, {"first", "second"}, TABLES, FIGURES, replicas="2-3")


def of_first(cells: Iterable = ()) -> Jobs:
    """What hangs on the first experiment's cells."""
    tables = {"first", "first-summary", "claims"}
    return jobs((), cells, {"first"}, tables, FIRST_FIGURES | {"cover", "claims", "explore"})


def planned(output: str) -> Jobs:
    """The jobs that a dry run's output lists."""
    found: dict[str, set] = {key: set() for key in Jobs.__dataclass_fields__}
    for rule, made in re.findall(r"rule (\w+):.*?output: ([^\n,]+)", output, flags=re.DOTALL):
        name = Path(made).stem
        if rule == "train_cell":
            axes = dict(part.split("=") for part in made.split("/") if "=" in part)
            found["cells"].add(cell_of(axes))
        elif rule == "prepare_dataset":
            found["data"].add(name)
        elif rule == "gather_experiment":
            found["gathered"].add(name)
        elif rule.startswith("publish"):
            found["published"].add(name)
        else:
            found["tables" if made.endswith(".csv") else "figures"].add(name)
    return Jobs(**{key: frozenset(names) for key, names in found.items()})


def cell_of(axes: dict[str, str]) -> tuple[str, int, str]:
    return axes["initializer"], int(axes["batch_size"]), axes["replicas"]


def outputs(project: Path) -> dict[Path, bytes]:
    """Every result but logs and times, with its content."""
    return {
        path: path.read_bytes()
        for path in (project / "results").rglob("*")
        if path.suffix in (".h5", ".csv", ".pdf", ".png", ".rst", ".html")
    }


def made_by(expected: Jobs, path: Path) -> bool:
    """Whether a file is one that these jobs write."""
    parts = path.parts
    if "cells" in parts:
        axes = dict(part.split("=") for part in parts if "=" in part)
        return cell_of(axes) in expected.cells
    if "studies" not in parts and "data" not in parts:
        return bool(expected.published)
    kind = {"data": expected.data, "tables": expected.tables, "runs": expected.gathered}
    return path.stem in kind.get(parts[-2], expected.figures)
