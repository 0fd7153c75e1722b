"""Edits of a finished small study, and the jobs that each of them must cause: no more, no fewer."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers.small_study import STUDY

CELLS = {("zero", 32), ("he_normal", 32), ("consistency", 32), ("zero", 64), ("he_normal", 64)}
KINDS = ("curves", "summary", "discrepancy", "moments", "deltas")
FIRST_FIGURES = {f"first-{kind}" for kind in KINDS}
FIGURES = FIRST_FIGURES | {"second-sweep", "cover", "claims", "explore"}
SUMMARIES = {"first-summary", "second-summary"}
TABLES = {"first", "second", "claims"} | SUMMARIES


@dataclass(frozen=True)
class Jobs:
    """Jobs by what they make: data sets, cells (initializer, batch size), tables, figures, among
    which the explorer counts."""

    data: frozenset = frozenset()
    cells: frozenset = frozenset()
    tables: frozenset = frozenset()
    figures: frozenset = frozenset()


def jobs(data: Iterable = (), cells: Iterable = (), tables: Iterable = (), figures: Iterable = ()):
    """These jobs, and the binding of whatever is drawn anew."""
    bound = {"all"} if set(figures) - {"explore"} else set()
    return Jobs(*map(frozenset, (data, cells, tables, set(figures) | bound)))


NOTHING = jobs()
SUMMARIZED = jobs(tables=SUMMARIES, figures={"first-summary", "explore"})
JUDGED = jobs(tables={"claims"}, figures={"claims", "explore"})
EVERYTHING = jobs({"digits"}, CELLS, TABLES, FIGURES)
TRAINED = jobs((), CELLS, TABLES, FIGURES)


def of_first(cells: Iterable = ()) -> Jobs:
    """What hangs on the first experiment's cells."""
    tables = {"first", "first-summary", "claims"}
    return jobs((), cells, tables, FIRST_FIGURES | {"cover", "claims", "explore"})


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
    for folder in ("rules", "scripts", "studies", "envs", "profiles"):
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


