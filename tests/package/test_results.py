"""Results of studies, read by other programs."""

import pytest

from helpers.synthetic_runs import catalogue, experiment, write_runs
from initstudy import results
from initstudy.analysis.tables import read_table
from initstudy.core.errors import InputError


def test_all_cells_come_in_one_table(tmp_path):
    described = experiment(catalogue(3), optimizer=["adam", "sgd"])
    write_runs(described, tmp_path / "plain")
    for path in sorted((tmp_path / "plain").glob("**/run.h5")):
        block = tmp_path / "results/cells" / path.parent.relative_to(tmp_path / "plain")
        (block / "replicas=0-4").mkdir(parents=True)
        path.rename(block / "replicas=0-4/run.h5")
    table = results.read(tmp_path / "results")
    expected = read_table(tmp_path / "plain/synthetic.csv")
    keys = ["initializer", "optimizer", "replica"]
    both = table.merge(expected, on=keys, suffixes=("", "_expected"))
    assert len(both) == len(table) == len(expected) == 30
    for name in ("final_accuracy", "area_under_curve", "initial_discrepancy", "learning_rate"):
        assert both[name].to_numpy() == pytest.approx(both[f"{name}_expected"].to_numpy())
    assert not {*results.OF_STUDIES} & {*table.columns}
    one = results.run(table["path"][0])
    assert one.history["test_accuracy"][-1] == pytest.approx(table["final_accuracy"][:5])


def test_a_folder_without_runs_is_said(tmp_path):
    with pytest.raises(InputError, match=r"there is no run\.h5 under"):
        results.read(tmp_path)
