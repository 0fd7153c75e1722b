"""What is wrong with a study, found before any of its jobs starts: keys, values and names.

How the values of a cell's axes agree is checked by `contradictions`, functions by `signatures`.
"""

import math
import reprlib
from collections.abc import Sequence
from pathlib import Path

import jsonschema

from initstudy.core.errors import InputError
from initstudy.study.axes import ARCHITECTURE, AXES, PROBE_AXES
from initstudy.study.claims import ACCURACIES, with_charged
from initstudy.study.sources import ARCHIVES, archive_name
from initstudy.study.tuning import METRICS, tuned_experiments
from initstudy.study.yaml_files import read_yaml

SCHEMA = Path(__file__).parents[1] / "schema.yaml"

OF_FOLDERS = ("size", "split", "on_error", "bits", "max_pixels")
"""Keys that a folder of images may have."""
BEST_RATE = "best_rate"
"""The kind of figure that compares the rates which an experiment lists."""
MOST_CELLS = 100_000
"""In one experiment."""


class WrongKey(InputError):
    """A key's value is wrong; `keys` lead to it, from the top."""

    def __init__(self, keys: tuple[str, ...], reason: str):
        super().__init__(f"{'.'.join(map(str, keys)) or 'top level'}: {reason}")
        self.keys = keys


def _is_integer(_, value: object) -> bool:
    # 32.0 would be another folder than 32.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(checker, value: object) -> bool:
    return _is_integer(checker, value) or (isinstance(value, float) and math.isfinite(value))


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_integer, "number": _is_number}
    ),
)


def schema(kinds: Sequence[str]) -> dict:
    """schema.yaml with the axes, and the kinds of figures that there are."""
    whole = read_yaml(SCHEMA)
    checks = {name: axis.check for name, axis in AXES.items()}
    lists = {name: {"$ref": "#/$defs/list", "items": check} for name, check in checks.items()}
    properties = whole["properties"]
    defaults = properties["defaults"]
    defaults["properties"] = checks | {"learning_rate": _by_optimizer(checks["learning_rate"])}
    experiment = properties["experiments"]["additionalProperties"]["properties"]
    experiment |= lists
    experiment["figures"]["items"] = {
        "enum": list(kinds),
        "description": f"one of {', '.join(kinds)}",
    }
    # An option of the name of an axis fixes it for a network.
    network = properties["networks"]["additionalProperties"]["properties"]
    network["options"]["properties"] = {axis: checks[axis] for axis in ARCHITECTURE}
    rates = {"$ref": "#/$defs/list", "items": checks["learning_rate"], "minItems": 2}
    rates["description"] = "a list of at least two rates, none twice"
    tune = properties["tune"]["properties"]
    tune["learning_rate"] = rates | {
        "type": ["array", "object"],
        "properties": dict.fromkeys(AXES["optimizer"].check["enum"], rates),
        "additionalProperties": False,
        "description": "a list of at least two rates, none twice, or such a list by optimizer",
    }
    del tune["learning_rate"]["$ref"]
    tune["by"] = {"enum": list(METRICS), "description": f"one of {', '.join(METRICS)}"}
    metrics = with_charged(*ACCURACIES)
    properties["answer"]["properties"]["metric"] = {
        "enum": list(metrics),
        "description": f"one of {', '.join(metrics)}",
    }
    probe = properties["probe"]
    probe["required"] = ["initializer", *probe["properties"]]
    probe["properties"] |= {axis: checks[axis] for axis in PROBE_AXES}
    probe["properties"]["initializer"] = lists["initializer"]
    return whole


def _by_optimizer(check: dict) -> dict:
    """The schema of a mapping that has a value for every optimizer."""
    optimizers = AXES["optimizer"].check["enum"]
    return {
        "type": "object",
        "description": f"a mapping with the keys {', '.join(optimizers)}",
        "additionalProperties": False,
        "required": optimizers,
        "properties": dict.fromkeys(optimizers, check),
    }


def check_schema(study: dict, kinds: Sequence[str]) -> None:
    """Raise WrongKey for keys and values that the schema does not allow; kinds: of figures."""
    errors = _Validator(schema(kinds)).iter_errors(study)
    error = jsonschema.exceptions.best_match(errors)
    if error is None:
        return
    keys = tuple(key for key in error.absolute_path if isinstance(key, str))
    value = error.instance
    match error.validator:
        case "additionalProperties":
            allowed = error.schema["properties"]
            unknown = next(key for key in value if key not in allowed)
            keys += (str(unknown),)
            reason = f"unknown key {unknown}; allowed: {', '.join(allowed)}"
        case "required":
            missing = next(key for key in error.validator_value if key not in value)
            reason = f"the key {missing!r} is required"
        case _:
            shown = "nothing" if value is None else reprlib.repr(value)
            reason = f"{shown} must be {error.schema['description']}{_hint(value)}"
    raise WrongKey(keys, reason)


