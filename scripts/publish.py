"""Copy what a study came to into a folder that is kept, by its provenance.json.

There it lies flat: answer.pdf and answer.png, tables, and the provenance itself.
"""

import argparse
import json
import shutil
from pathlib import Path

from initstudy.core.errors import InputError, run
from initstudy.core.files import written_whole
from initstudy.reporting.provenance import NAME, checksums


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="results/studies/STUDY")
    parser.add_argument("--to", type=Path, required=True, help="the folder, docs/STUDY")
    arguments = parser.parse_args()
    record = arguments.results / NAME
    if not record.is_file():
        raise InputError(f"there is no {record}; have it made, as `make publish` does")
    expected = json.loads(record.read_text(encoding="utf-8"))["files"]
    files = [Path(path) for path in expected]
    for path in files:
        if not path.is_file() or checksums([path])[str(path)] != expected[str(path)]:
            raise InputError(f"{path} is not what {record} says; have the study made again")
    for path in [*files, record]:
        with written_whole(arguments.to / path.name) as partial:
            shutil.copyfile(path, partial)


if __name__ == "__main__":
    run(main)
