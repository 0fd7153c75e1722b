"""What the digest of code depends on, and what it does not."""

import itertools
import shutil
from pathlib import Path

import pytest

from initstudy.core import code, syntax
from initstudy.core.code import digest
from initstudy.core.errors import InputError

F = ("m.py", "f")


def test_digest_is_sixteen_hex_digits(digest_of):
    found = digest_of({"m.py": "X = 1"}, "m.py")
    assert len(found) == 16
    assert int(found, 16) >= 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(): return 1\ndef g(): return 2", "def g(): return 2\ndef f(): return 1"),
        ("def f(): return X, Y\nX = 1\nY = 2", "Y = 2\nX = 1\ndef f(): return X, Y"),
        ("def f(): return 1", "import json\nfrom os import path\ndef f(): return 1"),
        ("def f(): return 1", "X = g()\nclass G: pass\ndef f(): return 1"),
        ("import a as b\ndef f(): return b", "import c\nimport a as b\ndef f(): return b"),
    ],
)  # fmt: skip
def test_what_does_not_count(digest_of, before, after):
    assert digest_of({"m.py": before}, F) == digest_of({"m.py": after}, F)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X = 1\ndef f(): return X", "X = 2\ndef f(): return X"),
        ("X: int = 1\ndef f(): return X", "X: int = 2\ndef f(): return X"),
        ("X, Y = 1, 2\ndef f(): return Y", "X, Y = 1, 3\ndef f(): return Y"),
        ("X = 1\nX += 1\ndef f(): return X", "X = 1\nX += 2\ndef f(): return X"),
        ("X = [a for a in (1, 2)]\ndef f(): X", "X = [a for a in (1, 3)]\ndef f(): X"),
        ("X = (Y := 1)\ndef f(): return Y", "X = (Y := 2)\ndef f(): return Y"),
        ("if a: X = 1\ndef f(): return X", "if a: X = 2\ndef f(): return X"),
        ("X = 1\nX = 2\ndef f(): return X", "X = 2\nX = 1\ndef f(): return X"),
        ("X = 1\nY = X\nX = 2\ndef f(): return Y", "X = 1\nX = 2\nY = X\ndef f(): return Y"),
        ("A = a()\nB = b()\ndef f(): return A, B", "B = b()\nA = a()\ndef f(): return A, B"),
        ("X = a()\nb()\ndef f(): return X", "b()\nX = a()\ndef f(): return X"),
        ("def g(): return 1\ndef f(h=g): pass", "def g(): return 2\ndef f(h=g): pass"),
        ("def g(): return 1\n@g\ndef f(): pass", "def g(): return 2\n@g\ndef f(): pass"),
        ("class G: a = 1\nclass f(G): b = 1", "class G: a = 2\nclass f(G): b = 1"),
        ("class f:\n    def g(self): return 1", "class f:\n    def g(self): return 2"),
        ("G = 1\nclass f:\n    a: int = G", "G = 2\nclass f:\n    a: int = G"),
        ("def f(): return f()\ndef f(): return 1", "def f(): return f()\ndef f(): return 2"),
        ("def f(): eval('g')()\ndef g(): return 1", "def f(): eval('g')()\ndef g(): return 2"),
        ("def f(): return 1", "from __future__ import annotations\ndef f(): return 1"),
        ("from a import x\ndef f(): return x", "from b import x\ndef f(): return x"),
        ("import a.b\ndef f(): return a", "import a.c\ndef f(): return a"),
        ("from a import x as f", "from b import x as f"),
    ],
)  # fmt: skip
def test_what_counts(digest_of, before, after):
    assert digest_of({"m.py": before}, F) != digest_of({"m.py": after}, F)


def test_roots_are_a_set(digest_of):
    files = {"m.py": "def f(): return 1\ndef g(): return 2\nX = 3"}
    roots = ("m.py", ("m.py", "f"), ("m.py", "g"))
    assert digest_of(files, *roots) == digest_of(files, *roots[::-1])
    assert len({digest_of(files, *roots[:count]) for count in (1, 2, 3)}) == 3


def test_what_is_not_of_the_user_or_the_project_does_not_count(digest_of):
    files = {"user/m.py": "import json\nimport far\ndef f(): return json, far"}
    others = {"user/json.py": "print(1)", "far.py": "print(1)", "user/other.py": "print(1)"}
    assert digest_of(files | others, "user/m.py") == digest_of(files, "user/m.py")


def test_a_user_may_use_the_project_and_what_lies_beside(digest_of, monkeypatch, tmp_path):
    main = """
        import helpers
        from .near import g
        from house.room import draw
        from user.inner import k
        def f(): return helpers.h(), g(), draw(), k()
        """
    files = {
        "user/m.py": main,
        "user/__init__.py": "",
        "user/near.py": "def g(): return 1",
        "user/inner.py": "def k(): return 1",
        "user/helpers.py": "from house.room import draw_again as h",
    }
    rooms = ("def draw(): return 1", "def draw(): return 2", "def draw_again(): return 3")
    found = set()
    for number, room in enumerate(rooms):
        (tmp_path / f"project{number}" / "house").mkdir(parents=True)
        (tmp_path / f"project{number}" / "house" / "room.py").write_text(room)
        monkeypatch.setattr(code, "SCRIPTS", tmp_path / f"project{number}")
        found.add(digest_of(files, ("user/m.py", "f")))
    for file in ("near", "inner"):
        after = files[f"user/{file}.py"].replace("1", "2")
        found.add(digest_of(files | {f"user/{file}.py": after}, ("user/m.py", "f")))
    assert len(found) == 5