def _hint(value: object) -> str:
    """What YAML may have made of what was meant."""
    if isinstance(value, bool):
        return " (yes, no, on and off are true and false unless they stand in quotes)"
    try:
        return f" (as a number: {float(value)!r})" if isinstance(value, str) else ""
    except ValueError:
        return ""


def check_names(study: dict) -> None:
    """What values name, data sets, networks and initializers, must be declared."""
    declared = {name: study[axis.table] for name, axis in AXES.items() if axis.table}
    declared["calibration_source"] = ["train", "noise", *study["datasets"]]
    places = {("experiments", name): axes for name, axes in study["experiments"].items()}
    places["defaults",] = {axis: [value] for axis, value in study["defaults"].items()}
    if "probe" in study:
        probe = study["probe"]
        shared = [axis for axis in PROBE_AXES if axis in probe and axis != "initializer"]
        places["probe",] = probe | {axis: [probe[axis]] for axis in shared}
    for place, axes in places.items():
        for axis, known in declared.items():
            for value in axes.get(axis, []):
                if value not in known:
                    raise WrongKey(
                        (*place, axis), f"{value!r} is not declared; choose from {', '.join(known)}"
                    )


def check_datasets(datasets: dict[str, dict]) -> None:
    """A folder has a path, official data their archives, and nothing has what it cannot use."""
    for name, entry in datasets.items():
        source = entry["source"]
        takes = {
            "path": source == "folder",
            **dict.fromkeys(OF_FOLDERS, source == "folder"),
            "archives": source in ARCHIVES,
        }
        for key, is_taken in takes.items():
            if key in entry and not is_taken:
                raise WrongKey(("datasets", name, key), f"the source {source} takes no {key}")
            if is_taken and key not in entry and key not in OF_FOLDERS:
                raise WrongKey(("datasets", name), f"the source {source} needs the key {key}")
        files = [archive_name(archive["url"]) for archive in entry.get("archives", [])]
        if sorted(files) != sorted(ARCHIVES.get(source, [])):
            raise WrongKey(
                ("datasets", name, "archives"),
                f"the source {source} needs exactly the files {', '.join(ARCHIVES[source])}",
            )


def check_figures(experiments: dict[str, dict]) -> None:
    """A comparison of learning rates is for experiments that list some."""
    for name, varied in experiments.items():
        if BEST_RATE in varied.get("figures", []) and len(varied.get("learning_rate", [])) < 2:
            raise WrongKey(
                ("experiments", name, "figures"),
                f"{BEST_RATE} needs at least two values of learning_rate in its experiment",
            )


def check_labels(initializers: dict[str, dict]) -> None:
    """Figures tell initializers apart by their labels."""
    names: dict[str, str] = {}
    for name, entry in initializers.items():
        other = names.setdefault(entry["label"], name)
        if other != name:
            raise WrongKey(
                ("initializers", name, "label"),
                f"{entry['label']!r} is the label of {other}, too; change one of them",
            )


def check_tuning(study: dict) -> None:
    """A search is for experiments that there are, that vary no rate, with rates for all of them."""
    if "tune" not in study:
        return
    experiments, tune = study["experiments"], study["tune"]
    for name in tune.get("experiments", []):
        if name not in experiments:
            raise WrongKey(
                ("tune", "experiments"), f"{name!r} is not one of {', '.join(experiments)}"
            )
        if "learning_rate" in experiments[name]:
            raise WrongKey(
                ("tune", "experiments"),
                f"the experiment {name} varies the learning rate itself; take one of the two out",
            )
    rates = tune["learning_rate"]
    if isinstance(rates, dict):
        for name in tuned_experiments(study):
            used = experiments[name].get("optimizer", [study["defaults"]["optimizer"]])
            if missing := [optimizer for optimizer in used if optimizer not in rates]:
                raise WrongKey(
                    ("tune", "learning_rate"),
                    f"has no rates for {missing[0]}, which the experiment {name} runs",
                )


def check_answer(study: dict) -> None:
    """An answer comes from experiments that there are, of initializers that can be compared."""
    experiments, usual = study["experiments"], study["defaults"]["initializer"]
    for name in study.get("answer", {}).get("experiments", []):
        if name not in experiments:
            raise WrongKey(
                ("answer", "experiments"), f"{name!r} is not one of {', '.join(experiments)}"
            )
        if len(experiments[name].get("initializer", [usual])) < 2:
            raise WrongKey(
                ("answer", "experiments"),
                f"the experiment {name} has one initializer, and nothing to compare it with",
            )


def check_looks(decide: dict) -> None:
    """A look is one of those that are declared."""
    if decide.get("look", 1) > decide["looks"]:
        raise WrongKey(("decide", "look"), f"{decide['look']} must be at most {decide['looks']}")


def check_size(experiment: str, axes: dict[str, list]) -> None:
    """An experiment must not have more cells than anybody can run."""
    cells = math.prod(map(len, axes.values()))
    if cells > MOST_CELLS:
        raise WrongKey(
            ("experiments", experiment), f"{cells} cells must be {MOST_CELLS} at most; vary less"
        )
