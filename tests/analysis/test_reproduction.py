"""A study beside another run of it."""

import pandas as pd
import pytest
from scipy import stats

from helpers.synthetic_runs import catalogue, experiment, write_runs
from initstudy.analysis.reproduction import compared_cells, compared_verdicts
from initstudy.analysis.tables import read_table
from initstudy.core.errors import InputError
from initstudy.reporting.reproduction import cell_lines, verdict_lines

CLAIM = {"statement": "It is better.", "test": "greater", "effect": 0.02, "verdict": "supported"}


@pytest.fixture
def table(tmp_path):
    """An experiment of three initializers, five replicas each."""
    write_runs(experiment(catalogue(3)), tmp_path)
    return read_table(tmp_path / "synthetic.csv")


def claims(**verdicts: str) -> pd.DataFrame:
    return pd.DataFrame([{"claim": name, **CLAIM, "verdict": of} for name, of in verdicts.items()])


def test_replicas_are_paired(table):
    here = table.assign(final_accuracy=table["final_accuracy"] + 0.001 * (1 + table["replica"]))
    # The rows of another run may come in any order.
    here = here.sample(frac=1, random_state=0)
    cells = compared_cells({"first": table}, {"first": here})
    expected = stats.ttest_1samp([0.001, 0.002, 0.003, 0.004, 0.005], 0).confidence_interval()
    assert len(cells) == 3
    assert cells["difference"].tolist() == pytest.approx([0.003] * 3)
    assert cells["low"].tolist() == pytest.approx([expected.low] * 3)
    assert cells["high"].tolist() == pytest.approx([expected.high] * 3)
    assert "apart by 0.30 percentage points in the median" in cell_lines(cells)[0]
    assert cell_lines(cells)[1].startswith("In 3 of them")


def test_equal_runs_are_equal_to_the_bit(table):
    lines = cell_lines(compared_cells({"first": table}, {"first": table}))
    assert "equal to the bit in 3; apart by 0.00" in lines[0]
    assert lines[1].startswith("In 0 of them")


def test_one_data_set_may_have_another_name(table):
    here = table.assign(dataset="official")
    assert len(compared_cells({"first": table}, {"first": here})) == 3
    two = pd.concat([table, here])
    assert len(compared_cells({"first": two}, {"first": here})) == 3


def test_runs_without_a_common_cell_are_refused(table):
    with pytest.raises(InputError, match="no cell in common"):
        compared_cells({"first": table}, {"second": table})
    with pytest.raises(InputError, match="no cell in common"):
        compared_cells({"first": table}, {"first": table.assign(epochs=99)})


def test_verdicts_are_counted_and_changes_named():
    published, here = claims(a="supported", b="refuted"), claims(b="inconclusive", a="supported")
    lines = verdict_lines(compared_verdicts(published, here))
    assert lines == [
        "Verdicts: 1 of 2 as published.",
        "  supported: +2.0 pp -> +2.0 pp  It is better.",
        "  refuted -> inconclusive: +2.0 pp -> +2.0 pp  It is better.",
    ]


def test_other_claims_are_named():
    with pytest.raises(InputError, match=r"^b: judged in one of the two"):
        compared_verdicts(claims(a="supported"), claims(a="supported", b="refuted"))
