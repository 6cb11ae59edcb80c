"""Which names of which `.sql` files the code uses, read from the source without importing it."""

import ast
from dataclasses import dataclass, field
from pathlib import Path

from kernel.sql.files import locate

_RUNNERS = {"all", "count", "find", "one", "run", "text", "value"}


@dataclass(slots=True)
class FileUse:
    """How the code uses one `.sql` file: names asked for, and every literal beside the loader."""

    asked: dict[str, str] = field(default_factory=dict)
    literals: set[str] = field(default_factory=set)


def find_uses(folder: Path) -> dict[Path, FileUse]:
    """Return the use of every `.sql` file that a module below the folder loads."""
    uses: dict[Path, FileUse] = {}
    for module in sorted(folder.rglob("*.py")):
        source = module.read_text(encoding="utf-8")
        if "SqlFile(" in source:
            _read_module(module, ast.parse(source), uses)
    return uses


def _read_module(module: Path, tree: ast.Module, uses: dict[Path, FileUse]) -> None:
    loaded: dict[str, FileUse] = {}
    for node in tree.body:
        variable, subject = _loader(node)
        if variable and subject:
            loaded[variable] = uses.setdefault(locate(module, subject), FileUse())
    constants = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    for use in loaded.values():
        use.literals |= {text for text in constants if isinstance(text, str)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        variable = _runner(call)
        if variable in loaded and call.args:
            for part in ast.walk(call.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    loaded[variable].asked[part.value] = f"{module}:{call.lineno}"


def _loader(node: ast.stmt) -> tuple[str, str]:
    """Return variable and subject of `NAME = SqlFile(__file__, "subject")`, else empty texts."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=variable)],
            value=ast.Call(func=ast.Name(id="SqlFile"), args=[_, ast.Constant(value=str(subject))]),
        ):
            return variable, subject
        case _:
            return "", ""


def _runner(call: ast.Call) -> str:
    """Return the variable of `NAME.run(…)`, else an empty text."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=variable), attr=method) if method in _RUNNERS:
            return variable
        case _:
            return ""
