"""The explorer: one page, for a browser without a network, on which to look around a study."""

import argparse
import json

import pandas as pd

from initstudy.analysis.claims_table import read_claims
from initstudy.analysis.tables import read_table
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.explorer.content import content, read_digests, with_edges
from initstudy.explorer.page import explorer
from initstudy.study.cells import ShownExperiment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=json.loads, required=True, help="JSON list")
    parser.add_argument("--runs", nargs="+", required=True, help="the runs of each, in one file")
    parser.add_argument("--summaries", nargs="+", required=True, help="their summary tables, CSV")
    parser.add_argument("--claims", nargs="?", help="the verdicts, CSV, if there are any")
    parser.add_argument("--output", required=True, help="the page, HTML")
    arguments = parser.parse_args()
    claims = arguments.claims
    digests = read_digests(arguments.runs)
    summaries = [read_table(path) for path in arguments.summaries]
    experiments = [
        with_edges(ShownExperiment.from_dict(one), summary)
        for one, summary in zip(arguments.experiments, summaries, strict=True)
    ]
    told = content(
        experiments,
        digests,
        pd.concat(summaries, ignore_index=True),
        read_claims(claims) if claims else pd.DataFrame(),
    )
    with written_whole(arguments.output) as partial:
        partial.write_text(explorer(told, digests), encoding="utf-8")


if __name__ == "__main__":
    run(main)
