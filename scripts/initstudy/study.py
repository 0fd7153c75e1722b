"""A study: from the configuration to the cells of its experiments.

No part of this needs PyTorch or Snakemake, so the workflow can be planned in milliseconds.
"""

import itertools
from collections.abc import Iterable
from pathlib import Path

import yaml

from initstudy.axes import AXES
from initstudy.checks import WrongKey, check_datasets, check_names, check_schema, check_size
from initstudy.commands import InputError
from initstudy.contradictions import check_cells, check_probe
from initstudy.declarations import check_claims, check_contrasts, check_experiments
from initstudy.signatures import check_functions
from initstudy.yaml_files import read_yaml


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
    overrides = _typed(overrides)
    study = merged(merged(config, changes), overrides)
    try:
        _check(study, read_yaml(schema))
    except WrongKey as wrong:
        origins = {"--config": overrides, path: changes, "config.yaml": config}
        holders = (file for file, content in origins.items() if _holds(content, wrong.keys))
        raise InputError(f"{next(holders, path)}: {wrong}") from wrong
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return study


def _check(study: dict, schema: dict) -> None:
    """Raise WrongKey for the first fault of a study."""
    check_schema(study, schema)
    check_names(study)
    check_datasets(study["datasets"])
    check_functions(study)
    claims = study.get("claims", {})
    check_claims(claims)
    axes = {name: experiment_axes(study, name) for name in study["experiments"]}
    check_experiments(claims, axes)
    cells = {}
    for name in axes:
        check_size(name, axes[name])
        cells[name] = expand(axes[name], calibrated_initializers(study))
        check_cells(study, name, cells[name])
    check_contrasts(claims, cells)
    if probe := study.get("probe"):
        points = [probe | {"initializer": name} for name in probe["initializer"]]
        check_probe(study, [probe_cell(study, probe, point) for point in points])


def _holds(content: object, keys: tuple[str, ...]) -> bool:
    """Whether keys lead to something in a file's content."""
    for key in keys:
        if not isinstance(content, dict) or key not in content:
            return False
        content = content[key]
    return bool(keys)


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

    probe: as a study declares it; point: a value for each of PROBE_AXES.
    """
    options = cell_options(study, probe_cell(study, probe, point)) | {"replicas": probe["draws"]}
    # Nothing is trained, so these must not make a probe out of date.
    return {key: options[key] for key in options if key not in ("train_size", "epochs", "seed")}


def probe_cell(study: dict, probe: dict, point: dict) -> dict:
    """The axes of a probe as those of a cell: the study's defaults but for what it declares.

    Calibration inputs are training images, any of them.
    """
    given = {"batch_size": probe["batch_size"], "calibration_source": "train", "train_size": "all"}
    axes = study["defaults"] | given | point
    [cell] = expand({axis: [axes[axis]] for axis in AXES}, calibrated_initializers(study))
    return cell


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
