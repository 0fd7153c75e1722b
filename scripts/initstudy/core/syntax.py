"""What files of source code say, whatever their layout: no comments, docstrings or positions."""

import ast
import functools
import hashlib
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from initstudy.core.errors import InputError

HARMLESS_DECORATORS = {"cache", "contextmanager", "dataclass", "lru_cache", "no_grad", "wraps"}
"""Others may put what they decorate on a list, which is an effect."""
LEFT_OUT = ("None", "[]", "0")
"""Values of a node's field that say nothing; some versions of Python leave them out."""
C_TOKEN = re.compile(
    r"""
    (?P<blank> (?: /\*.*?\*/ | //[^\n]* | \s )+ )
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [\w.]+
    | <<= | >>= | -> | \+\+ | -- | && | \|\| | << | >> | \#\# | [-+*/%&|^=!<>]= | .
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, eq=False)
class Import:
    """One name that an import statement binds, and what it stands for."""

    bound: str
    """The name, or `*`."""
    module: tuple[str, ...]
    """The parts of the module's name."""
    member: str | None
    """What of the module it is; None if it is the module."""
    folder: Path | None
    """Where a relative import starts; None if it is absolute."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of the name of what is bound, were it a module."""
        return self.module if self.member in (None, "*") else (*self.module, self.member)


def imported(node: ast.AST, file: Path = Path()) -> list[Import]:
    """What a node binds if it is an import statement. `import a.b` binds `a` to both a and a.b."""
    if isinstance(node, ast.ImportFrom):
        module = tuple(node.module.split(".")) if node.module else ()
        folder = file.parents[node.level - 1] if 0 < node.level <= len(file.parents) else None
        return [Import(name.asname or name.name, module, name.name, folder) for name in node.names]
    found = []
    for name in node.names if isinstance(node, ast.Import) else ():
        parts = tuple(name.name.split("."))
        if name.asname:
            found.append(Import(name.asname, parts, None, None))
        else:
            prefixes = [parts[: length + 1] for length in range(len(parts))]
            found += [Import(parts[0], prefix, None, None) for prefix in prefixes]
    return found


class Statement:
    """A top-level statement of a file, and the names that it uses and binds."""

    def __init__(self, module: "Module", node: ast.stmt):
        nodes = list(ast.walk(node))
        self.module, self.node = module, node
        self.names = {item.id for item in nodes if isinstance(item, ast.Name)}
        self.imports = [binding for item in nodes for binding in imported(item, module.path)]
        self.is_effect = _is_effect(node)
        self.is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        self.bound = {node.name} if self.is_definition else _bound(nodes)
        self.bound |= {binding.bound for binding in self.imports if not self.is_definition}

    @functools.cached_property
    def is_ordered(self) -> bool:
        """Whether it matters when it runs: not for definitions, nor for what is made of constants
        alone and stays as it is."""
        if self.is_effect or self.is_definition:
            return self.is_effect
        made_once = all(len(self.module.bindings[name]) == 1 for name in self.bound)
        return not (made_once and self.names <= self.bound)

    @functools.cached_property
    def text(self) -> str:
        """The digest of what it says."""
        return hashed(python_text([self.node]))


def _is_effect(node: ast.stmt) -> bool:
    """Whether it does, or may do, more than bind names."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return not {*map(_last_name, node.decorator_list)} <= HARMLESS_DECORATORS
        case ast.Assign(targets=targets):
            places = (place for target in targets for place in ast.walk(target))
            return any(isinstance(place, ast.Attribute | ast.Subscript) for place in places)
        case ast.AnnAssign(target=target):
            return not isinstance(target, ast.Name)
    return True


def _last_name(decorator: ast.expr) -> str:
    """`cache` of `@functools.cache`."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).rpartition(".")[2]


def _bound(nodes: list[ast.AST]) -> set[str]:
    """The names that a statement may bind: what it stores, but for the loops inside of [...]."""
    loops = (node for node in nodes if isinstance(node, ast.comprehension))
    inner = {name for loop in loops for name in ast.walk(loop.target)}
    names = [node for node in nodes if isinstance(node, ast.Name) and node not in inner]
    stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return stored | {name for node in nodes if isinstance(name := getattr(node, "name", None), str)}


class Module:
    """A Python file. Raises InputError if it is not valid, or not there."""

    text = "module"

    def __init__(self, path: Path):
        tree = _parsed(path)
        self.path = path
        self.imports: list[Import] = []
        """All that it imports, wherever it does."""
        self.bindings: dict[str, list[Statement | Import]] = {}
        """What binds its names, in the order of the file."""
        self.positions: dict[Statement, int] = {}
        """Its statements, but for those that only import."""
        for position, node in enumerate(tree.body):
            if _only_binds_imports(node):
                self.imports += imported(node, path)
                for item in imported(node, path):
                    self.bindings.setdefault(item.bound, []).append(item)
            elif not _does_nothing(node):
                statement = Statement(self, node)
                self.positions[statement] = position
                self.imports += statement.imports
                for name in statement.bound:
                    self.bindings.setdefault(name, []).append(statement)
        effects = [statement for statement in self.positions if statement.is_effect]
        self.effects = [effect for effect in effects if not _is_main(effect.node)]
        self.main = [effect for effect in effects if _is_main(effect.node)]
        """What runs only where the file is run as a program."""
        compiled = path.with_suffix(".c")
        self.c_texts = [hashed(c_text(compiled.read_text()))] if compiled.is_file() else []
        """The digest of the code in C beside it, which has its name."""


@functools.cache
def read_module(path: Path) -> Module:
    """The file, which is read once a process."""
    return Module(path)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its name") from error
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        place = f"{path}, line {line}," if line else str(path)
        raise InputError(f"{place} is not valid Python: {getattr(error, 'msg', error)}") from error


def _is_main(node: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__": ...`, which does nothing in an import."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _only_binds_imports(node: ast.stmt) -> bool:
    """Whether it imports, and does no more than bind the names that it gives."""
    if isinstance(node, ast.ImportFrom):
        return node.module != "__future__" and node.names[0].name != "*"
    return isinstance(node, ast.Import)


def python_text(value: object) -> str:
    """A syntax tree, or what a field of one holds, as text: equal for equal code.

    Unlike that of ast.dump, it is equal on Python 3.11 to 3.14. Import statements are there as the
    names that they bind, and what does nothing (docstrings, `pass`) is not.
    """
    if isinstance(value, ast.Constant):
        return f"{type(value.value).__name__} {value.value!a}"
    if isinstance(value, ast.JoinedStr):
        return f"JoinedStr({', '.join(map(python_text, _merged(value.values)))})"
    if isinstance(value, list):
        return f"[{', '.join(map(python_text, _effective(value)))}]"
    if not isinstance(value, ast.AST):
        return ascii(value)
    fields = [(name, python_text(getattr(value, name))) for name in value._fields if name != "ctx"]
    said = [f"{name}={text}" for name, text in fields if text not in LEFT_OUT]
    return f"{type(value).__name__}({', '.join(said)})"


def _merged(parts: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string: versions of Python cut its constant text into different pieces."""
    merged = []
    for constant, group in groupby(parts, lambda part: isinstance(part, ast.Constant)):
        if constant:
            text = "".join(part.value for part in group)
            merged += [ast.Constant(text)] if text else []
        else:
            merged += group
    return merged


def _effective(items: list) -> list:
    """Without the statements that do nothing; imports in a row are the names that they bind."""
    kept = [item for item in items if not _does_nothing(item)]
    effective = []
    for imports, group in groupby(kept, lambda item: isinstance(item, ast.Import | ast.ImportFrom)):
        if imports:
            # Sorted, as their order follows from the names of modules.
            effective.append(sorted({item.bound for node in group for item in imported(node)}))
        else:
            effective += group
    return effective


def _does_nothing(node: object) -> bool:
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, ast.Pass)


def c_text(source: str) -> str:
    """C code as its tokens, so that comments and white space do not count but where they have to:
    inside of quotes, and on lines of the preprocessor, which end where the line does."""
    tokens = []
    in_directive = False
    for match in C_TOKEN.finditer(source.replace("\\\n", "")):
        token = match[0]
        if match["blank"]:
            ends_line = "\n" in re.sub(r"/\*.*?\*/", "", token, flags=re.DOTALL)
            if in_directive:
                tokens.append("\n" if ends_line else " ")
            in_directive = in_directive and not ends_line
        else:
            in_directive = in_directive or token == "#"
            tokens.append(token)
    return "\0".join(tokens)
