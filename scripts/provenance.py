"""Write down what a study's results were made of."""

import argparse
import json
from pathlib import Path

from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.records.benchmarks import FOLDER
from initstudy.reporting.provenance import provenance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", required=True, help="its name")
    parser.add_argument("--title", required=True)
    for name, content in (
        ("files", "what it came to: tables and figures"),
        ("runs", "those of each experiment, HDF5 files of its name"),
        ("search", "the last table of each search for learning rates"),
        ("data", "the prepared data sets"),
    ):
        parser.add_argument(f"--{name}", nargs="*", type=Path, required=True, help=content)
    parser.add_argument("--output", required=True, help="JSON")
    arguments = parser.parse_args()
    content = provenance(
        arguments.study,
        arguments.title,
        arguments.files,
        arguments.runs,
        arguments.search,
        arguments.data,
        FOLDER,
    )
    with written_whole(arguments.output) as partial:
        partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
