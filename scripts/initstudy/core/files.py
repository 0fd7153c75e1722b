"""How files are written: whole or not at all."""

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from initstudy.core.errors import InputError

REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""Why the system may not let a file be written, all of them the user's to see to."""


@contextlib.contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that becomes `path` when the block ends without error.

    A reader therefore sees the old file or the new one, never a part; on an error nothing is left.
    The temporary name keeps the suffix, from which writers tell the format. Raises InputError if
    the disk is full or the place may not be written to.
    """
    path = Path(path)
    try:
        with _beside(path) as partial:
            yield partial
            partial.chmod(0o666 & ~_umask())
            partial.replace(path)
    except (OSError, RuntimeError) as error:  # HDF5 makes a RuntimeError of what is refused
        for refusal in map(os.strerror, REFUSALS):
            if refusal in str(error):
                raise InputError(
                    f"{path} cannot be written: {refusal}; see to it, then rerun"
                ) from error
        raise


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new file beside `path`, removed in the end if it is still there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    prefix = f".{path.stem}-{os.getpid()}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """A new folder beside `path`, removed in the end with all that is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.stem}-{os.getpid()}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=path.suffix, dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(path: Path) -> None:
    """Remove what processes that were killed while they wrote `path` left beside it."""
    pattern = rf"\.{re.escape(path.stem)}-(\d+)-\w{{8}}{re.escape(path.suffix)}"
    for file in path.parent.iterdir():
        if (match := re.fullmatch(pattern, file.name)) and not _runs(int(match[1])):
            if file.is_dir():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Whether there is a process of this number on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # there is one, of another user
    return True


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
