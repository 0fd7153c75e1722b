"""What the digest of code depends on in the files that a root imports."""

import ast
from textwrap import dedent

import pytest

PROJECT = {
    "work.py": '''
        """A command."""

        import math

        from package.steps import run


        def main():
            """Do it."""
            total = run([1, 2])  # both
            print(f"{total:.2f}", math.pi)


        if __name__ == "__main__":
            main()
        ''',
    "package/__init__.py": '"""A package."""\n',
    "package/steps.py": '''
        """Steps, from the first to the last."""

        import functools
        from dataclasses import dataclass

        import numpy as np
        from package import style
        from package.shapes import Base
        from package.shapes import area as size

        LIMIT = 3
        """How many."""
        SPARE = 4


        @dataclass(frozen=True)
        class Options(Base):
            """What there is to choose."""

            count: int = LIMIT
            """How many."""


        def run(values, options=Options()):
            """All of it."""
            from package.late import finish

            return finish(step(values, options.count)) + style.width()


        @functools.cache
        def step(values, depth):
            return size(values) if depth == 0 else step_again(values, depth)


        def step_again(values, depth):
            return step(values, depth - 1)


        def spare(values):
            return np.sum(values) + SPARE
        ''',
    "package/shapes.py": """
        FACTORS = {"area": 2}


        class Base:
            scale = 1


        def area(values):
            return len(values) * FACTORS["area"]


        def volume(values):
            return len(values) ** 3
        """,
    "package/late.py": """
        def finish(value):
            return value + 1
        """,
    "package/style.py": """
        import settings

        LOOK = {"size": 8}
        settings.values.update(LOOK)


        def width():
            return 7
        """,
}
F = ("m.py", "f")
STEP = ("package/steps.py", "step")


def edited(file, old, new, files=PROJECT):
    assert old in files[file], f"{file} does not hold {old!r}"
    return files | {file: files[file].replace(old, new)}


def unparsed(text):
    return ast.unparse(ast.parse(dedent(text)))


