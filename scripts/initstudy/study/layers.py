"""The files that a study is put together from, and how they are merged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from initstudy.core.errors import InputError
from initstudy.study.yaml_files import read_yaml

Layer = tuple[str, dict]
"""Where it comes from, for people, and what it says."""
REMOVABLE = ("experiments", "claims", "datasets", "networks", "initializers")
"""Tables of which an entry that is null is no entry: how a study leaves out what that has which
it extends."""


@dataclass(frozen=True)
class Sources:
    """Where a study may come from: files, and what a run says besides."""

    config: Path
    """config.yaml, which studies share."""
    folders: tuple[Path, ...]
    """Folders of study files; the first that has the file counts."""
    files: list[Layer] = field(default_factory=list)
    """Configuration files of this run. One with experiments is a whole study, others change the one
    that is run."""
    overrides: dict = field(default_factory=dict)
    """Single values from the command line, as Snakemake hands them on: with text in brackets."""


def study_layers(sources: Sources) -> list[Layer]:
    """From config.yaml by the study to what this run changes of it.

    The study's own layer says its name. Raises InputError for files that cannot be read or are not
    there, and for more than one whole study.
    """
    config = read_yaml(sources.config)
    overrides = typed(sources.overrides)
    whole = [layer for layer in sources.files if "experiments" in layer[1]]
    changes = [layer for layer in sources.files if "experiments" not in layer[1]]
    if len(whole) > 1:
        files = " and ".join(file for file, _ in whole)
        raise InputError(
            f"{files} hold the experiments of a study each; give one of them at a time"
        )
    if whole:
        [(file, content)] = whole
        parents = extended(content.get("extends"), sources.folders, (file,))
        layers = [*parents, (file, {"study": Path(file).stem} | content)]
    else:
        said = [content for _, content in [("", config), *changes, ("", overrides)]]
        name = [content["study"] for content in said if "study" in content][-1]
        *parents, (file, content) = extended(name, sources.folders)
        layers = [*parents, (file, content | {"study": name})]
    return [("config.yaml", config), *layers, *changes, ("--config", overrides)]


def extended(
    name: object, folders: tuple[Path, ...], below: tuple[str, ...] = ()
) -> Iterator[Layer]:
    """The layers of the study `name`, those that it extends first; none for None.

    below: the files that extend it.
    """
    if name is None:
        return
    found = [path for folder in folders if (path := folder / f"{name}.yaml").is_file()]
    if not found:
        known = sorted({path.stem for folder in folders for path in folder.glob("*.yaml")})
        raise InputError(
            f"{f'{below[-1]}: extends' if below else 'study'}: there is no file "
            f"{folders[0] / f'{name}.yaml'}; choose one of {', '.join(known)}, or write it"
        )
    path = str(found[0])
    if path in below:
        raise InputError(f"{path}: extends: a study must not extend itself, nor by way of others")
    content = read_yaml(found[0])
    yield from extended(content.get("extends"), folders, (*below, path))
    yield path, content


def merged(base: dict, changes: dict) -> dict:
    """`base` with `changes` over it, mappings key by key."""
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if both else value
    return result


def all_merged(layers: list[Layer]) -> dict:
    """What layers say together, without the entries that one of them takes away."""
    whole: dict = {}
    for _, content in layers:
        whole = merged(whole, content)
        if isinstance(named := content.get("experiments"), dict):
            # Pages come in the order of the study that is run, not of those that it extends.
            experiments = whole["experiments"]
            whole["experiments"] = {name: experiments[name] for name in [*named, *experiments]}
    whole.pop("extends", None)
    for block in ("probe", "tune"):
        if whole.get(block, ...) is None:
            del whole[block]
    for table in REMOVABLE:
        if isinstance(whole.get(table), dict):
            whole[table] = {
                name: entry for name, entry in whole[table].items() if entry is not None
            }
    return whole


def holder(layers: list[Layer], keys: tuple[str, ...]) -> str:
    """The last layer that says something of what `keys` lead to; the study's if none does."""
    for file, content in reversed(layers):
        if _holds(content, keys):
            return file
    return next(file for file, content in reversed(layers[1:-1]) if "study" in content)


def _holds(content: object, keys: tuple[str, ...]) -> bool:
    """Whether keys lead to something in a file's content."""
    for key in keys:
        if not isinstance(content, dict) or key not in content:
            return False
        content = content[key]
    return bool(keys)


def typed(value: object, inside: bool = False) -> object:
    """Command-line values with their types: Snakemake leaves what is inside brackets as text."""
    if isinstance(value, dict):
        return {key: typed(item, inside=True) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item, inside=True) for item in value]
    if not inside or not isinstance(value, str):
        return value
    try:
        meant = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    # Text stays as it was given: a # in it begins no comment.
    return value if isinstance(meant, str) else meant
