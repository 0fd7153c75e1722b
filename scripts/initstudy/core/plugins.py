"""Functions that the configuration names: the project's own as `fixed.zero`, anybody's as
`path/to/file.py:function`."""

import contextlib
import hashlib
import importlib
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from initstudy.core.code import SCRIPTS, check_function
from initstudy.core.errors import InputError

NETWORKS = "initstudy.networks"
INITIALIZERS = "initstudy.initializers"
SCHEDULES = "initstudy.schedules"
"""Where dotted names are looked up."""
DOTTED = re.compile(r"(?P<module>[A-Za-z_]\w*)\.(?P<function>(?!py$)[A-Za-z_]\w*)")
IN_FILE = re.compile(r"(?P<file>[^:]+\.py):(?P<function>[A-Za-z_]\w*)")

_folders: set[Path] = set()
"""Where the users' files lie that were imported."""


def source_of(method: str, package: str) -> tuple[Path, str]:
    """The file and the name of the function that `method` names; nothing is imported.

    package: where dotted names are looked up, such as "initstudy.initializers". Files are relative
    to the working directory. Raises InputError if there is no such function.
    """
    path, function = _place(method, package)
    check_function(path, function)
    return path, function


def load_function(method: str, package: str) -> Callable:
    """The function that `method` names, as in `source_of`.

    A user's file may import what lies beside it, but for names that installed packages have; in a
    package, relative imports work. Raises InputError if there is no such function, or the file
    cannot be imported.
    """
    path, function = _place(method, package)
    if DOTTED.fullmatch(method):
        module = importlib.import_module(f"{package}.{path.stem}")
    else:
        try:
            module = _import_file(Path(os.path.abspath(path)))
        except (Exception, SystemExit) as error:
            raise InputError(f"{path} cannot be imported: {failure(error)}") from error
        _check_namesakes(Path(os.path.abspath(path.parent)))
    if not callable(getattr(module, function, None)):
        own = [name for name, value in vars(module).items() if _is_made_in(value, module)]
        known = ", ".join(own) or "no functions"
        raise InputError(f"{method}: {path} has no function {function!r}; it has {known}")
    return getattr(module, function)


@contextlib.contextmanager
def failures_named(method: str) -> Iterator[None]:
    """Within, the function that `method` names is called; what a user's raises is an InputError.

    It names the line of their code that led to it. The project's own functions raise what they
    raise: that is a fault of the project, of which the traceback tells most.
    """
    try:
        yield
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        if DOTTED.fullmatch(method):
            raise
        raise InputError(f"{method} fails: {failure(error)}") from error


def failure(error: BaseException) -> str:
    """An exception in one line, with the last line of users' code that led to it, if there is one.

    Example: "KeyError: 'conv1' (my_initializers.py, line 7)"
    """
    said = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    places = [
        f" ({os.path.relpath(frame.filename)}, line {frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent in _folders
    ]
    return said + "".join(places[-1:])


def _is_made_in(value: object, module: ModuleType) -> bool:
    return callable(value) and getattr(value, "__module__", None) == module.__name__


def _place(method: str, package: str) -> tuple[Path, str]:
    """The file, which is there, and the name of the function, which may not be."""
    if match := IN_FILE.fullmatch(method):
        path = Path(match["file"])
        if not path.is_file():
            raise InputError(
                f"{method}: there is no file {path}; give path/to/file.py:function, the path from"
                " the working directory"
            )
    elif match := DOTTED.fullmatch(method):
        folder = SCRIPTS.joinpath(*package.split("."))
        path = folder / f"{match['module']}.py"
        if not path.is_file():
            known = ", ".join(sorted(file.stem for file in folder.glob("[!_]*.py")))
            raise InputError(f"{method}: {package} has no {match['module']!r}; it has {known}")
    else:
        raise InputError(
            f"{method!r} must be a dotted name such as fixed.zero, or path/to/file.py:function"
        )
    return path, match["function"]


def _import_file(path: Path) -> ModuleType:
    """Import a user's file under a name that no other module has, a package from its top.

    The folders that it may import from stay on Python's path, as functions import, too, when they
    are called.
    """
    top = path
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    for folder in (path.parent, top.parent):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    _folders.add(path.parent)
    name = f"{top.stem}_{hashlib.sha256(str(top).encode()).hexdigest()[:8]}"
    if name not in sys.modules:
        file = top if top == path else top / "__init__.py"
        spec = importlib.util.spec_from_file_location(name, file)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(sys.modules[name])
        except BaseException:
            del sys.modules[name]
            raise
    inner = () if top == path else (*path.relative_to(top).parts[:-1], path.stem)
    return importlib.import_module(".".join([name, *inner]))


def _check_namesakes(folder: Path) -> None:
    """Raise InputError if users' files in two folders may get each other's modules."""
    for other in _folders - {folder}:
        for name in sorted(_modules_in(folder) & _modules_in(other)):
            file = getattr(sys.modules.get(name), "__file__", None)
            if file and {folder, other} & {*Path(file).parents}:
                raise InputError(
                    f"{folder} and {other} both have a module {name}, which Python cannot tell"
                    " apart; rename one"
                )


def _modules_in(folder: Path) -> set[str]:
    files = (*folder.glob("*.py"), *(file.parent for file in folder.glob("*/__init__.py")))
    return {file.stem for file in files}
