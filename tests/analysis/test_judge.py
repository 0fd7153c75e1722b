"""From tables and claims to claims.csv, and what is said of a claim that is wrong."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.planted_claims import (
    ADVANTAGE,
    CORRELATION,
    EQUIVALENCE,
    initializers,
    pair,
    unrelated,
    verdict,
)
from initstudy.analysis.claims import judge, read_tables
from initstudy.core.errors import InputError
from initstudy.study.cells import Initializer
from initstudy.study.checks.claims import check_claims
from initstudy.study.claims import Claim

pytestmark = pytest.mark.filterwarnings("error")

ROOT = Path(__file__).parents[2]


def judged(declared: dict[str, dict], table: Path) -> pd.DataFrame:
    """What scripts/judge.py writes."""
    check_claims(declared)
    claims = {name: Claim.from_dict(claim) for name, claim in declared.items()}
    tables = read_tables([table])
    return judge(claims, tables, unrelated(tables["main"]))


def run_judge(table: Path, output: Path, declared: dict[str, dict]) -> subprocess.CompletedProcess:
    command = [sys.executable, "scripts/judge.py", "--claims", json.dumps(declared)]
    named = {
        f"i{number}": vars(Initializer("I", number, family=f"i{number}")) for number in range(8)
    }
    others = {name: vars(Initializer("I", 8, family=name)) for name in ("normal", "consistency")}
    command += ["--initializers", json.dumps(named | others)]
    command += ["--tables", table, "--output", output]
    command += ["--caption", output.with_suffix(".rst")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_order_of_rows_does_not_change_a_byte(tmp_path):
    random = np.random.default_rng(13)
    table = pd.concat(
        [
            *(initializers(0.03, 1, train_size=size) for size in (1000, "all")),
            *(pair(random.normal(0.01, 0.02, 6), train_size=size) for size in (1000, "all")),
        ],
        ignore_index=True,
    )
    among = replace(CORRELATION, where={"train_size": 1000}, metric="epochs_to_target")
    over = {"over": ["train_size"]}
    claims = {
        "a": replace(ADVANTAGE, **over),
        "b": replace(EQUIVALENCE, **over),
        "c": replace(CORRELATION, **over),
        "d": among,
    }
    every = {name: claim.as_dict() for name, claim in claims.items()}
    # Numbers whose sum, and so the initializer's rank, depends on the order in which they come.
    delicate = table["initializer"].isin(["i2", "i3", "i5"])
    table.loc[delicate, "area_under_curve"] = np.tile([1e17, 1.0, -1e17, 0.5, 0.3, 0.1], 6)
    table.to_csv(tmp_path / "main.csv", index=False)
    assert run_judge(tmp_path / "main.csv", tmp_path / "claims.csv", every).stderr == ""
    first = (tmp_path / "claims.csv").read_bytes()
    for seed in range(3):
        shuffled = table.sample(frac=1, random_state=seed)
        shuffled.to_csv(tmp_path / "main.csv", index=False)
        judged(every, tmp_path / "main.csv").to_csv(tmp_path / "claims.csv", index=False)
        assert (tmp_path / "claims.csv").read_bytes() == first
    assert re.search(rb",[0-9]+,inconclusive,", first)
    found = pd.read_csv(tmp_path / "claims.csv")
    assert list(found) == [
        *("claim", "statement", "test", "experiment", "metric", "condition", "effect"),
        *("ci_low", "ci_high"),
        *("simultaneous_low", "simultaneous_high"),
        *("margin", "n", "replicas_needed", "verdict", "parts"),
        *("rate", "common_effect", "common_verdict", "at_edge", "look"),
    ]
    assert found["claim"].tolist() == list("abcd")
    assert found["n"].tolist() == [6, 6, 10, 10]


def test_a_study_without_claims_has_an_empty_table():
    assert len(judge({}, {}, {})) == 0
    assert "verdict" in judge({}, {}, {})


BAD_CLAIMS = {
    "test: 'better' is not one of greater, not_greater, equivalent, correlation": {
        "test": "better"
    },
    "the test greater lacks the key margin": {"margin": None},
    "the test correlation does not take the key compare": {"test": "correlation"},
    "metric: 'epochs_to_target' is not one of first_epoch_accuracy": {"metric": "epochs_to_target"},
    "margin: 0 is not a number between 0 and 1": {"margin": 0},
    "margin: '1e-3' is not a number": {"margin": "1e-3"},
    "compare: must map axes to values": {"compare": {}},
    "where: must map axes to values": {"where": ["optimizer"]},
    "with: 'optimiser' is not an axis; choose from dataset": {"with": {"optimiser": "sgd"}},
    "over: must list axes": {"over": "optimizer"},
    "over: 'optimiser' is not an axis to average over": {"over": ["optimiser"]},
    "over: 'initializer' is not an axis to average over": {"over": ["initializer"]},
    "over: optimizer has its value in where": {
        "over": ["optimizer"],
        "where": {"optimizer": "sgd"},
    },
    "its rows differ in more than its keys name": {"where": {"optimizer": "sgd"}},
    "experiment: there is no table of cifar100 among those of main": {"experiment": "cifar100"},
    "compare.initializer: no row of the experiment main": {"compare": {"initializer": "he"}},
    "where.calibration_size: no row of the experiment main": {"where": {"calibration_size": 64}},
    "where.optimizer: no row": {"where": {"optimizer": ["sgd", "adam"]}},
    "compare and with select the same rows": {"with": {"initializer": "consistency"}},
    "with: must also say which batch_size, as the other side does": {
        "compare": {"initializer": "consistency", "batch_size": 32}
    },
    "8 rows have no partner that differs from them in optimizer alone": {
        "compare": {"optimizer": "adam"},
        "with": {"optimizer": "sgd"},
        "where": {"initializer": "normal", "batch_size": 32},
    },
}


@pytest.mark.parametrize("message", BAD_CLAIMS)
def test_a_bad_claim_is_named_in_one_sentence(message, tmp_path):
    table = pd.concat(
        [
            pair(np.zeros(4), batch_size=32),
            pair(np.zeros(4), batch_size=64),
            pair(np.zeros(4), batch_size=32, optimizer="adam", learning_rate=0.001),
        ]
    )
    table.to_csv(tmp_path / "main.csv", index=False)
    changed = ADVANTAGE.as_dict() | BAD_CLAIMS[message]
    claims = {"mine": {key: value for key, value in changed.items() if value is not None}}
    with pytest.raises(InputError) as raised:
        judged(claims, tmp_path / "main.csv")
    assert str(raised.value).startswith("claims.mine")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_missing_and_repeated_rows_are_not_passed_over():
    table = pair(np.zeros(4)).reset_index(drop=True)
    with pytest.raises(InputError, match=r"claims\.it: 1 rows have no partner"):
        verdict(ADVANTAGE, table.drop(index=2))
    with pytest.raises(InputError, match=r"claims\.it: 1 rows have no partner"):
        verdict(ADVANTAGE, table.drop(index=6))
    with pytest.raises(InputError, match="main holds a row twice"):
        verdict(ADVANTAGE, pd.concat([table, table[:1]]))
    lacking = pd.concat(
        [initializers(0.1, 1, optimizer="sgd"), initializers(0.1, 1, 7, optimizer="adam")]
    )
    with pytest.raises(InputError, match=r"claims\.it: the initializer i7 was not run with all"):
        verdict(CORRELATION, lacking)


def test_a_number_is_found_however_it_is_spelled(tmp_path):
    table = pair(np.full(4, 0.02), momentum=0.0, learning_rate=1.0)
    table.to_csv(tmp_path / "main.csv", index=False)
    claim = replace(ADVANTAGE, where={"momentum": 0, "learning_rate": 1})
    assert judged({"mine": claim.as_dict()}, tmp_path / "main.csv")["n"].tolist() == [4]


def test_the_command_line_tells_what_is_wrong(tmp_path):
    table = tmp_path / "main.csv"
    result = run_judge(table, tmp_path / "claims.csv", {"mine": ADVANTAGE.as_dict()})
    assert result.returncode == 1
    assert result.stderr == f"Error: there is no table {table}; have it made, or name another\n"
    assert not (tmp_path / "claims.csv").exists()
