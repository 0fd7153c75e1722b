"""Studies that are wrong by themselves: as files, in their keys, in their values."""

GOOD = """
title: A test
experiments:
  first:
    dataset: [digits]
    optimizer: [sgd, adam]
    initializer: [he_normal, consistency]
"""
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 12))


def axis(values: str) -> str:
    """The good study with one more line in its experiment."""
    return GOOD + f"    {values}\n"


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
    "set": (axis("epochs: !!set {1, 2}"), ["the type set is not allowed"]),
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
        ["defaults.learning_rate: 0.1", "adam, adamw, nesterov, sgd"],
    ),
    "rate of an unknown optimizer": (
        GOOD + "defaults: {learning_rate: {lion: 0.1}}\n",
        ["defaults.learning_rate.lion: unknown key", "adam, adamw, nesterov, sgd"],
    ),
    "momentum of one": (axis("momentum: [1.0]"), ["momentum: 1.0", "below 1"]),
    "unknown optimizer": (
        GOOD.replace("sgd", "sdg"),
        ["optimizer: 'sdg'", "adam, adamw, nesterov, sgd"],
    ),
    "off for a norm": (axis("norm: [off]"), ["norm: False", "none, batch", "quotes"]),
    "some of the images": (axis("train_size: [most]"), ["train_size: 'most'", "all or an integer"]),
    "unknown figure": (axis("figures: [sweeps]"), ["figures: 'sweeps'", "sweep, best_rate"]),
    "unknown device": (GOOD + "device: GPU 0\n", ["device: 'GPU 0'", "cuda:1"]),
    "braces in a path": (GOOD + "data_dir: '{data}'\n", ["data_dir: '{data}'", "braces"]),
}
