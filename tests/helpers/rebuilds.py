"""Edits of a finished small study, and the jobs that each of them must cause: no more, no fewer."""

import ast
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.small_study import STUDY
from helpers.small_study_jobs import (
    EVERYTHING,
    EXTENDED,
    FIGURES,
    FIRST_FIGURES,
    JUDGED,
    KINDS,
    NOTHING,
    TRAINED,
    Jobs,
    jobs,
    of_first,
)


@dataclass(frozen=True)
class Edit:
    """One kind of edit, the jobs that follow from it, and the arguments of the run after it."""

    change: Callable[[Path], None]
    expected: Jobs
    arguments: tuple[str, ...] = ()


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Replace a piece of text that must be there."""

    def change(project: Path) -> None:
        path = project / file
        text = path.read_text()
        assert old in text, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1))

    return change


def appended(file: str, text: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        with (project / file).open("a") as stream:
            stream.write(text)

    return change


def study(text: str) -> Callable[[Path], None]:
    return lambda project: (project / "studies/small.yaml").write_text(text)


def nothing(project: Path) -> None:
    """For edits that are arguments of the next run."""


def touch_sources(project: Path) -> None:
    for folder in ("rules", "scripts", "studies", "envs", "profiles", "workflow"):
        for path in (project / folder).rglob("*"):
            os.utime(path)
    for name in ("Snakefile", "config.yaml"):
        os.utime(project / name)


def touch_data(project: Path) -> None:
    for path in (project / "results").rglob("*.h5"):
        os.utime(path)


def check_out_and_back(project: Path) -> None:
    """Files are changed, then come back with the same content and a new time."""
    for path in (project / "scripts").rglob("*.py"):
        content = path.read_bytes()
        path.write_bytes(content + b"# another branch\n")
        path.write_bytes(content)


def reorder(project: Path) -> None:
    """The study with the keys, and the lists whose order says nothing, the other way round."""
    turned = STUDY.replace("[zero, he_normal, consistency]", "[consistency, zero, he_normal]")
    turned = turned.replace("[32, 64]", "[64, 32]")
    blocks = re.findall(r"^\S.*\n(?: .*\n)*", turned, flags=re.MULTILINE)
    study("".join(reversed(blocks)))(project)


def every_module(project: Path, change: Callable[[str], str]) -> None:
    for path in (project / "scripts").rglob("*.py"):
        path.write_text(change(path.read_text()))


def comment_everywhere(project: Path) -> None:
    every_module(project, lambda text: text + COMMENT)


def reformat(project: Path) -> None:
    """Other line ends, quotes and brackets, and no comments."""
    every_module(project, lambda text: ast.unparse(ast.parse(text)) + "\n")


def reword_docstrings(project: Path) -> None:
    every_module(project, lambda text: text.replace('"""The ', '"""Truly the '))


def move_modules(project: Path) -> None:
    """A module, and a whole package, under other names."""
    package = project / PACKAGE
    (package / "networks/moments.py").rename(package / "networks/sample_moments.py")
    (package / "records").rename(package / "files")
    every_module(
        project,
        lambda text: text.replace(
            "initstudy.networks.moments", "initstudy.networks.sample_moments"
        ).replace("initstudy.records", "initstudy.files"),
    )


COMMENT = "\n# An edit that changes nothing but the file.\n"
SECOND = re.search(r"  second:\n(?:    .*\n)+", STUDY)[0]
PACKAGE = "scripts/initstudy"
INITIALIZERS = f"{PACKAGE}/initializers"
PLOTTED = FIGURES - {"explore"}
EDITS = {
    "touch every source file": Edit(touch_sources, NOTHING),
    "check out another branch and back": Edit(check_out_and_back, NOTHING),
    "touch data and runs": Edit(touch_data, NOTHING),
    "reorder keys and lists": Edit(reorder, NOTHING),
    "comment in config.yaml": Edit(appended("config.yaml", COMMENT), NOTHING),
    "comment in the study": Edit(appended("studies/small.yaml", COMMENT), NOTHING),
    "comment in a rule file": Edit(appended("rules/train.smk", COMMENT), NOTHING),
    "comments in all modules": Edit(comment_everywhere, NOTHING),
    "docstrings": Edit(reword_docstrings, NOTHING),
    "another formatting": Edit(reformat, NOTHING),
    "modules under other names": Edit(move_modules, NOTHING),
    "README": Edit(lambda project: (project / "README.md").write_text("New.\n"), NOTHING),
    "what the terminal says": Edit(
        replaced(f"{PACKAGE}/reporting/terminal.py", "LINES = 10", "LINES = 11"), NOTHING
    ),
    "the study's checks": Edit(
        replaced(f"{PACKAGE}/study/checks/keys.py", "MOST_CELLS = 100_000", "MOST_CELLS = 99_999"),
        NOTHING,
    ),
    "threads": Edit(nothing, NOTHING, ("--set-threads", "train_cell=2")),
    "resources": Edit(nothing, NOTHING, ("--set-resources", "train_cell:mem_mb=3000")),
    "profile": Edit(appended("profiles/default/config.yaml", "printshellcmds: true\n"), NOTHING),
    "device": Edit(nothing, NOTHING, ("--config", "device=cpu")),
    "package versions": Edit(replaced("envs/study.yaml", "numpy==", "numpy==9."), NOTHING),
    "an unused initializer": Edit(
        replaced("config.yaml", "tolerance: 0.1", "tolerance: 0.2"), NOTHING
    ),
    "an unused initializer's code": Edit(
        appended(f"{INITIALIZERS}/orthogonal.py", "\nprint(1)\n"), NOTHING
    ),
    "another initializer of the same file": Edit(
        replaced(f"{INITIALIZERS}/fixed.py", '="linear")', '="tanh")'), NOTHING
    ),
    "another data set's reader": Edit(
        appended(f"{PACKAGE}/data/photos.py", "\nprint(1)\n"), NOTHING
    ),
    "the plot style": Edit(
        replaced(f"{PACKAGE}/figures/style.py", "WIDTH = 7.2", "WIDTH = 7.3"), jobs(figures=PLOTTED)
    ),
    "a kind of figure": Edit(
        appended(f"{PACKAGE}/figures/kinds/sweep.py", "\nFURTHER = print()\n"),
        jobs(figures={"second-sweep"}),
    ),
    "how the report looks": Edit(appended("report/style.css", "/* A comment. */"), NOTHING),
    "the layer panels": Edit(
        replaced(f"{PACKAGE}/figures/layers.py", "MARKED = 4", "MARKED = 5"),
        jobs(figures={"first-moments", "first-deltas"}),
    ),
    "one initializer's function": Edit(
        replaced(
            f"{INITIALIZERS}/consistency.py", "EIGENVALUE_FLOOR = 1e-3", "EIGENVALUE_FLOOR = 2e-3"
        ),
        of_first({("consistency", 32)}),
    ),
    "one initializer's option": Edit(
        replaced("config.yaml", "match: channel, strength: 1.0", "match: channel, strength: 0.9"),
        of_first({("consistency", 32)}),
    ),
    "the training loop": Edit(
        replaced(f"{PACKAGE}/training/loop.py", "PROGRESS_BLOCKS = 50", "PROGRESS_BLOCKS = 40"),
        TRAINED,
    ),
    "the C code": Edit(
        appended(f"{PACKAGE}/networks/pooled_convolution.c", "\nint unused;\n"), TRAINED
    ),
    "more replicas": Edit(study(STUDY.replace("replicas: 2", "replicas: 4")), EXTENDED),
    "the data set's reader": Edit(
        appended(f"{PACKAGE}/data/digits.py", "\nFURTHER = print()\n"), EVERYTHING
    ),
    "a claim's margin": Edit(study(STUDY.replace("margin: 0.05", "margin: 0.1")), JUDGED),
    "a claim's wording": Edit(study(STUDY.replace("is better than", "beats")), JUDGED),
    "the judge": Edit(
        replaced(f"{PACKAGE}/analysis/claims.py", "if low > 0 else", "if low >= 0 else"), JUDGED
    ),
    "a default that one experiment overrides": Edit(
        appended("studies/small.yaml", "  batch_size: 64\n"), of_first({("consistency", 64)})
    ),
    "add an experiment": Edit(
        study(STUDY.replace("claims:", "  third:\n    batch_size: [64]\nclaims:", 1)),
        jobs(
            (),
            {("pytorch_default", 64)},
            {"third"},
            {"third", "third-summary"},
            {"cover", "explore", *(f"third-{kind}" for kind in KINDS)},
        ),
    ),
    "rename an experiment": Edit(
        study(STUDY.replace("  second:", "  other:")),
        jobs(
            (),
            (),
            {"other"},
            {"other", "other-summary"},
            {"cover", "explore", "other-sweep"},
        ),
    ),
    "add an initializer": Edit(
        study(
            STUDY.replace("[zero, he_normal, consistency]", "[zero, he_normal, consistency, lsuv]")
        ),
        of_first({("lsuv", 32)}),
    ),
    "a label": Edit(
        replaced("config.yaml", "label: Consistency\n", "label: Consistent\n"),
        jobs(figures=FIRST_FIGURES | {"cover", "explore"}),
    ),
    "the title": Edit(
        study(STUDY.replace("A small study", "A renamed study")), jobs(figures=FIGURES)
    ),
}
