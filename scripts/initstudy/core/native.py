"""Functions written in C, compiled on the machine that runs them, where it has a compiler."""

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from initstudy.core.errors import InputError
from initstudy.core.files import written_whole

OPTIONS = ("-O3", "-march=native", "-shared", "-fPIC")


@functools.cache
def compiled(source: Path, **constants: int) -> ctypes.CDLL | None:
    """The library made of `source` with its macros `constants`, or None, and why on stderr.

    It is kept in the user's cache folder, for this source and for processors with the same
    instructions.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        print(f"{source.name} is not used, as there is no C compiler, cc", file=sys.stderr)
        return None
    command = [compiler, *OPTIONS, *(f"-D{name}={value}" for name, value in constants.items())]
    identity = [*command, source.read_text(encoding="utf-8"), _processor_features()]
    digest = hashlib.sha256("\n".join(identity).encode()).hexdigest()
    library = _cache_folder() / f"{source.stem}-{digest[:16]}.so"
    try:
        if not library.exists():
            with written_whole(library) as partial:
                subprocess.run([*command, "-o", partial, source], check=True)
        return ctypes.CDLL(str(library))
    except (OSError, subprocess.CalledProcessError, InputError) as error:
        print(f"{source.name} is not used, as it cannot be compiled: {error}", file=sys.stderr)
        return None


def _cache_folder() -> Path:
    """Where programs of this user keep what they can make again (XDG Base Directory)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "initstudy"


def _processor_features() -> str:
    """What tells apart processors that need different code."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return platform.machine() + platform.processor()
