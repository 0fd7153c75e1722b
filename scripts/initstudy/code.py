"""Which project files a script's behaviour depends on."""

import functools
import os
import sys
from modulefinder import ModuleFinder
from pathlib import Path


@functools.cache
def project_modules(script: str, root: str) -> list[str]:
    """`script` and every module that it imports from below `root`, as relative paths, sorted.

    Only imports are followed, nothing is run; what is installed elsewhere is left out. Code
    in C has the name of the module that compiles it.
    """
    finder = _ProjectFinder(path=[str(Path(script).parent), root])
    finder.run_script(script)
    root_path = Path(root).resolve()
    found = {script}
    for module in finder.modules.values():
        if module.__file__ and root_path in Path(module.__file__).resolve().parents:
            found.add(os.path.relpath(module.__file__))
    compiled = [str(Path(module).with_suffix(".c")) for module in found]
    return sorted(found | set(filter(os.path.exists, compiled)))


class _ProjectFinder(ModuleFinder):
    """A ModuleFinder that does not search for the standard library, which never changes here."""

    def find_module(self, name, path, parent=None):
        if name in sys.stdlib_module_names and parent is None:
            raise ImportError(name)
        return super().find_module(name, path, parent)