def test_c_code_counts_with_the_file_that_compiles_it(digest_of):
    files = {
        "m.py": "from fast import add\ndef f(): return add()\ndef g(): return 1",
        "fast.py": "def add(): return 1",
        "fast.c": "int add(int a) { return a; }",
    }
    plain = digest_of(files, F)
    assert digest_of(files | {"fast.c": "/* Adds. */\n" + files["fast.c"]}, F) == plain
    assert digest_of(files | {"other.c": "int one;"}, F) == plain
    after = files | {"fast.c": "int add(int a) { return -a; }"}
    assert digest_of(after, F) != plain
    assert digest_of(after, ("m.py", "g")) == digest_of(files, ("m.py", "g"))


def test_missing_files_and_functions_are_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.py cannot be read \(No such file"):
        digest(tmp_path / "nothing.py")
    (tmp_path / "m.py").write_text("import a\nX = 1\ndef f(): pass\nclass G: pass\n")
    with pytest.raises(InputError, match=r"m\.py has no 'g'; it has f, G$"):
        digest((tmp_path / "m.py", "g"))
    (tmp_path / "n.py").write_text("X = 1\n")
    with pytest.raises(InputError, match=r"n\.py has no 'g'; it has no functions$"):
        digest((tmp_path / "n.py", "g"))


def test_relative_paths_follow_the_working_directory(digest_of, tmp_path, monkeypatch):
    found = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "m.py").write_text(f"def f(): return {folder!r}\n")
        monkeypatch.chdir(tmp_path / folder)
        found.append(digest(Path("m.py")))
        assert found[-1] == digest(tmp_path / folder / "m.py")
    assert found[0] != found[1]


MAIN = """
def f(): return 1
def g(): return {number}
if __name__ == "__main__":
    print(g(), {printed})
"""


def test_what_runs_only_in_a_program_counts_for_programs_alone(digest_of):
    first, other = (
        {"m.py": MAIN.format(number=number, printed=number), "n.py": "from m import f as h"}
        for number in (1, 2)
    )
    assert digest_of(first, F) == digest_of(other, F)
    assert digest_of(first, ("n.py", "h")) == digest_of(other, ("n.py", "h"))
    printing = {"m.py": MAIN.format(number=1, printed=2)}
    assert digest_of(first, "m.py") != digest_of(printing, "m.py")


def test_what_is_not_python_counts_by_its_bytes(digest_of):
    texts = [{"m.py": "X = 1", "page.html": f"<p>{number}</p>"} for number in (1, 2)]
    first, other = (digest_of(files, "m.py", "page.html") for files in texts)
    assert first != other
    assert first == digest_of(texts[0], "m.py", "page.html")


def test_every_file_is_read_once(digest_of, monkeypatch):
    read = []
    parsed = syntax._parsed
    monkeypatch.setattr(syntax, "_parsed", lambda path: read.append(path.name) or parsed(path))
    files = {"m.py": "import a\nimport b\ndef f(): return a", "a.py": "import b", "b.py": "X = 1"}
    digest_of(files, "m.py", F, "a.py", ("b.py", "X"))
    assert sorted(read) == ["a.py", "b.py", "m.py"]


def test_a_repeated_digest_looks_at_no_file(tmp_path, monkeypatch):
    (tmp_path / "m.py").write_text("def f(): return 1\n")
    first = digest((tmp_path / "m.py", "f"))
    for name in ("_parts", "_reached", "_find"):
        monkeypatch.setattr(code, name, None)
    (tmp_path / "m.py").unlink()
    assert digest((tmp_path / "m.py", "f")) == first


@pytest.fixture
def real_digest(tmp_path, monkeypatch):
    """real_digest(pattern, *roots): the digest in a copy of the project in which all files that
    match the pattern do something else when they are imported."""
    numbers = itertools.count()

    def real_digest(pattern, *roots):
        scripts = tmp_path / f"scripts{next(numbers)}"
        shutil.copytree(code.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        if pattern:
            files = list(scripts.glob(pattern))
            assert files
            for file in files:
                file.write_text(file.read_text() + "\nprint('edited')\n")
        with monkeypatch.context() as context:
            context.setattr(code, "SCRIPTS", scripts)
            places = [
                (scripts / r[0], r[1]) if isinstance(r, tuple) else scripts / r for r in roots
            ]
            return digest(*places)

    return real_digest


def test_training_depends_on_the_loop_and_not_on_figures(real_digest):
    plain = real_digest("", "train.py")
    assert real_digest("initstudy/training/loop.py", "train.py") != plain
    for folder in ("figures", "explorer", "reporting", "study/checks"):
        assert real_digest(f"initstudy/{folder}/**/*.py", "train.py") == plain, folder


def test_initializers_do_not_depend_on_each_other(real_digest):
    zero = ("initstudy/initializers/fixed.py", "zero")
    plain = real_digest("", zero)
    assert real_digest("initstudy/initializers/consistency.py", zero) == plain
    assert real_digest("initstudy/initializers/fixed.py", zero) != plain
    assert real_digest("initstudy/initializers/__init__.py", zero) != plain
