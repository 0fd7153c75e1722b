"""Functions that a study names, checked by their source: to import them would take seconds."""

import ast
import copy
import re

from initstudy.core.errors import InputError
from initstudy.core.plugins import INITIALIZERS, NETWORKS, SCHEDULES, source_of
from initstudy.core.syntax import read_module
from initstudy.study.axes import ARCHITECTURE
from initstudy.study.checks.keys import WrongKey

PACKAGES = {"networks": NETWORKS, "schedules": SCHEDULES, "initializers": INITIALIZERS}
"""Where methods are looked up, by the table of the study that they stand in."""
GIVEN_BY_DATA = ("classes", "size")
GIVEN_NETWORKS = (*GIVEN_BY_DATA, *ARCHITECTURE)
"""What a network's function is given by name, where its signature has it; the rest is options."""
GIVEN_FIRST = {"schedules": ("progress",), "initializers": ("network", "context")}
"""What functions are called with, before their options."""

BUDGETS = {
    "gradient_based.metainit": {"steps": 500, "batch_size": 64},
    "gradient_based.gradinit": {"iterations": 390, "batch_size": 128},
}
"""What methods are published with, which is the default of their functions."""

TYPES = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
    "None": (type(None),),
}
"""What fits an annotation. True is an int to Python, but is not meant as one."""


def check_functions(study: dict) -> None:
    """Raise WrongKey if a method does not exist or an option does not fit its signature."""
    for table, package in PACKAGES.items():
        for name, entry in study[table].items():
            try:
                arguments = signature(entry["method"], package)
            except InputError as error:
                raise WrongKey((table, name, "method"), str(error)) from error
            if arguments is None:
                continue
            options = entry.get("options", {})
            check_required(arguments, table, options, name)
            if table == "networks":
                allowed = [one for one in named(arguments) if one.arg not in GIVEN_BY_DATA]
            else:
                allowed = named(arguments)[len(GIVEN_FIRST[table]) :]
            check_options(arguments, allowed, options, (table, name, "options"))


def check_budgets(initializers: dict[str, dict]) -> None:
    """Raise WrongKey for a method that gets less than published and whose label does not say so."""
    for name, entry in initializers.items():
        published = BUDGETS.get(entry["method"], {})
        given = published | entry.get("options", {})
        reduced = [str(given[key]) for key in published if given[key] < published[key]]
        if not all(re.search(rf"\b{number}\b", entry["label"]) for number in reduced):
            said = " x ".join(str(given[key]) for key in published)
            full = " x ".join(map(str, published.values()))
            raise WrongKey(
                ("initializers", name, "label"),
                f"{entry['label']!r} must say that it gets {said} ({' x '.join(published)}) of the"
                f" published {full}, by these numbers",
            )


def signature(method: str, package: str) -> ast.arguments | None:
    """The parameters of a function, or of a class's constructor, defined where its method says.

    What is imported or assigned has a signature that only running it would tell: None, as has a
    class that inherits its constructor. Raises InputError if there is no such function.
    """
    file, function = source_of(method, package)
    for binding in read_module(file.absolute()).bindings.get(function, ()):
        match getattr(binding, "node", None):
            case ast.FunctionDef(args=arguments):
                return arguments
            case ast.ClassDef(body=body):
                for made in body:
                    if isinstance(made, ast.FunctionDef) and made.name == "__init__":
                        return _without_self(made.args)
    return None


def _without_self(arguments: ast.arguments) -> ast.arguments:
    bound = copy.deepcopy(arguments)
    del (bound.posonlyargs or bound.args)[:1]
    return bound


def named(arguments: ast.arguments) -> list[ast.arg]:
    """The parameters that have a name of their own."""
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def unused_axes(network: dict) -> list[str]:
    """The axes of ARCHITECTURE that a network, as declared, does not take or that it fixes.

    One whose signature only running it would tell is taken to take all that it does not fix.
    """
    options, arguments = network.get("options", {}), signature(network["method"], NETWORKS)
    taken = set(ARCHITECTURE)
    if arguments is not None and arguments.kwarg is None:
        taken = {argument.arg for argument in named(arguments)}
    return [axis for axis in ARCHITECTURE if axis not in taken or axis in options]


def check_required(arguments: ast.arguments, table: str, options: dict, name: str) -> None:
    """Raise WrongKey for a parameter that nothing gives a value, and for too few parameters."""
    positional = [*arguments.posonlyargs, *arguments.args]
    required = positional[: len(positional) - len(arguments.defaults)]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    required += [argument for argument, default in pairs if default is None]
    given, how = GIVEN_NETWORKS, f"is none of {', '.join(GIVEN_NETWORKS)}, which are given by name"
    if table != "networks":
        first = GIVEN_FIRST[table]
        if len(positional) < len(first) and arguments.vararg is None:
            raise WrongKey(
                (table, name, "method"),
                f"its function takes {len(positional)} arguments; it is called with"
                f" {' and '.join(first)}, so it must take {'these' if len(first) > 1 else 'that'}",
            )
        given = [argument.arg for argument in positional[: len(first)]]
        how = f"comes after {' and '.join(first)}, which it is called with"
    for argument in required:
        if argument.arg not in (*given, *options):
            raise WrongKey(
                (table, name, "method"),
                f"its parameter {argument.arg} {how}; give it a default, or a value under options",
            )


def check_options(
    arguments: ast.arguments, allowed: list[ast.arg], options: dict, keys: tuple[str, ...]
) -> None:
    """Raise WrongKey for options that a function does not take; allowed: its own parameters."""
    known = {argument.arg: argument for argument in allowed}
    for option, value in options.items():
        if option in known:
            annotation = known[option].annotation
            if annotation is not None and not fits(value, ast.unparse(annotation)):
                raise WrongKey(
                    (*keys, option), f"{value!r} must be of type {ast.unparse(annotation)}"
                )
        elif arguments.kwarg is None:
            raise WrongKey(
                (*keys, option),
                f"unknown option {option}; allowed: {', '.join(known) or 'none'}",
            )


def fits(value: object, annotation: str) -> bool:
    """Whether a value is of an annotated type; true of types that a study cannot tell."""
    names = annotation.split(" | ")
    if not all(name in TYPES for name in names):
        return True
    if isinstance(value, bool):
        return "bool" in names
    return any(isinstance(value, TYPES[name]) for name in names)
