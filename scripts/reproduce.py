"""Compare a study that was run here with its published results.

Ends with 1 where a verdict differs.
"""

import argparse
import sys
from pathlib import Path

from initstudy.analysis.claims_table import read_claims
from initstudy.analysis.reproduction import compared_cells, compared_verdicts
from initstudy.analysis.tables import read_table
from initstudy.core.errors import run
from initstudy.reporting import reproduction
from initstudy.reporting.provenance import NAME, read_record


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


if __name__ == "__main__":
    run(main)
