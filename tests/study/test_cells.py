"""From experiments to cells, facets and folders."""

import json

import pytest

from initstudy.study.axes import AXES, CALIBRATION
from initstudy.study.cells import (
    Block,
    Experiment,
    Initializer,
    ShownExperiment,
    Task,
    blocks,
    cell,
)

DEFAULTS = {name: axis.default for name, axis in AXES.items()}


def experiment(**varied: list) -> Experiment:
    axes = {axis: varied.get(axis, [DEFAULTS[axis]]) for axis in sorted(AXES)}
    return Experiment("first", axes, ["consistency"], {}, 5)


VARIED = experiment(
    dataset=["digits"],
    optimizer=["adam", "sgd"],
    initializer=["he_normal", "consistency"],
    calibration_size=[32, 64],
)


def test_cells_are_the_product_over_the_defaults():
    # Consistency has two calibration sizes, He has none, each under two optimizers.
    assert len(VARIED.cells) == 2 * (2 + 1)
    he = [one for one in VARIED.cells if one.initializer == "he_normal"]
    assert {(one.calibration_size, one.calibration_source) for one in he} == {(0, "none")}
    assert not any(one.calibrated for one in he)
    rates = {one.optimizer: one.learning_rate for one in VARIED.cells}
    assert rates == {"adam": 0.001, "sgd": 0.01}
    assert all(one.dataset == "digits" and list(one.values()) == list(AXES) for one in VARIED.cells)


def test_folders_can_be_read_back():
    for one in VARIED.cells:
        parts = dict(part.split("=") for part in one.folder.split("/"))
        assert cell({name: axis.read(parts[name]) for name, axis in AXES.items()}) == one


@pytest.mark.parametrize(
    ("axis", "spellings"),
    [
        ("momentum", [0, 0.0, -0.0 + 0]),
        ("learning_rate", [1, 1.0]),
        ("learning_rate", [0.001, 1e-3]),
    ],
)
def test_numbers_have_one_spelling(axis, spellings):
    folders = {cell(DEFAULTS | {"learning_rate": 0.1, axis: value}).folder for value in spellings}
    assert len(folders) == 1


def test_words_and_numbers_are_read_from_folders():
    assert AXES["train_size"].read("all") == "all"
    assert AXES["train_size"].read("512") == 512
    assert AXES["momentum"].read("0.9") == 0.9
    for axis, text in (("depth", "3.5"), ("momentum", "0.9x"), ("epochs", "")):
        with pytest.raises(ValueError, match=r"invalid literal|could not convert"):
            AXES[axis].read(text)


def test_calibrating_on_the_data_set_itself_is_the_same_cell():
    found = experiment(
        dataset=["digits"],
        initializer=["he_normal", "consistency"],
        calibration_source=["train", "digits", "noise"],
    )
    assert [one.calibration_source for one in found.cells] == ["none", "train", "noise"]


def test_facets_are_the_varied_axes_but_the_initializer():
    assert {"optimizer": "adam", "calibration_size": 64} in VARIED.facets()
    assert len(VARIED.facets()) == 4
    assert VARIED.facets("calibration_size") == [{"optimizer": "adam"}, {"optimizer": "sgd"}]
    assert experiment().facets() == [{}]


def test_a_cell_without_calibration_lies_in_every_facet_of_calibration():
    for facet in VARIED.facets():
        inside = [one for one in VARIED.cells if one.lies_in(facet)]
        assert sorted(one.initializer for one in inside) == ["consistency", "he_normal"]
        assert {one.optimizer for one in inside} == {facet["optimizer"]}
    assert set(CALIBRATION) == {"calibration_size", "calibration_source"}


def test_a_network_is_not_multiplied_by_an_axis_that_it_does_not_take():
    axes = {axis: [value] for axis, value in DEFAULTS.items()}
    axes |= {"network": ["lenet5", "deep"], "depth": [3, 6], "norm": ["none", "batch"]}
    found = Experiment("first", dict(sorted(axes.items())), [], {"deep": ["depth"]}, 5)
    assert len(found.cells) == 2 * 2 + 2
    deep = [one for one in found.cells if one.network == "deep"]
    assert {one.depth for one in deep} == {0}
    facets = [facet for facet in found.facets() if facet["network"] == "deep"]
    assert facets == [{"network": "deep", "norm": norm} for norm in ("none", "batch")]
    for facet in found.facets():
        assert len([one for one in found.cells if one.lies_in(facet)]) == 1
    # Where networks are side by side in a figure, one without depth stands beside every depth.
    beside = found.facets("network")
    assert {"depth": 6, "norm": "none"} in beside
    inside = [one.network for one in found.cells if one.lies_in({"depth": 6, "norm": "none"})]
    assert sorted(inside) == ["deep", "lenet5"]


def test_an_experiment_is_the_same_after_json():
    shown = ShownExperiment(
        *(VARIED.name, VARIED.axes, VARIED.calibrated, VARIED.unused, 3),
        study="A study",
        learning_rates={"adam": 0.1},
        initializers={"he_normal": Initializer("He", 5), "consistency": Initializer("C", 2)},
    )
    assert VARIED.cells  # computed once, and no part of what is written
    for one in (VARIED, shown):
        text = json.dumps(one.as_dict(), sort_keys=True)
        again = type(one).from_dict(json.loads(text))
        assert again == one
        assert again.cells == one.cells
    assert list(again.initializers) == ["he_normal", "consistency"]


def test_replicas_come_in_blocks_that_more_of_them_leave_as_they_are():
    assert [block.folder for block in blocks(25, 10)] == [
        "replicas=0-9",
        "replicas=10-19",
        "replicas=20-24",
    ]
    assert [block.count for block in blocks(25, 10)] == [10, 10, 5]
    assert blocks(10, 10) == blocks(30, 10)[:1]
    assert all(Block.read(str(block)) == block for block in blocks(25, 10))


@pytest.mark.parametrize("text", ["9-0", "00-9", "0-9-19", "5", "all"])
def test_what_is_no_block_is_refused(text):
    with pytest.raises(ValueError, match=f"'{text}' is no block of replicas such as 0-9"):
        Block.read(text)


def test_a_task_is_the_axes_and_what_stands_beside_them():
    one = VARIED.cells[0]
    values = Task(one, 10, 0.1, {"mode": "fan_in"}, {"width": 8}).as_dict()
    assert values == one.values() | {
        "replicas": 10,
        "output_std": 0.1,
        "options": {"mode": "fan_in"},
        "network_options": {"width": 8},
        "schedule_options": {},
        "warmup": 0.0,
        "first_replica": 0,
    }
