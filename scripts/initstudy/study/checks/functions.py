"""Functions that a study names, checked by their source: to import them would take seconds."""

import ast

from initstudy.core.errors import InputError
from initstudy.core.plugins import INITIALIZERS, NETWORKS, source_of
from initstudy.core.syntax import read_module
from initstudy.study.checks.keys import WrongKey

PACKAGES = {"networks": NETWORKS, "initializers": INITIALIZERS}
"""Where methods are looked up, by the table of the study that they stand in."""

TYPES = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
    "None": (type(None),),
}
"""What fits an annotation. True is an int to Python, but is not meant as one."""
GIVEN = 2
"""An initializer's first parameters, network and context; options are the others."""


def check_functions(study: dict) -> None:
    """Raise WrongKey if a method does not exist or an option does not fit its signature."""
    for table, package in PACKAGES.items():
        for name, entry in study[table].items():
            try:
                file, function = source_of(entry["method"], package)
            except InputError as error:
                raise WrongKey((table, name, "method"), str(error)) from error
            for binding in read_module(file.absolute()).bindings.get(function, ()):
                # What is imported or assigned has a signature that only running it would tell.
                if isinstance(node := getattr(binding, "node", None), ast.FunctionDef):
                    options = entry.get("options", {})
                    check_options(node.args, options, (table, name, "options"))


def check_options(arguments: ast.arguments, options: dict, keys: tuple[str, ...]) -> None:
    """Raise WrongKey for options that a function's signature does not take."""
    positional = [*arguments.posonlyargs, *arguments.args][GIVEN:]
    allowed = {argument.arg: argument for argument in [*positional, *arguments.kwonlyargs]}
    for option, value in options.items():
        if option in allowed:
            annotation = allowed[option].annotation
            if annotation is not None and not fits(value, ast.unparse(annotation)):
                raise WrongKey(
                    (*keys, option), f"{value!r} must be of type {ast.unparse(annotation)}"
                )
        elif arguments.kwarg is None:
            known = ", ".join(allowed) or "none"
            raise WrongKey((*keys, option), f"unknown option {option}; allowed: {known}")


def fits(value: object, annotation: str) -> bool:
    """Whether a value is of an annotated type; true of types that a study cannot tell."""
    names = annotation.split(" | ")
    if not all(name in TYPES for name in names):
        return True
    if isinstance(value, bool):
        return "bool" in names
    return any(isinstance(value, TYPES[name]) for name in names)
