"""Studies made at random: either they are planned, or one sentence says what is wrong."""

import copy
import json
import tempfile
from pathlib import Path

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from initstudy.core.errors import InputError
from initstudy.study.layers import Sources
from initstudy.study.load import Study, load_study

ROOT = Path(__file__).parents[2]
KINDS = [path.stem for path in (ROOT / "scripts/initstudy/figures/kinds").glob("[a-z]*.py")]
VALUES = {
    "dataset": ["digits", "photos", "mine"],
    "network": ["lenet5", "plain", "resnet20", "mine"],
    "norm": ["none", "batch"],
    "activation": ["relu", "tanh"],
    "optimizer": ["sgd", "adam", "adamw"],
    "schedule": ["constant", "cosine"],
    "augmentation": ["none", "flip_crop"],
    "calibration_source": ["train", "noise", "photos"],
    "depth": [3, 8, 20],
    "learning_rate": [0.01, 0.1],
    "momentum": [0.0, 0.9],
    "weight_decay": [0.0, 0.001],
    "batch_size": [16, 64],
    "train_size": [64, 512, "all"],
    "calibration_size": [32, 64],
    "epochs": [1, 3],
    "seed": [0, 1],
}
LISTS = {
    axis: st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
    for axis, values in VALUES.items()
}
FIGURES = st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True)
CLAIM = {
    "statement": st.just("One is better than the other."),
    "experiment": st.sampled_from(["first", "second"]),
    "test": st.sampled_from(["greater", "not_greater", "equivalent"]),
    "compare": st.just({"initializer": "he_normal"}),
    "with": st.just({"initializer": "zero"}),
    "metric": st.sampled_from(["final_accuracy", "area_under_curve"]),
    "margin": st.just(0.02),
}
WIDTHS = st.fixed_dictionaries({"like": st.just("plain"), "options": st.just({"width": 8})})
DIGITS = {"source": "digits", "target_accuracy": 0.5}
TUNE = {"learning_rate": [0.01, 0.1], "replicas": 2, "by": "final validation accuracy"}
STUDY = st.fixed_dictionaries(
    {
        "title": st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40),
        "replicas": st.integers(1, 30),
        "experiments": st.dictionaries(
            st.sampled_from(["first", "second"]),
            st.fixed_dictionaries(
                {"initializer": st.just(["zero", "he_normal", "consistency"])},
                optional=LISTS | {"figures": FIGURES},
            ),
            min_size=1,
        ),
    },
    optional={
        "block": st.integers(1, 30),
        "initializers": st.just({"mine": {"like": "normal", "label": "M", "options": {"std": 1}}}),
        "networks": st.fixed_dictionaries({"mine": WIDTHS}),
        "datasets": st.just({"mine": DIGITS}),
        "claims": st.fixed_dictionaries({"one": st.fixed_dictionaries(CLAIM)}),
        "tune": st.just(TUNE),
        "probe": st.just({"draws": 3, "depth": [3]}),
        "decide": st.just({"looks": 5, "most_replicas": 40}),
    },
)
"""Nearly right ones."""
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=20),
    st.sampled_from(["{word}", "$x$", "NA", "a\nb", "nan", "all", "tuned", "..", "x.py:f"]),
    st.integers(-2, 10**6),
    st.floats(),
    st.just([]),
    st.just({}),
    st.lists(st.one_of(st.integers(-1, 5), st.text(max_size=3), st.none()), max_size=3),
    st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), st.integers(), max_size=2),
)
"""What people may have written in the place of something else."""


@st.composite
def studies(draw):
    """A study in which up to two things are taken away, put in, or replaced."""
    study = copy.deepcopy(draw(STUDY))
    for _ in range(draw(st.integers(0, 2))):
        holder = study
        key = draw(st.sampled_from(sorted(holder, key=str)))
        while isinstance(holder[key], dict) and holder[key] and draw(st.booleans()):
            holder = holder[key]
            key = draw(st.sampled_from(sorted(holder, key=str)))
        kind = draw(st.sampled_from(["away", "in", "replaced"]))
        if kind == "away":
            del holder[key]
        else:
            new = draw(st.one_of(st.text(max_size=5), st.integers()))
            holder[key if kind == "replaced" else new] = draw(WRONG)
        if not study:
            break
    return study


def plan(folder: Path, study: dict) -> Study | str:
    """The study, or what is said of it."""
    (folder / "mine.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    try:
        return load_study(Sources(ROOT / "config.yaml", (folder,), [], {"study": "mine"}), KINDS)
    except InputError as error:
        return str(error)


SMALL = {"title": "A", "experiments": {"first": {"initializer": ["zero", "he_normal"]}}}


@given(studies())
@example(SMALL | {"a\nb": 1})
@example(SMALL | {"initializers": {3: {"like": "zero"}}})
@example(SMALL | {"networks": {3: {"like": "nothing"}}})
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_study_is_planned_or_one_sentence_says_what_is_wrong(study):
    with tempfile.TemporaryDirectory() as folder:
        outcome = plan(Path(folder), study)
    if isinstance(outcome, str):
        assert "\n" not in outcome
        assert "mine.yaml" in outcome or outcome.startswith("config.yaml: ")
        assert len(outcome) < 1000
        return
    for experiment in outcome.experiments.values():
        assert all(
            any(cell.lies_in(facet) for cell in experiment.cells) for facet in experiment.facets()
        )
        for cell in experiment.cells[:100]:
            for block in outcome.blocks(experiment):
                json.dumps(outcome.task(cell, block).as_dict(), allow_nan=False)
