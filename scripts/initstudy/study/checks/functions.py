"""Functions that a study names, checked by their source: to import them would take seconds."""

import ast
from pathlib import Path

from initstudy.core.errors import InputError
from initstudy.core.plugins import source_of
from initstudy.study.checks.keys import WrongKey

PACKAGES = {"networks": "initstudy.networks", "initializers": "initstudy.initializers"}
"""Where dotted names of methods are looked up, by the table of the study that they stand in."""

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
    sources: dict[Path, dict[str, ast.stmt]] = {}
    for table, package in PACKAGES.items():
        for name, entry in study[table].items():
            keys = (table, name, "method")
            try:
                file, function = source_of(entry["method"], package)
            except InputError as error:
                raise WrongKey(keys, str(error)) from error
            if file not in sources:
                sources[file] = definitions(file, keys)
            defined = sources[file]
            if function not in defined:
                own = ast.FunctionDef | ast.ClassDef
                known = [key for key, value in defined.items() if isinstance(value, own)]
                raise WrongKey(
                    keys, f"{file} has no {function!r}; it has {', '.join(known) or 'none'}"
                )
            if isinstance(defined[function], ast.FunctionDef):
                given = entry.get("options", {})
                check_options(defined[function].args, given, (table, name, "options"))


def definitions(file: Path, keys: tuple[str, ...]) -> dict[str, ast.stmt]:
    """What a file defines at its top level, by name: functions, and what else can be called."""
    try:
        statements = ast.parse(file.read_bytes()).body
    except (SyntaxError, ValueError) as error:
        raise WrongKey(keys, f"{file} is not valid Python ({error})") from error
    defined: dict[str, ast.stmt] = {}
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                defined[name] = statement
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                defined |= {name.asname or name.name: statement for name in names}
            case ast.Assign(targets=targets):
                defined |= {item.id: statement for item in targets if isinstance(item, ast.Name)}
    return defined


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
