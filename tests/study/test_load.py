"""From what people write to a study, and who has the last word."""

from pathlib import Path

import pytest
import yaml

from initstudy.core.errors import InputError
from initstudy.study.axes import AXES, TUNED
from initstudy.study.layers import Sources
from initstudy.study.load import Study, load_study
from initstudy.study.tuning import trained
from initstudy.study.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config.yaml"
KINDS = [path.stem for path in (ROOT / "scripts/initstudy/figures/kinds").glob("[a-z]*.py")]

GOOD = """
title: A test
experiments:
  first:
    dataset: [digits]
    optimizer: [sgd, adam]
    initializer: [he_normal, consistency]
    calibration_size: [64, 32]
"""


def load(folder: Path, text: str = GOOD, files: list | None = None, **overrides) -> Study:
    (folder / "mine.yaml").write_text(text)
    whole = any("experiments" in content for _, content in files or [])
    overrides = ({} if whole else {"study": "mine"}) | overrides
    sources = Sources(CONFIG, (folder,), files or [], overrides)
    return load_study(sources, KINDS)


def shipped(name: str) -> Study:
    return load_study(Sources(CONFIG, (ROOT / "studies",), [], {"study": name}), KINDS)


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
    first, second = (load(tmp_path, text).experiments["first"] for text in (GOOD, turned))
    assert first == second
    assert list(first.axes) == sorted(AXES)


def test_values_are_plain_python_and_options_follow_the_names(tmp_path):
    study = load(tmp_path, GOOD.replace("[64, 32]", "[64, 32]\n    learning_rate: [1]"))
    for one in study.experiments["first"].cells:
        assert {type(value) for value in one.values().values()} <= {str, int, float}
        assert type(one.learning_rate) is float
    first = study.experiments["first"]
    task = study.task(first.cells[0], study.blocks(first)[0])
    assert task.replicas == 10
    assert task.options["match"] == "channel"
    assert study.methods["consistency"] == "consistency.consistency"


def test_zero_and_zero_point_zero_are_one_value(tmp_path):
    whole, fraction = (
        load(tmp_path, GOOD + f"    momentum: [{zero}, 0.9]\n") for zero in ("0", "0.0")
    )
    assert whole.experiments == fraction.experiments
    assert "momentum=0.0" in whole.experiments["first"].cells[0].folder


def test_the_command_line_wins_over_the_study(tmp_path):
    # As Snakemake hands on `--config replicas=2 'defaults={"epochs": 1}'`.
    study = load(tmp_path, GOOD + "replicas: 3\n", replicas=2, defaults={"epochs": "1"})
    assert study.experiments["first"].replicas == 2
    assert study.defaults["epochs"] == 1
    assert study.defaults["batch_size"] == 32


def test_text_of_the_command_line_stays_text(tmp_path):
    labels = {"zero": {"label": "Zero #2"}, "he_normal": {"label": "*He"}}
    study = load(tmp_path, title="*x", initializers=labels)
    assert study.title == "*x"
    assert study.initializers["zero"].label == "Zero #2"
    assert study.initializers["he_normal"].label == "*He"


@pytest.mark.parametrize("title", ["Study #2", "2026", "No", "*x", "a: b", "{x}", "null", "1e-3"])
def test_text_that_came_from_a_file_is_not_parsed_again(tmp_path, title):
    text = GOOD.replace("A test", yaml.safe_dump(title).removesuffix("\n...\n").strip())
    assert load(tmp_path, text).title == title
    whole = tmp_path / "whole.yaml"
    whole.write_text(text)
    study = load(tmp_path, files=[(str(whole), read_yaml(whole))])
    assert (study.name, study.title) == ("whole", title)


def test_a_file_with_experiments_is_a_whole_study(tmp_path):
    content = {"title": "Whole", "experiments": {"only": {"initializer": ["zero"]}}}
    study = load(tmp_path, files=[("some/where/whole.yaml", content)])
    assert study.name == "whole"
    assert list(study.experiments) == ["only"]
    named = load(tmp_path, files=[("x.yaml", content | {"study": "named"})])
    assert named.name == "named"
    with pytest.raises(InputError, match=r"^a\.yaml and b\.yaml hold .* one of them at a time$"):
        load(tmp_path, files=[("a.yaml", content), ("b.yaml", content)])
    with pytest.raises(InputError, match=r"^my study\.yaml: study: 'my study' must be a name"):
        load(tmp_path, files=[("my study.yaml", content)])


def test_a_file_without_experiments_changes_the_study_that_is_run(tmp_path):
    study = load(tmp_path, GOOD + "replicas: 3\n", files=[("laptop.yaml", {"replicas": 4})])
    assert (study.name, study.experiments["first"].replicas) == ("mine", 4)
    assert list(study.experiments) == ["first"]
    with pytest.raises(InputError, match=r"^laptop\.yaml: replicas: 0 must be"):
        load(tmp_path, files=[("laptop.yaml", {"replicas": 0})])