COMMENT = "\n# An edit that changes nothing but the file.\n"
SECOND = re.search(r"  second:\n(?:    .*\n)+", STUDY)[0]
PACKAGE = "scripts/initstudy"
EDITS = {
    "touch every source file": Edit(touch_sources, NOTHING),
    "check out another branch and back": Edit(check_out_and_back, NOTHING),
    "touch data and runs": Edit(touch_data, NOTHING),
    "reorder keys and lists": Edit(reorder, NOTHING),
    "comment in config.yaml": Edit(appended("config.yaml", COMMENT), NOTHING),
    "comment in the study": Edit(appended("studies/small.yaml", COMMENT), NOTHING),
    "comment in a rule file": Edit(appended("rules/train.smk", COMMENT), NOTHING),
    "README": Edit(lambda project: (project / "README.md").write_text("New.\n"), NOTHING),
    "what the terminal says": Edit(appended(f"{PACKAGE}/messages.py", COMMENT), NOTHING),
    "threads": Edit(nothing, NOTHING, ("--set-threads", "train_cell=2")),
    "resources": Edit(nothing, NOTHING, ("--set-resources", "train_cell:mem_mb=3000")),
    "profile": Edit(appended("profiles/default/config.yaml", "printshellcmds: true\n"), NOTHING),
    "device": Edit(nothing, NOTHING, ("--config", "device=cpu")),
    "package versions": Edit(replaced("envs/study.yaml", "numpy==", "numpy==9."), NOTHING),
    "an unused initializer": Edit(
        replaced("config.yaml", "tolerance: 0.1", "tolerance: 0.2"), NOTHING
    ),
    "an unused initializer's code": Edit(
        appended(f"{PACKAGE}/initializers/orthogonal.py", COMMENT), NOTHING
    ),
    "another data set's reader": Edit(appended(f"{PACKAGE}/data/photos.py", COMMENT), NOTHING),
    "the plot style": Edit(appended(f"{PACKAGE}/style.py", COMMENT), jobs(figures=FIGURES)),
    "a plot script": Edit(
        appended("scripts/plot_sweep.py", COMMENT), jobs(figures={"second-sweep"})
    ),
    "the captions": Edit(
        appended(f"{PACKAGE}/captions.py", COMMENT), jobs((), (), TABLES, FIGURES)
    ),
    "how the report looks": Edit(appended("report/style.css", "/* A comment. */"), NOTHING),
    "the layer panels": Edit(
        appended(f"{PACKAGE}/layer_panels.py", COMMENT),
        jobs(figures={"first-moments", "first-deltas"}),
    ),
    "the explorer's looks": Edit(
        appended(f"{PACKAGE}/explorer/template/page.css", "p { margin: 0; }\n"),
        jobs(figures={"explore"}),
    ),
    "one initializer's function": Edit(
        appended(f"{PACKAGE}/initializers/consistency.py", COMMENT),
        of_first({("consistency", 32)}),
    ),
    "one initializer's option": Edit(
        replaced("config.yaml", "match: channel, strength: 1.0", "match: channel, strength: 0.9"),
        of_first({("consistency", 32)}),
    ),
    "the training loop": Edit(appended(f"{PACKAGE}/training/loop.py", COMMENT), TRAINED),
    "the statistics": Edit(appended(f"{PACKAGE}/statistics.py", COMMENT), TRAINED),
    "replicas": Edit(study(STUDY.replace("replicas: 2", "replicas: 3")), TRAINED),
    "the data set's reader": Edit(appended(f"{PACKAGE}/data/digits.py", COMMENT), EVERYTHING),
    "the table script": Edit(
        appended("scripts/tabulate_experiment.py", COMMENT),
        jobs((), (), TABLES - SUMMARIES, {"cover", "claims", "explore"}),
    ),
    "a claim's margin": Edit(study(STUDY.replace("margin: 0.05", "margin: 0.1")), JUDGED),
    "a claim's wording": Edit(study(STUDY.replace("is better than", "beats")), JUDGED),
    "the judge": Edit(appended(f"{PACKAGE}/claims.py", COMMENT), JUDGED),
    "the summaries": Edit(appended(f"{PACKAGE}/summaries.py", COMMENT), SUMMARIZED),
    "the statistics of judge and summaries": Edit(
        appended(f"{PACKAGE}/inference.py", COMMENT),
        jobs((), (), SUMMARIES | {"claims"}, {"first-summary", "claims", "explore"}),
    ),
    "a default that one experiment overrides": Edit(
        appended("studies/small.yaml", "  batch_size: 64\n"), of_first({("consistency", 64)})
    ),
    "add an experiment": Edit(
        study(STUDY.replace("claims:", "  third:\n    batch_size: [64]\nclaims:", 1)),
        jobs(
            (),
            {("pytorch_default", 64)},
            {"third", "third-summary"},
            {"cover", "explore", *(f"third-{kind}" for kind in KINDS)},
        ),
    ),
    "remove an experiment": Edit(
        study(STUDY.replace(SECOND, "")), jobs(figures={"cover", "explore"})
    ),
    "rename an experiment": Edit(
        study(STUDY.replace("  second:", "  other:")),
        jobs((), (), {"other", "other-summary"}, {"cover", "explore", "other-sweep"}),
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


def planned(output: str) -> Jobs:
    """The jobs that a dry run's output lists."""
    found = {"prepare_dataset": set(), "train_cell": set(), "table": set(), "figure": set()}
    for rule, made in re.findall(r"rule (\w+):.*?output: ([^\n,]+)", output, flags=re.DOTALL):
        if rule == "train_cell":
            axes = dict(part.split("=") for part in made.split("/") if "=" in part)
            found["train_cell"].add((axes["initializer"], int(axes["batch_size"])))
        elif rule == "prepare_dataset":
            found["prepare_dataset"].add(Path(made).stem)
        else:
            found["table" if made.endswith(".csv") else "figure"].add(Path(made).stem)
    return Jobs(*map(frozenset, found.values()))


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
        return (axes["initializer"], int(axes["batch_size"])) in expected.cells
    kind = {"data": expected.data, "tables": expected.tables, "figures": expected.figures}
    kind["results"] = expected.figures
    return path.stem in kind[parts[-2]]
