"""The answer to "which initializer should I use?" in sentences, from the rows of answer.csv."""

from collections.abc import Mapping, Sequence

import pandas as pd

from initstudy.analysis.standings import KEEPS_UP, WORSE
from initstudy.reporting.words import METRICS, in_words
from initstudy.study.answer import Answer
from initstudy.study.axes import COMMON

MOST_NAMED = 8
"""Of more initializers, a sentence says how many there are."""
MOST_PLACES = 4
"""So many exceptions are told."""


def headline(table: pd.DataFrame, answer: Answer, labels: Mapping[str, str]) -> list[str]:
    """What decides, in sentences; the first is the answer.

    labels: of the initializers. It is about those that were run in every declared condition:

    - they keep up with the best one if that is shown in each of these conditions;
    - they are shown worse if they are in one of them;
    - of the others it is open. Where nobody is shown worse, all of it is.
    """
    decisive = table[table["declared"]]
    conditions = decisive.groupby(["experiment", "condition"], sort=False).ngroups
    standings = decisive.groupby("initializer", sort=False)["standing"].agg(list)
    standings = standings[standings.map(len) == conditions]
    worse = [name for name, found in standings.items() if WORSE in found]
    keeping = [name for name, found in standings.items() if {*found} == {KEEPS_UP}]
    undecided = [name for name in standings.index if name not in (*worse, *keeping)]
    by = f"{100 * answer.margin:g} pp of {METRICS[answer.metric]}"
    where = f"in each of {conditions} conditions" if conditions > 1 else "in the one condition"
    if standings.empty:
        return ["No initializer was run in every condition that decides."]
    if not worse:
        return [f"Undecided: no initializer is shown to be worse than the best by more than {by}."]
    said = []
    if keeping:
        said.append(f"Within {by} of the best {where}: {_names(keeping, labels)}.")
    if undecided:
        said.append(
            f"Not shown worse than the best by more than {by}: {_names(undecided, labels)}."
        )
    if not said:
        said.append(f"No initializer keeps up with the best, within {by}, {where}.")
    somewhere = f" in at least one of the {conditions} conditions" if conditions > 1 else ""
    said.append(f"Shown worse{somewhere}: {_names(worse, labels)}.")
    return said + exceptions(table, [*keeping, *undecided], labels)


def exceptions(table: pd.DataFrame, names: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """Where else those are shown worse that are not where it decides, the largest gap first."""
    common = table["condition"].str.contains(f"learning_rate={COMMON}", regex=False)
    elsewhere = table[~table["declared"] & ~common & (table["standing"] == WORSE)]
    found = elsewhere[elsewhere["initializer"].isin(names)].sort_values("gap")
    places = [
        f"{labels[row.initializer]} by {-100 * row.gap:.0f} pp ({place(row)})"
        for row in found.itertuples()
    ]
    if not places:
        return []
    more = f", and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    return [f"But elsewhere (exploratory) worse: {', '.join(places[:MOST_PLACES])}{more}."]


def place(row: object) -> str:
    """Where a row belongs: "photos: optimizer sgd", or "depth 20" of an experiment called depth."""
    words, name = in_words(row.condition), in_words(row.experiment)
    return words if words.startswith(f"{name} ") else ": ".join(filter(None, [name, words]))


def _names(names: Sequence[str], labels: Mapping[str, str]) -> str:
    said = [labels[name] for name in names]
    if len(said) > MOST_NAMED:
        return f"{', '.join(said[: MOST_NAMED - 1])} and {len(said) - MOST_NAMED + 1} others"
    return ", ".join(said)
