"""The explorer: one page, for a browser without a network, on which to look around a study."""

import argparse
import json

import pandas as pd

from initstudy.analysis.claims_table import read_claims
from initstudy.analysis.standings import read_ranking
from initstudy.analysis.tables import read_table
from initstudy.core.errors import run
from initstudy.core.files import written_whole
from initstudy.explorer.content import answer_of, content, read_digests, scores_of, with_edges
from initstudy.explorer.page import explorer
from initstudy.study.answer import Answer
from initstudy.study.cells import ShownExperiment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=json.loads, required=True, help="JSON list")
    parser.add_argument("--runs", nargs="+", required=True, help="the runs of each, in one file")
    parser.add_argument("--summaries", nargs="+", required=True, help="their summary tables, CSV")
    parser.add_argument("--tables", nargs="+", required=True, help="and a row a replica, CSV")
    parser.add_argument("--claims", nargs="?", help="the verdicts, CSV, if there are any")
    parser.add_argument("--answer", type=json.loads, default=None, help="as declared, JSON")
    parser.add_argument("--ranking", nargs="?", help="answer.csv, if an answer is declared")
    parser.add_argument("--output", required=True, help="the page, HTML")
    arguments = parser.parse_args()
    claims = arguments.claims
    digests = read_digests(arguments.runs)
    summaries = [read_table(path) for path in arguments.summaries]
    experiments = [
        with_edges(ShownExperiment.from_dict(one), summary)
        for one, summary in zip(arguments.experiments, summaries, strict=True)
    ]
    scores = [scores_of(read_table(path)) for path in arguments.tables]
    answer = None
    if arguments.ranking:
        labels = {
            name: one.label for shown in experiments for name, one in shown.initializers.items()
        }
        ranking = read_ranking(arguments.ranking)
        answer = answer_of(ranking, Answer(**arguments.answer), labels)
    told = content(
        experiments,
        digests,
        pd.concat(summaries, ignore_index=True),
        read_claims(claims) if claims else pd.DataFrame(),
        {folder: found for one in scores for folder, found in one.items()},
        answer,
    )
    with written_whole(arguments.output) as partial:
        partial.write_text(explorer(told, digests), encoding="utf-8")


if __name__ == "__main__":
    run(main)
