"""Files are written whole, and what a process that was killed left is cleared away."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from initstudy.core.files import written_whole

SCRIPTS = Path(__file__).parents[2] / "scripts"
KILLED = """\
import os, signal, sys
from initstudy.core.files import written_whole
with written_whole(sys.argv[1]) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_what_a_killed_process_left_goes_with_the_next_write(tmp_path):
    path = tmp_path / "table.csv"
    process = subprocess.run([sys.executable, "-c", KILLED, path], cwd=SCRIPTS)
    assert process.returncode == -signal.SIGKILL
    [leftover] = names(tmp_path)
    assert leftover != path.name
    with written_whole(tmp_path / "other.csv"):
        pass
    assert leftover in names(tmp_path)
    with written_whole(path) as partial:
        partial.write_text("whole")
    assert sorted(names(tmp_path)) == ["other.csv", "table.csv"]
    assert path.read_text() == "whole"


def test_what_a_process_still_writes_stays(tmp_path):
    path = tmp_path / "table.csv"
    with written_whole(path) as first:
        first.write_text("first")
        with written_whole(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert names(tmp_path) == [path.name]


def test_an_error_leaves_the_old_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail() -> None:
        with written_whole(path) as partial:
            partial.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(tmp_path) == [path.name]
    assert path.read_text() == "old"
