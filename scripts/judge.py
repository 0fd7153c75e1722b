"""Judge the claims of a study and write claims.csv."""

import argparse
import json

from initstudy.analysis.claims import judge, read_tables
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.reporting.captions import save_caption
from initstudy.reporting.claims import claims_caption
from initstudy.study.cells import Initializer
from initstudy.study.checks.claims import check_claims
from initstudy.study.claims import Claim
from initstudy.study.deciding import read_look


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=json.loads, required=True, help="name -> claim, as JSON")
    parser.add_argument(
        "--tables", nargs="+", required=True, help="experiments' tables, CSV files of their names"
    )
    parser.add_argument(
        "--initializers", type=json.loads, required=True, help="of correlations, by name, JSON"
    )
    parser.add_argument("--look", type=read_look, nargs="?", help="2 of 5, if there are several")
    parser.add_argument("--output", required=True, help="claims.csv")
    parser.add_argument("--caption", required=True, help="what it holds, reStructuredText")
    arguments = parser.parse_args()
    check_claims(arguments.claims)
    claims = {name: Claim.from_dict(claim) for name, claim in arguments.claims.items()}
    initializers = {name: Initializer(**one) for name, one in arguments.initializers.items()}
    verdicts = judge(claims, read_tables(arguments.tables), initializers, arguments.look)
    with written_whole(arguments.output) as partial:
        verdicts.to_csv(partial, index=False)
    save_caption(arguments.caption, claims_caption(verdicts.to_dict("records")))


if __name__ == "__main__":
    run(main)
