"""Functions that the configuration names."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from initstudy.core import plugins
from initstudy.core.code import SCRIPTS
from initstudy.core.errors import InputError
from initstudy.core.plugins import load_function, source_of

INITIALIZERS = "initstudy.initializers"
NETWORKS = "initstudy.networks"


@pytest.fixture
def user_files(tmp_path, monkeypatch):
    """user_files(files): write them below the working directory; later, Python forgets them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(plugins, "_folders", set())
    known = set(sys.modules)

    def write(files):
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(dedent(text))

    yield write
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_dotted_names_are_those_of_the_package():
    from initstudy.initializers.fixed import zero

    assert load_function("fixed.zero", INITIALIZERS) is zero
    assert source_of("fixed.zero", INITIALIZERS) == (
        SCRIPTS / "initstudy" / "initializers" / "fixed.py",
        "zero",
    )
    path, function = source_of("architectures.lenet5", NETWORKS)
    assert (path.name, function) == ("architectures.py", "lenet5")
    assert load_function("architectures.lenet5", NETWORKS).__name__ == "lenet5"


def test_looking_for_a_source_imports_nothing_heavy():
    command = (
        "import sys; from initstudy.core.plugins import source_of; "
        "from initstudy.core.code import digest; "
        f"digest(source_of('fixed.zero', {INITIALIZERS!r})); "
        "print(sorted({'torch', 'numpy', 'initstudy.initializers'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", command], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"


def test_a_users_file_is_relative_to_the_working_directory(user_files):
    user_files({"mine/own.py": "def draw(): return 'drawn'\n"})
    assert source_of("mine/own.py:draw", INITIALIZERS) == (Path("mine/own.py"), "draw")
    assert load_function("mine/own.py:draw", INITIALIZERS)() == "drawn"
    absolute = Path("mine/own.py").absolute()
    assert load_function(f"{absolute}:draw", INITIALIZERS)() == "drawn"


def test_a_users_file_is_imported_once(user_files):
    user_files({"own.py": "def f(): return seen\ndef g(): return seen\nseen = []\n"})
    functions = [load_function(f"own.py:{name}", INITIALIZERS) for name in "fg"]
    assert functions[0]() is functions[1]()


def test_a_users_file_may_import_what_lies_beside(user_files):
    user_files(
        {
            "mine/own.py": """
                from aside import value
                def f():
                    import late_aside
                    return value, late_aside.value
                """,
            "mine/aside.py": "value = 1\n",
            "mine/late_aside.py": "value = 2\n",
        }
    )
    assert load_function("mine/own.py:f", INITIALIZERS)() == (1, 2)


def test_a_users_package_may_import_relatively_and_by_its_name(user_files):
    user_files(
        {
            "mypackage/__init__.py": "base = 1\n",
            "mypackage/deep/__init__.py": "",
            "mypackage/deep/own.py": """
                from mypackage.side import third
                from twin import fourth
                from .. import base
                from ..side import second
                def f():
                    from .twin import fifth
                    return base, second, third, fourth, fifth
                """,
            "mypackage/deep/twin.py": "fourth, fifth = 4, 5\n",
            "mypackage/side.py": "second, third = 2, 3\n",
        }
    )
    assert load_function("mypackage/deep/own.py:f", INITIALIZERS)() == (1, 2, 3, 4, 5)


def test_files_of_one_name_and_of_installed_names_are_told_apart(user_files):
    user_files(
        {
            "a/json.py": "def f(): return 1\n",
            "b/json.py": "def f(): return 2\n",
            "c/json/__init__.py": "",
            "c/json/own.py": "from . import more\ndef f(): return more.value\n",
            "c/json/more.py": "value = 3\n",
        }
    )
    methods = ("a/json.py:f", "b/json.py:f", "c/json/own.py:f")
    assert [load_function(method, INITIALIZERS)() for method in methods] == [1, 2, 3]
    import json

    assert json.loads("1") == 1


def test_what_lies_beside_never_shadows_what_is_installed(user_files):
    user_files({"own.py": "import numpy\ndef f(): return numpy.pi\n", "numpy.py": "pi = 3\n"})
    assert load_function("own.py:f", INITIALIZERS)() > 3


@pytest.mark.parametrize("late", [False, True])
def test_modules_that_python_would_confuse_are_refused(user_files, late):
    user_files(
        {
            "a/own.py": "def f():\n    import same\n" if late else "import same\ndef f(): pass\n",
            "a/same.py": "",
            "b/own.py": "import same\ndef f(): return same.value\n",
            "b/same.py": "value = 1\n",
        }
    )
    load_function("a/own.py:f", INITIALIZERS)
    with pytest.raises(
        InputError, match=r"^\S+/b and \S+/a both have a module same, which .*; rename one$"
    ):
        load_function("b/own.py:f", INITIALIZERS)


def test_dataclasses_of_users_may_have_annotations_as_text(user_files):
    user_files(
        {
            "own.py": """
                from __future__ import annotations
                from dataclasses import dataclass
                @dataclass
                class Draw:
                    count: int = 3
                """
        }
    )
    assert load_function("own.py:Draw", INITIALIZERS)().count == 3


@pytest.mark.parametrize("find", [source_of, load_function])
@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("missing.py:f", r"missing\.py:f: there is no file missing\.py; give path/to/file\.py:fun"),
        ("own.py:g", r"own\.py has no (function )?'g'; it has f, G$"),
        (
            "fxied.zero",
            r"fxied\.zero: initstudy\.initializers has no 'fxied'; it has consistency, ",
        ),
        ("fixed.zeros", r"fixed\.py has no (function )?'zeros'; it has (.*, )?zero\b"),
        ("empty.py:f", r"empty\.py has no (function )?'f'; it has no functions$"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(user_files, find, method, message):
    user_files({"own.py": "import json\ndef f(): pass\nclass G: pass\nX = 1\n", "empty.py": ""})
    with pytest.raises(InputError, match=message) as error:
        find(method, INITIALIZERS)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("find", [source_of, load_function])
@pytest.mark.parametrize(
    "method",
    ["zero", "own.py", "own.py:", "a.b.c", "a:b", "own.py:f.g", "", "fixed.zero ", "a.py.f"],
)
def test_other_forms_are_refused(find, method):
    message = r"must be a dotted name such as fixed\.zero, or path/to/file\.py:function$"
    with pytest.raises(InputError, match=message):
        find(method, INITIALIZERS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nowhere_to_be_found\n", "ModuleNotFoundError: No module named 'nowhere_to"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("raise SystemExit\n", r"SystemExit \(own.py, line 1\)"),
        ("def f(:\n", "SyntaxError: invalid syntax"),
    ],
)
def test_a_file_that_cannot_be_imported_is_named_with_the_reason(user_files, text, reason):
    user_files({"own.py": text + "def f(): pass\n"})
    for _ in range(2):  # what failed once is not taken for imported
        with pytest.raises(InputError, match=rf"^own\.py cannot be imported: {reason}"):
            load_function("own.py:f", INITIALIZERS)
