"""Judge the claims of a study and write claims.csv."""

import argparse
import json

from initstudy.captions import save_caption
from initstudy.claim_texts import claims_caption
from initstudy.claims import judge, read_tables
from initstudy.commands import run, written_whole
from initstudy.declarations import check_claims


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=json.loads, required=True, help="name -> claim, as JSON")
    parser.add_argument("--tables", required=True, help="the folder of the experiments' tables")
    parser.add_argument("--output", required=True, help="claims.csv")
    parser.add_argument("--caption", required=True, help="what it holds, reStructuredText")
    arguments = parser.parse_args()
    check_claims(arguments.claims)
    verdicts = judge(arguments.claims, read_tables(arguments.claims, arguments.tables))
    with written_whole(arguments.output) as partial:
        verdicts.to_csv(partial, index=False)
    save_caption(arguments.caption, claims_caption(verdicts.to_dict("records")))


if __name__ == "__main__":
    run(main)
