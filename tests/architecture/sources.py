"""The files of this repository, as the tests of its shape read them."""

import ast
import gc
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAIN = ("profiles", "campaigns", "referrals", "analytics")
PACKAGES = ("kernel", *DOMAIN, "mcps_site")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Return the files of the repository that are not ignored, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [Path(line) for line in listed.stdout.splitlines()]
    return tuple(path for path in found if (ROOT / path).is_file())


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def python_files() -> list[Path]:
    return [path for path in files("*.py") if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    # A collection in the middle of parsing may parse again, which this version of Python refuses.
    gc.disable()
    try:
        return ast.parse(read(path), filename=str(path))
    finally:
        gc.enable()


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Yield every function of a file with its dotted name inside the file."""
    yield from _functions(tree(path), "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{child.name}", child
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def lines_of(node: ast.stmt) -> int:
    """Return how many lines a definition takes, its decorators not counted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def lines_of_body(node: Function) -> int:
    """Return the lines of a function without its signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1
