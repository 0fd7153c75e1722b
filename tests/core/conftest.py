import itertools
from textwrap import dedent

import pytest

from initstudy.core.code import digest


@pytest.fixture
def digest_of(tmp_path):
    """digest_of(files, *roots): the digest in a new folder that holds nothing but these files."""
    folders = (tmp_path / f"copy{number}" for number in itertools.count())

    def digest_of(files, *roots):
        folder = next(folders)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dedent(text))
        places = [(folder / r[0], r[1]) if isinstance(r, tuple) else folder / r for r in roots]
        return digest(*places)

    return digest_of
