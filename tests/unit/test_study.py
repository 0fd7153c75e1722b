"""From configuration to cells, and what is said of a configuration that is wrong."""

from pathlib import Path

import pytest

from initstudy.axes import AXES
from initstudy.commands import InputError
from initstudy.study import (
    calibrated_initializers,
    cell_folder,
    cell_options,
    expand,
    experiment_axes,
    facets,
    load_study,
    read_yaml,
)

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "rules/study.schema.yaml"

GOOD = """
title: A test
experiments:
  first:
    dataset: [digits]
    optimizer: [sgd, adam]
    initializer: [he_normal, consistency]
    calibration_size: [64, 32]
"""


def load(tmp_path: Path, text: str = GOOD, **overrides) -> dict:
    (tmp_path / "mine.yaml").write_text(text)
    config = read_yaml(ROOT / "config.yaml") | {"study": "mine"}
    return load_study(config, overrides, tmp_path, SCHEMA)


def cells(study: dict, experiment: str = "first") -> list[dict]:
    return expand(experiment_axes(study, experiment), calibrated_initializers(study))


def test_cells_are_the_product_over_the_defaults(tmp_path):
    found = cells(load(tmp_path))
    # Consistency has two calibration sizes, He has none, each under two optimizers.
    assert len(found) == 2 * (2 + 1)
    he = [cell for cell in found if cell["initializer"] == "he_normal"]
    assert {cell["calibration_size"] for cell in he} == {0}
    assert {cell["calibration_source"] for cell in he} == {"none"}
    rates = {cell["optimizer"]: cell["learning_rate"] for cell in found}
    assert rates == {"adam": 0.001, "sgd": 0.01}
    assert all(cell["dataset"] == "digits" and list(cell) == list(AXES) for cell in found)


def test_folders_can_be_read_back(tmp_path):
    for cell in cells(load(tmp_path)):
        parts = dict(part.split("=") for part in cell_folder(cell).split("/"))
        assert {axis: read(parts[axis]) for axis, read in AXES.items()} == cell


def test_the_order_of_keys_and_lists_does_not_matter(tmp_path):
    turned = """
experiments:
  first:
    calibration_size: [32, 64]
    initializer: [consistency, he_normal]
    optimizer: [adam, sgd]
    dataset: [digits]
title: A test
"""
    assert cells(load(tmp_path)) == cells(load(tmp_path, turned))


def test_calibrating_on_the_data_set_itself_is_the_same_cell(tmp_path):
    text = GOOD + "    calibration_source: [train, digits, noise]\n"
    sources = {cell["calibration_source"] for cell in cells(load(tmp_path, text))}
    assert sources == {"train", "noise", "none"}


def test_values_are_plain_python_and_options_follow_the_names(tmp_path):
    study = load(tmp_path, GOOD.replace("[64, 32]", "[64, 32]\n    learning_rate: [1]"))
    for cell in cells(study):
        assert {type(value) for value in cell.values()} <= {str, int, float}
        assert type(cell["learning_rate"]) is float
    options = cell_options(study, cells(study)[0])
    assert options["replicas"] == 10
    assert options["method"].endswith("consistency.py:consistency")
    assert options["options"]["match"] == "channel"


def test_facets_are_the_varied_axes_but_the_initializer(tmp_path):
    found = facets(experiment_axes(load(tmp_path), "first"))
    assert {"optimizer": "adam", "calibration_size": 64} in found
    assert len(found) == 4


def test_the_command_line_wins_over_the_study(tmp_path):
    # As Snakemake hands on `--config replicas=2 'defaults={"epochs": 1}'`.
    study = load(tmp_path, GOOD + "replicas: 3\n", replicas=2, defaults={"epochs": "1"})
    assert study["replicas"] == 2
    assert study["defaults"]["epochs"] == 1
    assert study["defaults"]["batch_size"] == 32


@pytest.mark.parametrize("file", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_studies_are_valid(file):
    config = read_yaml(ROOT / "config.yaml") | {"study": file.stem}
    study = load_study(config, {}, ROOT / "studies", SCHEMA)
    assert all(cells(study, name) for name in study["experiments"])
    for entry in [*study["initializers"].values(), *study["networks"].values()]:
        assert (ROOT / entry["method"].partition(":")[0]).is_file()


def test_a_missing_study_lists_those_that_exist(tmp_path):
    config = read_yaml(ROOT / "config.yaml") | {"study": "nowhere"}
    with pytest.raises(InputError, match=r"nowhere\.yaml.*article,.* embedded"):
        load_study(config, {}, ROOT / "studies", SCHEMA)
