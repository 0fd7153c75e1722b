"""What is said of a study that is wrong: one sentence with file, key and what is allowed."""

import re
from pathlib import Path

import numpy as np
import pytest

from helpers.bad_cells import CONTRADICTIONS
from helpers.bad_functions import FUNCTIONS
from helpers.bad_names import CLAIM, CLAIMS, NAMES, PROBE, PROBES
from helpers.bad_values import FILES, GOOD, KEYS, VALUES
from helpers.small_data import BLANK
from initstudy.core.errors import InputError
from initstudy.core.plugins import load_function
from initstudy.data.digits import digits
from initstudy.data.photos import photos
from initstudy.data.splits import split_training_part
from initstudy.networks.layers import weighted_layers
from initstudy.study.checks.cells import DEPTHS
from initstudy.study.checks.keys import schema
from initstudy.study.layers import Sources
from initstudy.study.load import Study, load_study
from initstudy.study.sources import IMAGES

ROOT = Path(__file__).parents[2]
KINDS = ["curves", "sweep", "best_rate"]

OWN = """\
class Network:
    def __init__(self, classes, blocks): ...


def network(classes, blocks): ...
def bare(network): ...
def scaled(network, context, scale, *, mean=0): ...
def constant(): ...
"""

WRONG = FILES | KEYS | VALUES | NAMES | FUNCTIONS | CONTRADICTIONS | PROBES | CLAIMS


def load(folder: Path, text: str | bytes, **overrides) -> Study:
    content = text if isinstance(text, bytes) else text.replace("PATH", str(folder)).encode()
    (folder / "mine.yaml").write_bytes(content)
    overrides["study"] = "mine"
    return load_study(Sources(ROOT / "config.yaml", (folder,), [], overrides), KINDS)


def sentence(folder: Path, text: str | bytes, **overrides) -> str:
    """What is said of a study."""
    with pytest.raises(InputError) as caught:
        load(folder, text, **overrides)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


@pytest.mark.parametrize("text", [GOOD, GOOD + PROBE + CLAIM], ids=["plain", "whole"])
def test_what_the_wrong_studies_vary_is_right(tmp_path, text):
    load(tmp_path, text)


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_one_sentence_names_what_is_wrong(tmp_path, text, said):
    (tmp_path / "broken.py").write_text("def draw(:\n")
    (tmp_path / "own.py").write_text(OWN)
    message = sentence(tmp_path, text)
    file, _, rest = message.partition("mine.yaml")
    assert file == f"{tmp_path}/" or message.startswith("config.yaml: defaults.")
    for part in said:
        assert part in (rest or message)


def test_the_file_that_holds_the_key_is_named(tmp_path):
    assert re.search(r"mine\.yaml: replicas", sentence(tmp_path, GOOD + "replicas: 0\n"))
    assert sentence(tmp_path, GOOD, replicas=0).startswith("--config: replicas")
    small = GOOD + "    train_size: [16]\n"
    assert sentence(tmp_path, small).startswith("config.yaml: defaults.batch_size")


def test_an_alias_may_stand_where_another_one_stood(tmp_path):
    text = GOOD.replace("[he_normal, consistency]", "&both [he_normal, consistency]")
    study = load(
        tmp_path, text + "  second: &b\n    initializer: *both\n  third: {<<: *b, seed: [1]}\n"
    )
    assert set(study.experiments["third"].axes["initializer"]) == {"he_normal", "consistency"}


def parts(schema: object):
    """Every schema within a schema that says something of a value."""
    if isinstance(schema, dict):
        if not isinstance(schema.get("type"), dict) and {"type", "enum"} & schema.keys():
            yield schema
        for key, value in schema.items():
            if key != "not":
                yield from parts(value)


def test_descriptions_name_the_limits_of_the_schema():
    whole = schema(KINDS)
    found = list(parts(whole["properties"])) + list(parts(whole["$defs"]))
    assert len(found) > 30
    for part in found:
        limits = [part[key] for key in part if "inimum" in key or "aximum" in key]
        for word in (*map(str, limits), *part.get("enum", [])):
            assert word in part["description"]


def test_networks_have_the_depth_that_is_declared():
    for method, depths in DEPTHS.items():
        network = load_function(method, "initstudy.networks")
        for depth in depths[:2]:
            assert len(weighted_layers(network(10, depth, "none"), BLANK)) >= depth
        with pytest.raises(InputError, match=f"depth {depths[0] - 1}: "):
            network(10, depths[0] - 1, "none")


# Of the official training parts: images a class.
OFFICIAL = {
    "cifar10": 10 * [5000],
    "fashion_mnist": 10 * [6000],
    "mnist": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "svhn": [4948, 13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659],
}


def test_sources_have_the_images_that_are_declared():
    labels = {name: np.repeat(np.arange(10), counts) for name, counts in OFFICIAL.items()}
    labels |= {source.__name__: source().labels["train"] for source in (digits, photos)}
    split = {name: split_training_part(of) for name, of in labels.items()}
    assert {
        name: {"training": len(train), "validation": len(validation)}
        for name, (train, validation) in split.items()
    } == IMAGES