def without_docstrings(text):
    tree = ast.parse(dedent(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            texts = [s for s in node.body if isinstance(s, ast.Expr)]
            texts = [s for s in texts if isinstance(s.value, ast.Constant)]
            node.body = [s for s in node.body if s not in texts] or [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize("change", [unparsed, without_docstrings])
def test_layout_comments_and_docstrings_do_not_count(digest_of, change):
    files = {name: change(text) for name, text in PROJECT.items()}
    assert digest_of(files, "work.py") == digest_of(PROJECT, "work.py")


@pytest.mark.parametrize(
    ("file", "old", "new", "changes_command", "changes_step"),
    [
        ("work.py", "math.pi", "math.e", True, False),
        ("package/steps.py", "+ style.width()", "- style.width()", True, False),
        ("package/steps.py", "depth == 0", "depth <= 0", True, True),
        ("package/steps.py", "depth - 1", "depth - 2", True, True),
        ("package/steps.py", "LIMIT = 3", "LIMIT = 5", True, False),
        ("package/steps.py", "frozen=True", "frozen=False", True, False),
        ("package/steps.py", "np.sum", "np.max", False, False),
        ("package/steps.py", "SPARE = 4", "SPARE = 5", False, False),
        ("package/shapes.py", '"area": 2', '"area": 3', True, True),
        ("package/shapes.py", "scale = 1", "scale = 2", True, False),
        ("package/shapes.py", "** 3", "** 4", False, False),
        ("package/late.py", "value + 1", "value + 2", True, False),
        ("package/style.py", "return 7", "return 6", True, False),
        ("package/style.py", "values.update", "values.replace", True, True),
        ("package/style.py", '"size": 8', '"size": 9', True, True),
        ("package/__init__.py", '"""\n', '"""\nimport settings\nsettings.reset()\n', True, True),
    ],
)
def test_an_edit_counts_where_it_is_used(digest_of, file, old, new, changes_command, changes_step):
    files = edited(file, old, new)
    assert (digest_of(files, "work.py") != digest_of(PROJECT, "work.py")) == changes_command
    assert (digest_of(files, STEP) != digest_of(PROJECT, STEP)) == changes_step


def test_effects_count_of_what_is_imported_by_the_way(digest_of):
    def with_deep(text):
        late = "import package.deep\n" + dedent(PROJECT["package/late.py"])
        return digest_of(PROJECT | {"package/late.py": late, "package/deep.py": text}, "work.py")

    plain = with_deep("X = 1\ndef f(): return X\n")
    assert plain == digest_of(PROJECT, "work.py")
    effects = (
        "print(1)",
        "print(2)",
        "X.a = 1",
        "X[0] = 1",
        "a, X.b = 1, 2",
        "del x",
        "if a: X = 1",
        "for x in y: x()",
        "with a: pass",
        "X = 1\ntry: X.b()\nexcept E: X.c()",
        "@register\ndef f(): return 1",
        "@register.early(1)\nclass f: a = 1",
    )
    assert len({plain, *map(with_deep, effects)}) == len(effects) + 1


def test_moving_and_renaming_files_changes_nothing(digest_of):
    moved = {
        "deep/commands/do.py": PROJECT["work.py"].replace("package.steps", "house.a.first"),
        "deep/commands/house/__init__.py": "",
        "deep/commands/house/a/__init__.py": "",
        "deep/commands/house/a/first.py": PROJECT["package/steps.py"]
        .replace("from package import style", "from house import look as style")
        .replace("from package.shapes", "from ..forms")
        .replace("package.late", "house.z"),
        "deep/commands/house/forms.py": PROJECT["package/shapes.py"],
        "deep/commands/house/z.py": PROJECT["package/late.py"],
        "deep/commands/house/look.py": PROJECT["package/style.py"],
    }
    assert digest_of(moved, "deep/commands/do.py") == digest_of(PROJECT, "work.py")
    assert digest_of(moved, ("deep/commands/house/a/first.py", "step")) == digest_of(PROJECT, STEP)


def test_two_files_with_effects_may_be_renamed(digest_of):
    main = {"m.py": "import a\nimport b\ndef f(): return 1"}
    before, after = {"a.py": "one()", "b.py": "two()"}, {"b.py": "one()", "a.py": "two()"}
    assert digest_of(main | before, F) == digest_of(main | after, F)


def test_a_function_may_move_to_another_file(digest_of):
    before = {"m.py": "import a\ndef g(x): return x + 1\ndef f(x): return g(x) * a.h(x)"}
    after = {
        "m.py": "import a\nfrom other import g\ndef f(x): return g(x) * a.h(x)",
        "other.py": "def g(x): return x + 1",
    }
    assert digest_of(before, F) == digest_of(after, F)


def test_functions_of_one_name_are_told_apart(digest_of):
    files = {
        "m.py": "from a import g\nfrom other import h\ndef f(): return g() + h()",
        "other.py": "from b import g\ndef h(): return g()",
        "a.py": "def g(): return 1",
        "b.py": "def g(): return 2",
    }
    swapped = edited("m.py", "from a", "from b", files)
    swapped = edited("other.py", "from b", "from a", swapped)
    mixed = edited("m.py", "from a", "from b", files)
    found = {digest_of(files, F) for files in (files, swapped, mixed)}
    assert len(found) == 3
    assert digest_of(files | {"a.py": files["b.py"]}, F) not in found


@pytest.mark.parametrize(
    "lines",
    [
        "from package.deep import g\ndef f(): return g()",
        "from package.deep import g as h\ndef f(): return h()",
        "from package import deep\ndef f(): return deep.g()",
        "import package.deep\ndef f(): return package.deep.g()",
        "import package.deep as d\ndef f(): return d.g()",
        "from .package.deep import g\ndef f(): return g()",
        "from .package import deep\ndef f(): return deep.g()",
        "from package import k\ndef f(): return k()",
        "import package\ndef f(): return package.k()",
        "from package.deep import *\ndef f(): return g()",
        "from package.stars import g\ndef f(): return g()",
        "from package.lazy import g\ndef f(): return g()",
        "from package.deep import g as f",
        "from package.deep import *",
        "from package import deep\nf = deep.g",
        "def f():\n    from package.deep import g\n    return g()",
        "def f():\n    import package.deep\n    return package.deep.g()",
        "class f:\n    from package.deep import g",
        "try:\n    from package.deep import g\nexcept ImportError:\n    g = 1\ndef f(): return g()",
        "if a:\n    import package.deep as d\ndef f(): return d.g()",
        "def f():\n    def h():\n        from package.deep import g\n        return g()",
    ],
)
def test_every_way_to_import_is_followed(digest_of, lines):
    files = {
        "m.py": lines,
        "package/__init__.py": "from package.deep import g as k",
        "package/deep.py": "def g(): return 1",
        "package/stars.py": "from .deep import *",
        "package/lazy.py": "from . import deep\ndef __getattr__(name): return getattr(deep, name)",
    }
    after = edited("package/deep.py", "return 1", "return 2", files)
    assert digest_of(files, F) != digest_of(after, F)
    assert digest_of(files, "m.py") != digest_of(after, "m.py")


def test_cycles_end_and_count(digest_of):
    files = {
        "a.py": "from b import g, lost\ndef f(n): return g(n - 1)\ndef h(): return lost",
        "b.py": "from a import f, lost\ndef g(n): return f(n - 1) if n else 1",
    }
    after = edited("b.py", "else 1", "else 2", files)
    for root in (("a.py", "f"), ("a.py", "h"), "a.py"):
        assert digest_of(files, root) != digest_of(after, root)
