"""Compare a study that was run here with its published results.

Ends with 1 where a verdict differs.
"""

import argparse
import json
import sys
from pathlib import Path

from initstudy.analysis.claims_table import read_claims
from initstudy.analysis.reproduction import compared_cells, compared_verdicts
from initstudy.analysis.tables import read_table
from initstudy.core.errors import InputError, run
from initstudy.reporting import reproduction
from initstudy.reporting.provenance import NAME


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--published", type=Path, required=True, help="the folder, docs/STUDY")
    parser.add_argument("--results", type=Path, required=True, help="results/studies/STUDY")
    arguments = parser.parse_args()
    published, here = arguments.published, arguments.results / "tables"
    records = [read_record(folder / NAME) for folder in (published, arguments.results)]
    lines = [*reproduction.setting_lines(*records), ""]
    same = True
    if (published / "claims.csv").is_file():
        verdicts = compared_verdicts(
            *(read_claims(path / "claims.csv") for path in (published, here))
        )
        same = (verdicts["verdict_published"] == verdicts["verdict_here"]).all()
        lines += [*reproduction.verdict_lines(verdicts), ""]
    tables = [
        {name: read_table(folder / f"{name}.csv") for name in record["experiments"]}
        for folder, record in zip((published, here), records, strict=True)
    ]
    lines += reproduction.cell_lines(compared_cells(*tables))
    print("\n".join(lines))
    if not same:
        sys.exit("Error: verdicts differ, see above.")


def read_record(path: Path) -> dict:
    """A run's provenance; raises InputError if there is none."""
    if not path.is_file():
        raise InputError(f"there is no {path}, so there is nothing to compare; name another study")
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)
