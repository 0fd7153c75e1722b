"""A study: from the configuration to the cells of its experiments.

No part of this needs PyTorch or Snakemake, so the workflow can be planned in milliseconds.
"""

import itertools
from collections.abc import Iterable
from pathlib import Path

import jsonschema
import yaml

from initstudy.axes import AXES
from initstudy.commands import InputError
from initstudy.declarations import check_claims, check_experiments


def load_study(config: dict, overrides: dict, studies: Path, schema: Path) -> dict:
    """config.yaml's content with the study that it names and command-line `overrides` over it.

    Mappings are merged key by key, anything else is replaced. Raises InputError, in one sentence
    that names file and key, if there is no such study or the outcome is not valid.
    """
    path = studies / f"{config.get('study')}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in studies.glob("*.yaml")))
        raise InputError(f"study: there is no file {path}; choose one of {known}, or write it")
    changes = read_yaml(path)
    study = merged(merged(config, changes), _typed(overrides))
    _check_schema(study, changes, path, read_yaml(schema))
    _check_names(study, path)
    check_claims(study.get("claims", {}))
    axes = {name: experiment_axes(study, name) for name in study["experiments"]}
    check_experiments(study.get("claims", {}), axes)
    return study


def read_yaml(path: Path) -> dict:
    """A YAML mapping; raises InputError if the file is anything else or repeats a key."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path} is not valid YAML in UTF-8: {reason}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path} must hold a mapping of keys to values")
    return content


def merged(base: dict, changes: dict) -> dict:
    """`base` with `changes` over it, mappings key by key."""
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if both else value
    return result


def experiment_axes(study: dict, experiment: str) -> dict[str, list]:
    """All axes of an experiment with their values, in an order that does not depend on the file's.

    Initializers keep the order of config.yaml. A default learning rate stays a mapping from
    optimizer to rate until `expand`.
    """
    varied = study["experiments"][experiment]
    axes = {}
    for axis in AXES:
        values = varied.get(axis, [study["defaults"][axis]])
        rank = list(study["initializers"]).index if axis == "initializer" else _natural_order
        axes[axis] = sorted(values, key=rank)
    return axes


def expand(axes: dict[str, list], calibrated: Iterable[str]) -> list[dict]:
    """The cells of an experiment: the product of its axes, each point once.

    Axes that an initializer does not use get a fixed value (calibration_size 0, calibration_source
    none, for those not in `calibrated`), so they do not multiply its cells.
    """
    cells = {}
    for values in itertools.product(*axes.values()):
        cell = dict(zip(axes, values, strict=True))
        if isinstance(cell["learning_rate"], dict):
            cell["learning_rate"] = cell["learning_rate"][cell["optimizer"]]
        if cell["initializer"] not in calibrated:
            cell |= {"calibration_size": 0, "calibration_source": "none"}
        elif cell["calibration_source"] == cell["dataset"]:
            cell["calibration_source"] = "train"
        for axis in ("learning_rate", "momentum"):
            cell[axis] = float(cell[axis])
        cells.setdefault(cell_folder(cell), cell)
    return list(cells.values())


def facets(axes: dict[str, list]) -> list[dict]:
    """Every combination of the values of the varied axes other than the initializer."""
    varied = {
        axis: values for axis, values in axes.items() if len(values) > 1 and axis != "initializer"
    }
    combinations = itertools.product(*varied.values())
    return [dict(zip(varied, values, strict=True)) for values in combinations]


PROBE_AXES = ("dataset", "network", "depth", "norm", "initializer")
"""What a probe without training is a point of, in the order of its folders."""


def probe_options(study: dict, probe: dict, point: dict) -> dict:
    """Everything that probing initial networks depends on: axes, and the options behind them.

    probe: as a study declares it; point: a value for each of PROBE_AXES. Other axes have the
    study's default; calibration inputs are training images.
    """
    axes = study["defaults"] | {"batch_size": probe["batch_size"], "calibration_source": "train"}
    [cell] = expand({axis: [(axes | point)[axis]] for axis in AXES}, calibrated_initializers(study))
    options = cell_options(study, cell) | {"replicas": probe["draws"]}
    # Nothing is trained, so these must not make a probe out of date.
    return {key: options[key] for key in options if key not in ("train_size", "epochs", "seed")}


def cell_folder(cell: dict) -> str:
    """The folders of a cell, one `axis=value` each."""
    return "/".join(f"{axis}={cell[axis]}" for axis in AXES)


def calibrated_initializers(study: dict) -> list[str]:
    """The initializers that look at calibration inputs."""
    return [name for name, entry in study["initializers"].items() if entry.get("calibrated")]


def cell_options(study: dict, cell: dict) -> dict:
    """Everything that training a cell depends on: its axes and the options behind their names."""
    initializer = study["initializers"][cell["initializer"]]
    return cell | {
        "replicas": study["replicas"],
        "output_std": study["output_std"],
        "architecture": study["networks"][cell["network"]]["method"],
        "method": initializer["method"],
        "options": initializer.get("options", {}),
    }


def _typed(value: object) -> object:
    """Command-line values with their types: Snakemake leaves what is inside brackets as text."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return yaml.safe_load(value) if isinstance(value, str) else value


def _natural_order(value: object) -> tuple[bool, float, str]:
    """A sort key: numbers by size, then text (`all` is the largest train_size)."""
    is_number = isinstance(value, int | float)
    return (not is_number, value if is_number else 0.0, str(value))


class _StrictLoader(yaml.SafeLoader):
    """YAML whose mappings may not repeat a key."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1 and key != "<<":
                raise yaml.YAMLError(f"key {key!r} stands twice, {node.start_mark}")
        return super().construct_mapping(node, deep)


def _check_schema(study: dict, changes: dict, path: Path, schema: dict) -> None:
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(study)
    )
    if error is None:
        return
    keys = [str(key) for key in error.absolute_path]
    file = path if not keys or keys[0] in changes else "config.yaml"
    where = ".".join(keys) or "top level"
    if error.validator == "additionalProperties":
        allowed = error.schema["properties"]
        unknown = ", ".join(str(key) for key in error.instance if key not in allowed)
        raise InputError(f"{file}: {where}: unknown key {unknown}; allowed: {', '.join(allowed)}")
    raise InputError(f"{file}: {where}: {error.message}")


def _check_names(study: dict, path: Path) -> None:
    """What the values name, data sets, networks, initializers and files, must be there."""
    declared = {
        "dataset": study["datasets"],
        "network": study["networks"],
        "initializer": study["initializers"],
        "calibration_source": ["train", "noise", *study["datasets"]],
    }
    places = {f"experiments.{name}": axes for name, axes in study["experiments"].items()}
    places["defaults"] = {axis: [value] for axis, value in study["defaults"].items()}
    if "probe" in study:
        probe = study["probe"]
        places["probe"] = {
            "dataset": [probe["dataset"]],
            "network": [probe["network"]],
            "initializer": probe["initializer"],
        }
    for place, axes in places.items():
        for axis, known in declared.items():
            for value in axes.get(axis, []):
                if value not in known:
                    raise InputError(
                        f"{path}: {place}.{axis}: {value!r} is not declared; "
                        f"choose from {', '.join(known)}"
                    )
    for table in ("networks", "initializers"):
        for name, entry in study[table].items():
            file = entry["method"].partition(":")[0]
            if not Path(file).is_file():
                raise InputError(f"{table}.{name}.method: there is no file {file}")
    for name, entry in study["datasets"].items():
        if (entry["source"] == "folder") != ("path" in entry):
            raise InputError(f"datasets.{name}: path is needed by source folder, and by no other")
