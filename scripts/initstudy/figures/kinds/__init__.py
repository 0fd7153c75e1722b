"""Kinds of figures of an experiment: a file each, found here by its name.

A file defines

    PER_FACET = True       # or False: whether every facet has a figure of its own, or a panel
    draw(experiment, facet, results) -> Figure
    caption(experiment, facet, results) -> str

where the facet is the part of the experiment that is shown, empty for all of it, and the results
are those of its cells. Nothing else has to name the kind: a study asks for it by the file's name.
"""

import ast
from functools import cache
from pathlib import Path

from initstudy.core.errors import InputError
from initstudy.core.syntax import read_module

FOLDER = Path(__file__).parent
REQUIRED = ("PER_FACET", "draw", "caption")


@cache
def kinds() -> dict[str, bool]:
    """Kind -> whether every facet has a figure of its own.

    Read from the files, as to import matplotlib takes longer than to plan a study. Raises
    InputError for a file that lacks something.
    """
    files = sorted(FOLDER.glob("[!_]*.py"))
    return {file.stem: _is_per_facet(file) for file in files}


def _is_per_facet(file: Path) -> bool:
    bound = read_module(file).bindings
    if lacking := [name for name in REQUIRED if name not in bound]:
        raise InputError(
            f"{file} lacks {', '.join(lacking)}; a kind of figure defines {', '.join(REQUIRED)}"
        )
    match [getattr(binding, "node", None) for binding in bound["PER_FACET"]]:
        case [ast.Assign(value=ast.Constant(value=bool(per_facet)))]:
            return per_facet
    raise InputError(f"{file}: PER_FACET must be set once, to True or to False")
