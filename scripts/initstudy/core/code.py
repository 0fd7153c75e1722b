"""What code does, as a digest: by it the workflow knows which results an edit makes stale.

A file is a set of top-level statements. Counted are those that a root leads to, from name to name:
what a statement names is looked up in its own file and, where an import binds the name, in the
file that it comes from. Effects, the statements that may do more than bind names, count wherever
their file is imported. Comments, docstrings and layout do not count, nor do names and places of
files, nor the order of functions, classes and constants.

What is named at run time only cannot be seen: modules imported by a name in a string, subclasses
that a class finds by itself, files of data. Those have to be roots, or parameters of their own.
"""

import functools
import hashlib
import itertools
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from initstudy.core.errors import InputError
from initstudy.core.syntax import Import, Module, Statement, hashed, read_module

SCRIPTS = Path(os.path.abspath(__file__)).parents[2]
"""The folder of the commands and of the package."""
ANY_NAME = {"globals", "eval", "exec"}
"""What uses these may use all that its file binds."""

Target = Statement | Module | str
"""What a name leads to. A file counts as a whole; text is of what lies outside of Python files."""


def digest(*roots: Path | tuple[Path, str]) -> str:
    """16 hex digits that stand for what the roots do, each a Python file or a function of one.

    A whole file is taken for a program that is run. Other files, such as templates, count by their
    bytes. A user's file may import what lies beside it. Every file is read once a process. Raises
    InputError if there is no such file or function, or a file is not valid Python.
    """
    named = (root if isinstance(root, tuple) else (root, None) for root in roots)
    return _digest(*((os.path.abspath(path), function) for path, function in named))


def check_function(path: Path, function: str) -> None:
    """Raise InputError if the file does not bind the function's name, or is not valid Python."""
    module = read_module(Path(os.path.abspath(path)))
    if not {function, "*", "__getattr__"} & module.bindings.keys():
        known = [s.node.name for s in module.positions if s.is_definition]
        raise InputError(f"{path} has no {function!r}; it has {', '.join(known) or 'no functions'}")


@functools.cache
def _digest(*roots: tuple[str, str | None]) -> str:
    parts = set().union(*(_parts(Path(path), function) for path, function in roots))
    return hashed(ascii(sorted(parts)))[:16]


@functools.cache
def _parts(path: Path, function: str | None) -> frozenset[str]:
    """What a root leads to, and what the effects of each file lead to that it imports.

    They are a set, as the order of imports follows from the names of files.
    """
    if path.suffix != ".py":
        return frozenset([hashlib.sha256(path.read_bytes()).hexdigest()])
    module = read_module(path)
    folders = (SCRIPTS, path.parent, path.parents[len(_packages(path))])
    starts: tuple[Target, ...] = (module, *module.main)
    if function is not None:
        check_function(path, function)
        starts = _targets(module.bindings.get(function, ()), folders) or (module,)
    files = _imported_files(module, folders)
    effects = (_reached(tuple(file.effects), folders) for file in files if file.effects)
    return frozenset([_reached(starts, folders), *effects])


@functools.cache
def _reached(starts: tuple[Target, ...], folders: tuple[Path, ...]) -> str:
    """The digest of all that `starts` lead to.

    Statements are numbered in the order in which they are met, names being followed in
    alphabetical order. They stand in for names of files, and cycles need no care.
    """
    numbers: dict[Statement | Module, int] = {}
    met: list[Statement | Module] = []

    def number(target: Target) -> int | str:
        if isinstance(target, str):
            return target
        if target not in numbers:
            numbers[target] = len(met)
            met.append(target)
        return numbers[target]

    lines = [[number(target) for target in starts]]
    for item in met:  # which grows meanwhile
        uses = _uses(item, folders)
        lines.append([item.text, [(name, *map(number, targets)) for name, targets in uses]])
    ordered: dict[Module, list[Statement]] = {}
    for item in met:
        if isinstance(item, Statement) and item.is_ordered:
            ordered.setdefault(item.module, []).append(item)
    for module, statements in ordered.items():
        lines.append([numbers[item] for item in sorted(statements, key=module.positions.get)])
    return hashed(ascii(lines))


@functools.cache
def _uses(item: Statement | Module, folders: tuple[Path, ...]) -> list[tuple[str, tuple]]:
    """What each name leads to that a statement uses or a file binds; under "" what always counts.

    A name of a function's own may be that of something else in the file, which then counts too.
    """
    module = item if isinstance(item, Module) else item.module
    names = module.bindings if item is module else item.names
    bindings = {name: list(module.bindings.get(name, ())) for name in names}
    for binding in [] if item is module else item.imports:
        bindings.setdefault(binding.bound, []).append(binding)
    uses = [("", (*module.effects, *module.c_texts))]
    uses += [(name, _targets(bindings[name], folders)) for name in sorted(bindings)]
    uses += [(name, (module,)) for name in sorted(ANY_NAME.intersection(names))]
    return [(name, targets) for name, targets in uses if targets]


def _targets(
    bindings: Iterable[Statement | Import],
    folders: tuple[Path, ...],
    passed: tuple[Import, ...] = (),
) -> tuple[Target, ...]:
    """What the bindings of a name lead to; `passed` are imports that led here already."""
    found: list[Target] = []
    for binding in bindings:
        if isinstance(binding, Statement):
            found.append(binding)
        elif binding not in passed:
            found += _brought(binding, folders, (*passed, binding))
    return tuple(dict.fromkeys(found))


def _brought(item: Import, folders: tuple[Path, ...], passed: tuple[Import, ...]) -> list[Target]:
    """What an import brings: a file, what binds a name there, or the name of what is installed."""
    file = _find(item.module, item.folder, folders)
    submodule = _find(item.parts, item.folder, folders)
    found: list[Target] = [read_module(submodule)] if submodule else []
    if file and file != submodule:
        bindings = read_module(file).bindings.get(item.member, ())
        found += _targets(bindings, folders, passed)
        # A name may get into a file in other ways, such as `import *`; then all of it counts.
        found = found or [read_module(file)]
    return found or [".".join(item.parts)]


@functools.cache
def _imported_files(module: Module, folders: tuple[Path, ...]) -> list[Module]:
    """A file and all that it imports, directly or not, with the packages that they lie in."""
    packages = (read_module(folder / "__init__.py") for folder in _packages(module.path))
    files = dict.fromkeys((module, *packages))
    waiting = [*files]
    for file in waiting:  # which grows meanwhile
        for item in file.imports:
            for length in range(len(item.parts) + 1):
                found = _find(item.parts[:length], item.folder, folders)
                if found and read_module(found) not in files:
                    files[read_module(found)] = None
                    waiting.append(read_module(found))
    return waiting


def _packages(path: Path) -> list[Path]:
    """The folders of the packages that a file lies in, from the inside."""
    return [*itertools.takewhile(lambda folder: (folder / "__init__.py").is_file(), path.parents)]


@functools.cache
def _find(parts: tuple[str, ...], start: Path | None, folders: tuple[Path, ...]) -> Path | None:
    """The file of a module, searched in `start` if it is given, else in `folders`."""
    if start is None and (not parts or parts[0] in sys.stdlib_module_names):
        return None
    for folder in (start,) if start else folders:
        place = folder.joinpath(*parts)
        files = [place / "__init__.py", *([place.with_name(f"{place.name}.py")] if parts else [])]
        for file in files:
            if file.is_file():
                return file
    return None
