"""Entries of a study's tables that are like another one, written out."""

from initstudy.study.checks.keys import WrongKey
from initstudy.study.layers import merged


def with_likenesses(declared: dict) -> dict:
    """What is declared, with everything written out that is like another entry of its table.

    Raises WrongKey if it is like none that there is, or like itself.
    """
    for table in ("networks", "schedules", "initializers"):
        entries = declared.get(table)
        if isinstance(entries, dict):
            whole = {name: written_out(table, name, entries, ()) for name in entries}
            declared = declared | {table: whole}
    return declared


def written_out(table: str, name: str, entries: dict[str, dict], above: tuple[str, ...]) -> dict:
    """An entry with that of the one it is like below it; above: who is like it.

    An initializer's family is that of the one it is like, in the end its own.
    """
    entry = entries[name]
    if not isinstance(entry, dict):
        return entry
    if "like" not in entry:
        return {"family": name} | entry if table == "initializers" else entry
    keys, like = (table, name, "like"), entry["like"]
    if not isinstance(like, str) or like not in entries:
        known = ", ".join(map(str, entries))
        raise WrongKey(keys, f"{like!r} is not declared; choose from {known}")
    if name in above:
        raise WrongKey(keys, "an entry must not be like itself, nor by way of others")
    if table == "initializers" and "label" not in entry:
        raise WrongKey(keys[:2], "the key 'label' is required")
    own = {key: value for key, value in entry.items() if key != "like"}
    return merged(written_out(table, like, entries, (*above, name)), own)
