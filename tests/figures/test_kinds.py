"""Kinds of figures are files that are found, and no figure hangs on another one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.synthetic_runs import ROOT
from initstudy.core.errors import InputError
from initstudy.figures import kinds as package

KIND = """
PER_FACET = True

def draw(experiment, facet, results): ...

def caption(experiment, facet, results): ...
"""
PLANNING = """
from initstudy.figures.kinds import kinds
import initstudy.figures.palette, initstudy.reporting.words, sys

assert kinds()["moments"] and not kinds()["curves"]
assert "matplotlib" not in sys.modules
"""
DIGESTS = """
from pathlib import Path
from initstudy.core.code import digest

for file in ("kinds/curves.py", "kinds/sweep.py", "pages/claims.py"):
    print(digest(Path("plot.py"), Path("initstudy/figures") / file))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the folder of kinds, in which they are then looked for."""
    copy = tmp_path / "kinds"
    shutil.copytree(package.FOLDER, copy)
    monkeypatch.setattr(package, "FOLDER", copy)
    package.kinds.cache_clear()
    yield copy
    package.kinds.cache_clear()


def test_a_new_kind_is_one_new_file(folder):
    known = dict(package.kinds())
    (folder / "histogram.py").write_text(KIND)
    package.kinds.cache_clear()
    assert package.kinds() == known | {"histogram": True}


@pytest.mark.parametrize(
    ("said", "instead", "message"),
    [
        ("PER_FACET = True", "", "histogram.py lacks PER_FACET; a kind of figure defines"),
        ("def draw(", "def draws(", "histogram.py lacks draw; "),
        ("def caption(", "def describe(", "histogram.py lacks caption; "),
        ("True", "'yes'", "histogram.py: PER_FACET must be set once, to True or to False"),
        ("True", "bool(1)", "histogram.py: PER_FACET must be set once"),
        ("PER_FACET = True", "from x import PER_FACET", "histogram.py: PER_FACET must be set once"),
        ("def caption(", "PER_FACET = False\ndef caption(", "histogram.py: PER_FACET must be set"),
        ("def draw(", "def draw", "histogram.py, line 4, is not valid Python"),
    ],
)
def test_a_file_that_is_no_kind_of_figure_is_refused(said, instead, message, folder):
    (folder / "histogram.py").write_text(KIND.replace(said, instead))
    with pytest.raises(InputError, match=r"^\S+histogram\.py") as raised:
        package.kinds()
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def python(code: str, scripts: Path) -> str:
    """What the code prints in the folder of the scripts."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=scripts, check=True, capture_output=True, text=True).stdout


def test_a_study_is_planned_without_matplotlib():
    python(PLANNING, ROOT / "scripts")


def test_an_edit_of_one_figure_leaves_the_others_up_to_date(tmp_path):
    scripts = tmp_path / "scripts"
    shutil.copytree(ROOT / "scripts", scripts)
    before = python(DIGESTS, scripts).split()
    for file in ("kinds/curves.py", "pages/claims.py"):
        with (scripts / "initstudy/figures" / file).open("a") as source:
            source.write("\nGRID = True\n")
    after = python(DIGESTS, scripts).split()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False]
