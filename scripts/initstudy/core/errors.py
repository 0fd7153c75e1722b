"""How commands fail: with one sentence, where what the user gave is wrong."""

import sys
from collections.abc import Callable


class InputError(Exception):
    """Something the user gave is wrong; the message is the one sentence that they read.

    It names the file or the key and says what to do. It is one line, whatever names are in it.
    """

    def __init__(self, message: str):
        super().__init__(" ".join(message.splitlines()))


def run(main: Callable[[], None]) -> None:
    """Call `main`; an InputError becomes one line on stderr and exit code 1."""
    try:
        main()
    except InputError as error:
        sys.exit(f"Error: {error}")
