"""Copy what a study came to into a folder that is kept, by its provenance.json.

There it lies flat: answer.pdf and answer.png, tables, and the provenance itself.
"""

import argparse
import shutil
from pathlib import Path

from initstudy.core.errors import InputError, run
from initstudy.core.files import written_whole
from initstudy.reporting.provenance import NAME, checksum, read_record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="results/studies/STUDY")
    parser.add_argument("--to", type=Path, required=True, help="the folder, docs/STUDY")
    arguments = parser.parse_args()
    record = arguments.results / NAME
    expected = {Path(path): digest for path, digest in read_record(record)["files"].items()}
    for path, digest in expected.items():
        if not path.is_file() or checksum(path) != digest:
            raise InputError(f"{path} is not what {record} says; have the study made again")
    for path in (*expected, record):
        with written_whole(arguments.to / path.name) as partial:
            shutil.copyfile(path, partial)


if __name__ == "__main__":
    run(main)
