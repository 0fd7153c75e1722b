"""What is said of a study that is wrong: one sentence with file, key and what is allowed."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from initstudy import networks
from initstudy.commands import InputError
from initstudy.contradictions import MINIMUM_DEPTHS
from initstudy.data.digits import digits
from initstudy.data.photos import photos
from initstudy.data.sources import IMAGES
from initstudy.data.splits import split_training_part
from initstudy.plugins import load_function
from initstudy.study import load_study, read_yaml

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "rules/study.schema.yaml"

GOOD = """
title: A test
experiments:
  first:
    dataset: [digits]
    optimizer: [sgd, adam]
    initializer: [he_normal, consistency]
"""
PROBE = """
probe:
  dataset: photos
  network: plain
  depth: 9
  norm: none
  draws: 2
  batch_size: 8
  initializer: [zero]
"""
CLAIM = """
claims:
  he_wins:
    statement: He's initialization is better.
    experiment: first
    test: greater
    compare: {initializer: he_normal}
    with: {initializer: consistency}
    metric: final_accuracy
    margin: 0.1
"""
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 12))


def axis(values: str) -> str:
    """The good study with one more line in its experiment."""
    return GOOD + f"    {values}\n"


def claim(old: str, new: str) -> str:
    """The good study with a claim in which a piece of text is replaced."""
    assert old in CLAIM
    return GOOD + CLAIM.replace(old, new)


def probe(old: str, new: str) -> str:
    assert old in PROBE
    return GOOD + PROBE.replace(old, new)


def initializer(entry: str) -> str:
    return GOOD + f"initializers: {{{entry}}}\n"


def dataset(entry: str) -> str:
    return GOOD + f"datasets: {{{entry}}}\n"


FIXED = "scripts/initstudy/initializers/fixed.py"
ARCHIVE = "{url: 'http://a.org/x.tgz', checksum: 'md5:" + 32 * "0" + "'}"

# What is wrong: (the study, what is said after the name of the file, in parts).
FILES = {
    "not a mapping": ("- a\n- b\n", ["must hold a mapping"]),
    "empty": ("", ["must hold a mapping"]),
    "two documents": ("title: a\n---\ntitle: b\n", ["YAML", "line 2", "another document"]),
    "bracket left open": ("title: [\n", ["YAML", "line 2", "expected the node content"]),
    "tab": ("title: A\nexperiments:\n\tfirst: {}\n", ["line 3", "'\\t'"]),
    "colon in a value": ("title: A: B\n", ["line 1", "mapping values are not allowed"]),
    "Latin-1": ("title: Zürich\n".encode("latin-1"), ["byte 9 is not UTF-8"]),
    "UTF-16": ("title: A\n".encode("utf-16"), ["byte 1 is not UTF-8"]),
    "control character": ("title: a\0b\n", ["YAML", "#x0000"]),
    "key twice": (GOOD + "title: Twice\n", ["line 2", "'title' stands twice"]),
    "key twice inside": (axis("dataset: [photos]"), ["'dataset' stands twice"]),
    "key twice, once in quotes": (GOOD + "'title': Twice\n", ["'title' stands twice"]),
    "unknown anchor": (axis("epochs: *all"), ["line 8", "undefined alias 'all'"]),
    "merge of a number": (axis("<<: 3"), ["line 8", "expected a mapping"]),
    "merge of an unknown anchor": (axis("<<: *base"), ["undefined alias 'base'"]),
    "alias inside itself": ("title: &a [*a]\n", ["line 1", "inside of what it stands for"]),
    "merge of itself": ("title: A\nexperiments: &a\n  <<: *a\n", ["inside of what it stands for"]),
    "billion laughs": (BOMB, ["values, the most allowed"]),
    "deep nesting": ("title: " + 2000 * "[", ["too deep"]),
    "endless number": (GOOD + "replicas: " + 5000 * "1", ["YAML", "digits"]),
    "date": (GOOD.replace("A test", "2024-02-30"), ["line 2", "timestamp", "quotes"]),
    "tag of Python": (axis("epochs: !!python/name:os.system []"), ["line 8", "not allowed"]),
    "set": (axis("epochs: !!set {1, 2}"), ["a set is not allowed"]),
    "list as a key": (GOOD + "? [a, b]\n: 1\n", ["YAML", "unhashable key"]),
}
KEYS = {
    "unknown key": (GOOD + "replicsa: 3\n", ["replicsa: unknown key", "replicas"]),
    "number as a key": (GOOD + "3: replicas\n", ["3: unknown key", "replicas"]),
    "unknown axis": (
        axis("learning: [1]"),
        ["experiments.first.learning: unknown key", "learning_rate"],
    ),
    "no title": (GOOD.replace("title: A test", ""), ["'title' is required"]),
    "no experiments": ("title: x\nexperiments: {}\n", ["experiments: {}", "at least one name"]),
    "experiments left out": ("title: x\n", ["'experiments' is required"]),
    "experiments of nothing": ("title: x\nexperiments:\n", ["experiments: nothing", "a mapping"]),
    "experiments as a list": ("title: x\nexperiments: [first]\n", ["experiments: ['first']"]),
    "experiment of nothing": ("title: x\nexperiments: {a: {}}\n", ["experiments.a: {}", "axis"]),
    "bad name": (GOOD.replace("first:", "First-One:"), ["experiments: 'First-One'", "lower-case"]),
    "boolean as a name": (GOOD.replace("first:", "yes:"), ["experiments: True", "quotes"]),
    "long name": (GOOD.replace("first:", f"{61 * 'a'}:"), ["experiments: 'aaa", "60"]),
    "name of a table": (GOOD.replace("first:", "claims:"), ["experiments: 'claims'", "other than"]),
    "unknown default": (GOOD + "defaults: {width: 3}\n", ["defaults.width: unknown", "depth"]),
    "no defaults": (GOOD + "defaults:\n", ["defaults: nothing", "every axis"]),
}
VALUES = {
    "word for a number": (GOOD + "replicas: many\n", ["replicas: 'many'", "an integer from 1"]),
    "number in quotes": (GOOD + "replicas: '3'\n", ["replicas: '3'", "an integer", "3.0"]),
    "1e-3, text to YAML": (axis("learning_rate: [1e-3]"), ["learning_rate: '1e-3'", "0.001"]),
    "yes for a number": (GOOD + "replicas: yes\n", ["replicas: True", "an integer", "quotes"]),
    "no as a title": (GOOD.replace("A test", "no"), ["title: False", "a line", "quotes"]),
    "title of two lines": (GOOD.replace("A test", '"a\\nb"'), ["title: 'a\\nb'", "a line"]),
    "no replicas": (GOOD + "replicas: 0\n", ["replicas: 0", "from 1 to 1000"]),
    "absurdly many replicas": (GOOD + "replicas: 1000000\n", ["replicas: 1000000", "to 1000"]),
    "fraction of a replica": (GOOD + "replicas: 2.5\n", ["replicas: 2.5", "an integer"]),
    "integer as a fraction": (axis("batch_size: [32.0]"), ["batch_size: 32.0", "an integer"]),
    "value for a list": (axis("epochs: 3"), ["experiments.first.epochs: 3", "a list"]),
    "list for a value": (
        GOOD + "defaults: {epochs: [3]}\n",
        ["defaults.epochs: [3]", "an integer"],
    ),
    "empty list": (axis("epochs: []"), ["experiments.first.epochs: []", "at least one"]),
    "twice in a list": (axis("epochs: [1, 1]"), ["experiments.first.epochs: [1, 1]", "twice"]),
    "twice as numbers": (axis("momentum: [0, 0.0]"), ["momentum: [0, 0.0]", "none twice"]),
    "absurdly many epochs": (axis("epochs: [1000000000]"), ["epochs: 1000000000", "to 100000"]),
    "absurd depth": (axis("depth: [100000]"), ["depth: 100000", "to 1000"]),
    "negative seed": (axis("seed: [-1]"), ["seed: -1", "from 0"]),
    "negative rate": (axis("learning_rate: [-1]"), ["learning_rate: -1", "above 0"]),
    "rate of zero": (axis("learning_rate: [0.0]"), ["learning_rate: 0.0", "above 0"]),
    "rate that is no number": (axis("learning_rate: [.nan]"), ["learning_rate: nan", "a number"]),
    "infinite rate": (axis("learning_rate: [.inf]"), ["learning_rate: inf", "at most 1000"]),
    "infinite target": (GOOD + "output_std: .inf\n", ["output_std: inf", "at most 1000"]),
    "rate by optimizer": (axis("learning_rate: [{adam: 0.1}]"), ["learning_rate: {'adam': 0.1}"]),
    "rate without optimizer": (
        GOOD + "defaults: {learning_rate: 0.1}\n",
        ["defaults.learning_rate: 0.1", "adam and sgd"],
    ),
    "rate of an unknown optimizer": (
        GOOD + "defaults: {learning_rate: {lion: 0.1}}\n",
        ["defaults.learning_rate.lion: unknown key", "adam, sgd"],
    ),
    "momentum of one": (axis("momentum: [1.0]"), ["momentum: 1.0", "below 1"]),
    "unknown optimizer": (GOOD.replace("sgd", "sdg"), ["optimizer: 'sdg'", "adam, sgd"]),
    "off for a norm": (axis("norm: [off]"), ["norm: False", "none, batch", "quotes"]),
    "some of the images": (axis("train_size: [most]"), ["train_size: 'most'", "all or an integer"]),
    "unknown figure": (axis("figures: [sweeps]"), ["figures: 'sweeps'", "sweep, best_rate"]),
    "unknown device": (GOOD + "device: GPU 0\n", ["device: 'GPU 0'", "cuda:1"]),
    "braces in a path": (GOOD + "data_dir: '{data}'\n", ["data_dir: '{data}'", "braces"]),
}
NAMES = {
    "unknown initializer": (
        GOOD.replace("he_normal", "hee"),
        ["experiments.first.initializer: 'hee'", "he_normal"],
    ),
    "unknown data set": (
        GOOD.replace("digits", "digit"),
        ["experiments.first.dataset: 'digit'", "photos"],
    ),
    "unknown network": (axis("network: [lenet]"), ["network: 'lenet'", "lenet5, plain"]),
    "unknown source": (axis("calibration_source: [x]"), ["calibration_source: 'x'", "noise"]),
    "unknown default network": (
        GOOD + "defaults: {network: vgg}\n",
        ["defaults.network: 'vgg'", "lenet5"],
    ),
    "no such file": (
        initializer("mine: {label: Mine, method: 'mine.py:draw'}"),
        ["initializers.mine.method: there is no file mine.py", "file.py:function"],
    ),
    "no such function": (
        initializer(f"mine: {{label: Mine, method: '{FIXED}:he'}}"),
        ["initializers.mine.method", f"{FIXED} has no 'he'", "he_normal"],
    ),
    "method without a function": (
        initializer(f"mine: {{label: Mine, method: {FIXED}}}"),
        ["initializers.mine.method: 'scripts/", "file.py:function"],
    ),
    "method that is no Python": (
        initializer("mine: {label: Mine, method: 'PATH/broken.py:draw'}"),
        ["initializers.mine.method", "broken.py is not valid Python"],
    ),
    "initializer without a label": (
        initializer(f"mine: {{method: '{FIXED}:zero'}}"),
        ["initializers.mine: the key 'label' is required"],
    ),
    "initializer of nothing": (initializer("zero: "), ["initializers.zero: nothing", "label"]),
    "unknown option": (
        initializer("normal: {options: {sdt: 0.1}}"),
        ["initializers.normal.options.sdt: unknown option", "allowed: std"],
    ),
    "option of another type": (
        initializer("lsuv: {options: {max_iterations: 1.5}}"),
        ["initializers.lsuv.options.max_iterations: 1.5", "int"],
    ),
    "boolean as an option": (
        initializer("normal: {options: {std: yes}}"),
        ["initializers.normal.options.std: True", "float"],
    ),
    "option that is no number": (
        initializer("normal: {options: {std: .nan}}"),
        ["initializers.normal.options.std: nan", "finite"],
    ),
    "number as an option's name": (
        initializer("normal: {options: {1: 2}}"),
        ["initializers.normal.options: 1", "name of a parameter"],
    ),
    "folder without path": (
        dataset("own: {source: folder, target_accuracy: 0.5}"),
        ["datasets.own", "folder needs the key path"],
    ),
    "path without folder": (
        dataset("digits: {path: images}"),
        ["datasets.digits.path", "digits takes no path"],
    ),
    "archives of a folder": (
        dataset(f"own: {{source: folder, path: a, target_accuracy: 1, archives: [{ARCHIVE}]}}"),
        ["datasets.own.archives", "folder takes no archives"],
    ),
    "no archives": (
        dataset("own: {source: mnist, target_accuracy: 0.5}"),
        ["datasets.own", "mnist needs the key archives"],
    ),
    "other archives": (
        dataset(f"cifar10: {{archives: [{ARCHIVE}]}}"),
        ["datasets.cifar10.archives", "exactly the files cifar-10-python.tar.gz"],
    ),
    "checksum cut short": (
        dataset(f"cifar10: {{archives: [{ARCHIVE.replace('00', '0')}]}}"),
        ["datasets.cifar10.archives.checksum: 'md5:0", "32"],
    ),
    "address that is none": (
        dataset(f"cifar10: {{archives: [{ARCHIVE.replace('http', 'file')}]}}"),
        ["datasets.cifar10.archives.url: 'file:", "http or https"],
    ),
    "unknown kind of source": (
        dataset("own: {source: imagenet, target_accuracy: 0.5}"),
        ["datasets.own.source: 'imagenet'", "folder"],
    ),
    "target above one": (
        dataset("digits: {target_accuracy: 90}"),
        ["datasets.digits.target_accuracy: 90", "at most 1"],
    ),
    "data set that means something else": (
        dataset("noise: {source: digits, target_accuracy: 0.5}"),
        ["datasets: 'noise'", "other than train, noise and none"],
    ),
}
CONTRADICTIONS = {
    "too many cells": (
        axis("seed: [" + ", ".join(map(str, range(30000))) + "]"),
        ["experiments.first: 120000 cells", "100000 at most"],
    ),
    "too shallow": (
        axis("depth: [3, 2]"),
        ["experiments.first.depth: 2", "at least 3 for the network lenet5"],
    ),
    "too shallow by default": (
        GOOD + "defaults: {network: plain, depth: 1}\n",
        ["defaults.depth: 1", "at least 2 for the network plain"],
    ),
    "more images than there are": (
        axis("train_size: [1296]"),
        ["experiments.first.train_size: 1296", "at most 1295, the training images of digits"],
    ),
    "batch above the images used": (
        axis("train_size: [512, 16]"),
        ["batch_size: 32", "at most 16, train_size"],
    ),
    "batch above all images": (axis("batch_size: [2000]"), ["batch_size: 2000", "at most 1295"]),
    "calibration above the images used": (
        axis("train_size: [512]\n    calibration_size: [513]"),
        ["calibration_size: 513", "at most 512, train_size"],
    ),
    "calibration above all images": (
        axis("calibration_size: [1296]"),
        ["calibration_size: 1296", "at most 1295, the training images of digits"],
    ),
    "calibration above another source's": (
        axis("calibration_source: [photos]\n    calibration_size: [2701]"),
        ["calibration_size: 2701", "at most 2700, the training images of photos"],
    ),
    "automatic strength above half": (
        axis("calibration_size: [257]\n    train_size: [512]").replace(
            "consistency]", "consistency_auto]"
        ),
        ["calibration_size: 257", "at most 256, half of train_size"],
    ),
    "BatchNorm over one image": (
        axis("norm: [batch]\n    batch_size: [1]"),
        ["batch_size: 1", "at least 2 where norm is batch"],
    ),
}
PROBES = {
    "half a probe": (probe("  draws: 2\n", ""), ["probe: the key 'draws' is required"]),
    "unknown key of a probe": (probe("draws: 2", "draws: 2\n  drawn: 2"), ["probe.drawn", "draws"]),
    "probe of no draws": (probe("draws: 2", "draws: 0"), ["probe.draws: 0", "from 1"]),
    "probe of an unknown initializer": (
        probe("zero", "nought"),
        ["probe.initializer: 'nought'", "he_normal"],
    ),
    "probe of an unknown network": (probe("plain", "plan"), ["probe.network: 'plan'", "lenet5"]),
    "probe of an unknown data set": (
        probe("photos", "photo"),
        ["probe.dataset: 'photo'", "digits"],
    ),
    "probe of one layer": (probe("depth: 9", "depth: 1"), ["probe.depth: 1", "at least 2"]),
    "probe of too large a batch": (
        probe("batch_size: 8", "batch_size: 301"),
        ["probe.batch_size: 301", "at most 300, the validation images of photos"],
    ),
}
CLAIMS = {
    "claim as text": (GOOD + "claims: {he_wins: He wins.}\n", ["claims.he_wins: 'He wins.'"]),
    "unknown test": (claim("greater", "better"), ["claims.he_wins.test: 'better'", "equivalent"]),
    "no metric": (claim("    metric: final_accuracy\n", ""), ["claims.he_wins", "key metric"]),
    "unknown metric": (claim("final_acc", "acc"), ["claims.he_wins.metric: 'accuracy'", "final_"]),
    "key that the test does not take": (
        claim("greater", "correlation"),
        ["claims.he_wins: the test correlation", "compare"],
    ),
    "margin of nothing": (claim("0.1", "0"), ["claims.he_wins.margin: 0", "above 0"]),
    "margin in words": (claim("0.1", "small"), ["claims.he_wins.margin: 'small'", "a number"]),
    "unknown experiment": (claim("first", "last"), ["claims.he_wins.experiment: 'last'", "first"]),
    "list of experiments": (claim("first", "[first]"), ["claims.he_wins.experiment: ['first']"]),
    "no axis": (
        claim("with: {init", "with: {Init"),
        ["claims.he_wins.with: 'Initializer'", "initializer"],
    ),
    "value that is not run": (
        claim("with: {initializer: consistency}", "with: {initializer: zero}"),
        ["claims.he_wins.with.initializer: 'zero'", "consistency, he_normal"],
    ),
    "list of values": (
        claim("with: {initializer: consistency}", "with: {initializer: [consistency]}"),
        ["claims.he_wins.with.initializer: ['consistency']", "text or a number"],
    ),
    "comparison with itself": (
        claim("with: {initializer: consistency}", "with: {initializer: he_normal}"),
        ["claims.he_wins.with", "must not select what compare selects"],
    ),
    "comparison of what where leaves out": (
        claim("metric:", "where: {initializer: he_normal}\n    metric:"),
        ["claims.he_wins.with", "values that cells of where have"],
    ),
    "comparison that leaves open with what": (
        claim("he_normal}", "he_normal, optimizer: sgd}"),
        ["claims.he_wins.with", "must also say which optimizer"],
    ),
    "place where nothing is": (
        claim("metric:", "where: {calibration_source: train, initializer: zero}\n    metric:"),
        ["claims.he_wins.where.initializer: 'zero'", "consistency, he_normal"],
    ),
}
WRONG = FILES | KEYS | VALUES | NAMES | CONTRADICTIONS | PROBES | CLAIMS


def load(folder: Path, text: str | bytes, **overrides) -> dict:
    content = text if isinstance(text, bytes) else text.replace("PATH", str(folder)).encode()
    (folder / "mine.yaml").write_bytes(content)
    config = read_yaml(ROOT / "config.yaml") | {"study": "mine"}
    return load_study(config, overrides, folder, SCHEMA)


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
    message = sentence(tmp_path, text)
    file, _, rest = message.partition("mine.yaml")
    assert file == f"{tmp_path}/" or message.startswith("config.yaml: defaults.")
    for part in said:
        assert part in (rest or message)


def test_there_are_enough_of_them():
    assert len(WRONG) >= 60


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
    assert study["experiments"]["third"]["initializer"] == ["he_normal", "consistency"]


def parts(schema: object):
    """Every schema within a schema that says something of a value."""
    if isinstance(schema, dict):
        if not isinstance(schema.get("type"), dict) and {"type", "enum"} & schema.keys():
            yield schema
        for key, value in schema.items():
            if key != "not":
                yield from parts(value)


def test_descriptions_name_the_limits_of_the_schema():
    schema = yaml.safe_load(SCHEMA.read_text())
    found = list(parts(schema["properties"])) + list(parts(schema["$defs"]))
    assert len(found) > 30
    for part in found:
        limits = [part[key] for key in part if "inimum" in key or "aximum" in key]
        for word in (*map(str, limits), *part.get("enum", [])):
            assert word in part["description"]


def test_networks_have_the_depth_that_is_declared():
    for method, least in MINIMUM_DEPTHS.items():
        network = load_function(method)
        assert len(networks.weighted_layers(network(10, least, "none"))) > least
        with pytest.raises(InputError, match="at least"):
            network(10, least - 1, "none")


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
