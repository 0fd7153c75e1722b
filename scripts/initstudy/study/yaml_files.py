"""YAML that people write, read strictly: plain values, every key once, in UTF-8."""

from collections import Counter
from pathlib import Path

import yaml

from initstudy.core.errors import InputError

PLAIN = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "seq", "map", "merge")
}
MOST_VALUES = 100_000
"""In one file, aliases written out; a real study has thousands."""


def read_yaml(path: Path) -> dict:
    """A YAML mapping; raises InputError if the file is anything else or repeats a key."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    # Digits without end are a ValueError, as are bytes that are not UTF-8.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid YAML in UTF-8: {_reason(error)}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path} must hold a mapping of keys to values")
    return content


def _reason(error: Exception) -> str:
    """What is wrong with a file, and in which line, as part of a sentence."""
    match error:
        case yaml.MarkedYAMLError(problem=problem, problem_mark=mark):
            return f"line {mark.line + 1}: {problem}"
        case UnicodeDecodeError(start=start):
            return f"byte {start + 1} is not UTF-8"
        case RecursionError():
            return "lists or mappings stand too deep inside one another"
    return " ".join(str(error).split())


class _StrictLoader(yaml.SafeLoader):
    """Inspects a document before anything is made of it."""

    def construct_document(self, node):
        _inspect(node, {})
        return super().construct_document(node)


def _inspect(node: yaml.Node, counts: dict[yaml.Node, int | None]) -> int:
    """How many values a node stands for, aliases written out.

    counts: of the nodes seen so far; None while a node is still being counted. Raises a YAMLError
    for values that are not plain, repeated keys, and aliases that recurse or multiply.
    """
    if node in counts:
        if counts[node] is None:
            raise _fault(node, "an alias stands inside of what it stands for")
        return counts[node]
    counts[node] = None
    if node.tag not in PLAIN:
        kind = node.tag.rpartition(":")[2]
        raise _fault(node, f"the type {kind} is not allowed; put text in quotes")
    children = [] if isinstance(node, yaml.ScalarNode) else node.value
    if isinstance(node, yaml.MappingNode):
        keys = Counter(key.value for key, _ in children if isinstance(key, yaml.ScalarNode))
        for key, times in keys.items():
            if times > 1:
                raise _fault(node, f"the key {key!r} stands twice in one mapping")
        children = [part for pair in children for part in pair]
    counts[node] = 1 + sum(_inspect(child, counts) for child in children)
    if counts[node] > MOST_VALUES:
        raise _fault(node, f"with its aliases it has over {MOST_VALUES} values, the most allowed")
    return counts[node]


def _fault(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
