"""What the command lines in scripts/ share: how they fail and how they write."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path


class InputError(Exception):
    """Something the user gave is wrong; the message is the one sentence that they read.

    It names the file or the key and says what to do.
    """


def run(main: Callable[[], None]) -> None:
    """Call `main`; an InputError becomes one line on stderr and exit code 1."""
    try:
        main()
    except InputError as error:
        sys.exit(f"Error: {error}")


@contextlib.contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that becomes `path` when the block ends without error.

    A reader therefore sees the old file or the new one, never a part; on an error nothing is left.
    The temporary name keeps the suffix, from which writers tell the format.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o666 & ~_umask())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
