"""The published reference study, docs/reference: whole, as its tables have it, and not wrong."""

import hashlib
import json

import pandas as pd
import pytest

from helpers.synthetic_runs import ROOT
from initstudy.analysis.claims import judge
from initstudy.analysis.claims_table import read_claims
from initstudy.analysis.ranking import ranking
from initstudy.analysis.summaries import summary_table
from initstudy.analysis.tables import read_table, rows_of_cells
from initstudy.figures.kinds import kinds
from initstudy.reporting.claims import deciding_text, measured_text
from initstudy.study.layers import Sources
from initstudy.study.load import load_study

FOLDER = ROOT / "docs/reference"
RECORD = json.loads((FOLDER / "provenance.json").read_text(encoding="utf-8"))
STUDY = load_study(
    Sources(ROOT / "config.yaml", [ROOT / "studies"], overrides={"study": "reference"}),
    list(kinds()),
)
TABLES = {name: read_table(FOLDER / f"{name}.csv") for name in RECORD["experiments"]}
LARGEST = 2_000_000
"""Bytes of all tables."""


def assert_published(table: pd.DataFrame, name: str, folder) -> None:
    """Whether a table, once written, reads as the published one, but for rounding."""
    table.to_csv(folder / name, index=False)
    pd.testing.assert_frame_equal(
        pd.read_csv(folder / name), pd.read_csv(FOLDER / name), rtol=1e-9, atol=1e-12
    )


def test_every_file_is_the_one_that_was_published():
    for path, digest in RECORD["files"].items():
        content = (FOLDER / path.rpartition("/")[2]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, path
    names = {path.rpartition("/")[2] for path in RECORD["files"]}
    assert {path.name for path in FOLDER.iterdir()} == names | {"README.md", "provenance.json"}


def test_the_tables_are_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.csv")) < LARGEST


def test_all_that_is_declared_was_run():
    assert list(TABLES) == list(STUDY.experiments)
    for name, experiment in STUDY.experiments.items():
        rows = rows_of_cells(TABLES[name])
        assert list(rows) == experiment.cells
        assert {len(of) for of in rows.values()} == {experiment.replicas}


def test_verdicts_follow_from_the_tables(tmp_path):
    found = judge(dict(sorted(STUDY.claims.items())), TABLES, {}, STUDY.look)
    assert_published(found, "claims.csv", tmp_path)


def test_the_answer_follows_from_the_tables(tmp_path):
    rates = {
        name: read_table(FOLDER / f"{name}-rates.csv")
        for name, experiment in STUDY.experiments.items()
        if experiment.tuned
    }
    experiments = list(STUDY.experiments.values())
    found = ranking(STUDY.answer, experiments, TABLES, rates, STUDY.look)
    assert_published(found, "answer.csv", tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_summaries_follow_from_the_tables(name, tmp_path):
    found = summary_table(STUDY.experiments[name], TABLES[name])
    assert_published(found, f"{name}-summary.csv", tmp_path)


# What has to come out, or the study is wrong.


def cells(name: str, metric: str, **axes) -> pd.Series:
    """Means of a metric by initializer, where axes have some values."""
    table = TABLES[name]
    for axis, value in axes.items():
        table = table[table[axis] == value]
    return table.astype({metric: float}).groupby("initializer")[metric].mean()


@pytest.mark.parametrize("name", ["cifar10", "street_numbers", "imagenet20"])
def test_zero_weights_answer_the_most_frequent_class(name):
    zero = TABLES[name].query("initializer == 'zero'")
    assert (zero["final_accuracy"] <= zero["chance_accuracy"] + 1e-6).all()


def test_small_random_weights_learn_nothing_in_an_epoch_of_sgd_at_the_common_rate():
    first = cells("cifar10", "first_epoch_accuracy", optimizer="sgd", learning_rate="common")
    assert first["normal"] == pytest.approx(0.1, abs=0.01)
    assert first["he_normal"] > 0.4


def test_3c3d_learns_as_published():
    """DeepOBS: 54 % after one epoch, 76 % after ten, means of ten seeds; here from JPEG files."""
    [first] = cells("deepobs_3c3d", "first_epoch_accuracy")
    [final] = cells("deepobs_3c3d", "final_accuracy")
    assert first == pytest.approx(0.54, abs=0.05)
    assert final == pytest.approx(0.76, abs=0.03)


def test_batchnorm_narrows_the_differences():
    spread = {
        norm: cells("deep", "final_accuracy", norm=norm, learning_rate="common").std()
        for norm in ("none", "batch")
    }
    assert spread["batch"] < spread["none"]


def test_he_fails_in_a_deep_residual_network_where_fixup_does_not():
    failed = cells("resnet56", "failed")
    assert (failed["he_normal"], failed["fixup"]) == (1, 0)
    assert cells("resnet56", "final_accuracy")["fixup"] > 0.15


# What the pages say of it.

COLUMNS = {
    "CIFAR-10, Adam": ("cifar10", "optimizer=adam"),
    "CIFAR-10, SGD": ("cifar10", "optimizer=sgd"),
    "street numbers, Adam": ("street_numbers", "optimizer=adam"),
    "street numbers, SGD": ("street_numbers", "optimizer=sgd"),
    "20 classes of ImageNet, SGD": ("imagenet20", ""),
    "12 convolutions, SGD": ("deep", "norm=none"),
    "the same with BatchNorm": ("deep", "norm=batch"),
}


def table_lines() -> list[str]:
    """Final accuracies in percent at tuned rates; bold: not shown to be worse than the best one."""
    answer = pd.read_csv(FOLDER / "answer.csv").query("declared")
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (1 + len(COLUMNS)) + "|"]
    for name, initializer in STUDY.initializers.items():
        entries = []
        for experiment, condition in COLUMNS.values():
            rows = answer[
                (answer["experiment"] == experiment)
                & (answer["initializer"] == name)
                & answer["condition"].str.contains(condition, regex=False)
            ]
            for row in rows.itertuples():
                text = f"{100 * row.final_accuracy:.1f}"
                entries.append(f"**{text}**" if row.standing != "worse" else text)
            entries += [""] * (not len(rows))
        if any(entries):
            lines.append(f"| {initializer.label} | {' | '.join(entries)} |")
    return lines


def claim_lines() -> list[str]:
    """A line a claim."""
    return [
        f"| {claim['statement']} | {measured_text(claim)} | {deciding_text(claim)} "
        f"| {claim['verdict']} |"
        for claim in read_claims(FOLDER / "claims.csv").to_dict("records")
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/reference/README.md"])
def test_pages_have_the_table_that_was_published(page):
    lines = table_lines()
    assert "\n".join(lines) in (ROOT / page).read_text(encoding="utf-8"), "\n".join(lines)


def test_the_page_has_every_claim():
    lines = "\n".join(claim_lines())
    assert lines in (FOLDER / "README.md").read_text(encoding="utf-8"), lines