def test_a_study_that_extends_another_one_says_only_what_differs(tmp_path):
    (tmp_path / "base.yaml").write_text(
        GOOD
        + """
  second: {seed: [0, 1]}
claims:
  wins: &claim
    statement: Base.
    experiment: first
    test: correlation
    over: [optimizer, calibration_size]
    metric: final_accuracy
    margin: 0.1
  loses: *claim
"""
    )
    changed = load(
        tmp_path,
        """
extends: base
title: A change
experiments:
  first: {optimizer: [sgd]}
  second: null
claims:
  wins: {margin: 0.2, over: [], where: {calibration_size: 32}}
  loses: null
""",
    )
    assert changed.name == "mine"
    assert changed.title == "A change"
    assert list(changed.experiments) == ["first"]
    assert changed.experiments["first"].axes["optimizer"] == ["sgd"]
    assert changed.experiments["first"].axes["calibration_size"] == [32, 64]
    assert {name: claim.margin for name, claim in changed.claims.items()} == {"wins": 0.2}
    assert changed.claims["wins"].over == []


def test_an_initializer_may_be_like_another_one(tmp_path):
    text = (
        GOOD
        + """
initializers:
  half: {like: consistency_joint, label: Half, options: {strength: 0.5}}
  normal: {options: {std: 0.2}}
  other: {like: normal, label: Other}
"""
    )
    study = load(tmp_path, text)
    half = study.initializers["half"]
    assert half.options == {"match": "joint", "strength": 0.5, "base": "orthogonal"}
    assert half.label == "Half"
    assert (half.family, half.matches_target) == ("consistency", True)
    other = study.initializers["other"]
    assert (other.family, other.matches_target) == ("normal", False)
    assert study.initializers["he_uniform"].family == study.initializers["he_normal"].family
    assert study.methods["half"] == "consistency.consistency"
    assert "half" in study.calibrated
    assert study.initializers["other"].options == {"std": 0.2}


@pytest.mark.parametrize("file", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_studies_are_valid(file):
    study = shipped(file.stem)
    assert study.name == file.stem
    assert all(experiment.cells for experiment in study.experiments.values())


def test_the_first_folder_that_has_a_study_counts(tmp_path):
    (tmp_path / "embedded.yaml").write_text(GOOD)
    sources = Sources(CONFIG, (tmp_path, ROOT / "studies"))
    assert load_study(sources, KINDS).title == "A test"


def test_a_missing_study_lists_those_that_exist():
    sources = Sources(CONFIG, (ROOT / "studies",), [], {"study": "nowhere"})
    with pytest.raises(InputError, match=r"nowhere\.yaml.*article,.* embedded"):
        load_study(sources, KINDS)


def test_config_yaml_is_read_as_strictly_as_studies(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.read_text() + "replicas: 3\n")
    with pytest.raises(InputError, match=r"config\.yaml .* the key 'replicas' stands twice"):
        load_study(Sources(config, (ROOT / "studies",)), KINDS)


def test_config_yaml_says_of_every_axis_what_its_record_says():
    """Its block of defaults is the one place where people read what axes there are."""
    said = CONFIG.read_text().partition("\ndefaults:\n")[2].partition("\n\n")[0].splitlines()
    lines = []
    for axis in AXES.values():
        pairs = axis.default.items() if isinstance(axis.default, dict) else None
        value = f"{{{', '.join(f'{k}: {v}' for k, v in pairs)}}}" if pairs else axis.default
        lines.append(f"  {axis.name}: {value}  # {axis.meaning}")
    assert said == lines


def test_a_probe_has_its_own_draws_and_batch_and_calibrates_on_any_training_image():
    def options(initializer, **defaults):
        changes = {"study": "embedded", "defaults": defaults, "replicas": 3}
        study = load_study(Sources(CONFIG, (ROOT / "studies",), [], changes), KINDS)
        point = {"dataset": "photos", "network": "plain", "depth": 9, "norm": "none"}
        point["activation"] = "relu"
        found = study.probe_task(point | {"initializer": initializer}).as_dict()
        return {key: found[key] for key in found if key not in ("epochs", "seed")}

    assert options("lsuv") == options("lsuv", epochs=7, train_size=1200, seed=5, batch_size=8)
    assert options("lsuv")["replicas"] == 10
    assert options("lsuv")["depth"] == 9
    assert options("lsuv")["train_size"] == "all"
    assert options("lsuv", calibration_size=99)["calibration_size"] == 99
    assert options("zero", calibration_size=99) == options("zero")


def test_rates_are_asked_for_where_they_are_searched(tmp_path):
    """By default in all experiments but those that vary the rate, whatever these run."""
    text = f"""{GOOD}
  varied: {{optimizer: [adamw], learning_rate: [0.1, 0.2]}}
tune:
  learning_rate: {{sgd: [0.1, 1.0], adam: [0.01, 0.1]}}
  replicas: 1
  by: final validation accuracy
"""
    assert load(tmp_path, text).tuning.experiments == ["first"]


def tasks(study: Study) -> list[dict]:
    """What is trained before any search."""
    rates = study.defaults["learning_rate"]
    return [
        study.task(trained(one, rates, {}), block).as_dict()
        for experiment in study.experiments.values()
        for one in experiment.cells
        if one.rate != TUNED
        for block in study.blocks(experiment)
    ]


def test_the_default_study_has_all_cells_of_the_quick_one():
    of_default = tasks(shipped("embedded"))
    of_quick = tasks(shipped("quick"))
    assert of_quick
    assert all(task in of_default for task in of_quick)
