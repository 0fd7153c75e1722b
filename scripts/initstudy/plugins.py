"""Functions that the configuration names as `path/to/file.py:function`."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from initstudy.commands import InputError


def load_function(name: str) -> Callable:
    """The function that `file.py:function` names, the file relative to the working directory.

    Raises InputError if there is no such file, it cannot be imported or lacks the function.
    """
    path, _, function = name.partition(":")
    if not Path(path).is_file():
        raise InputError(f"{name}: there is no file {path}; give path/to/file.py:function")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    if not callable(getattr(module, function, None)):
        raise InputError(f"{name}: {path} has no function {function!r}; check its spelling")
    return getattr(module, function)
