"""Files, functions, classes, templates and statements stay small.

Each exception stands in `size_baseline.toml` with its number and its reason. A number may neither
grow nor stay behind: when the code shrinks, the baseline must follow.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.architecture.sources import (
    PACKAGES,
    ROOT,
    files,
    functions,
    lines_of,
    python_files,
    read,
    tree,
)

LIMITS = {
    "file": 500,
    "test file": 600,
    "function": 60,
    "model class": 150,
    "template": 250,
    "SQL statement": 80,
    # Lines that are not empty; see docs/decisions/0006-the-floor-is-counted-in-rooms.md.
    "kernel/ui": 2_500,
    "room of kernel": 900,
    "kernel without ui": 3_500,
}


def test_nothing_is_larger_than_its_limit_or_its_baseline():
    allowed = {(row["kind"], row["name"]): row["lines"] for row in baseline()}
    found = {(kind, name): lines for kind, name, lines in measure() if lines > LIMITS[kind]}
    assert {key: lines for key, lines in found.items() if lines > allowed.get(key, 0)} == {}


def test_baseline_is_lowered_when_something_shrank():
    sizes = {(kind, name): lines for kind, name, lines in measure()}
    stale = {}
    for row in baseline():
        present = sizes.get((row["kind"], row["name"]), 0)
        if present <= LIMITS[row["kind"]] or present < row["lines"]:
            stale[row["kind"], row["name"]] = present
    assert stale == {}


def test_each_exception_has_a_reason():
    assert [row["name"] for row in baseline() if len(row["reason"].split()) < 4] == []


def baseline() -> list[dict[str, Any]]:
    path = ROOT / "tests" / "architecture" / "size_baseline.toml"
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get(
        "exception", []
    )
    return rows


def measure() -> Iterator[tuple[str, str, int]]:
    for path in python_files():
        lines = len(read(path).splitlines())
        yield "test file" if path.parts[0] == "tests" else "file", str(path), lines
        for name, node in functions(path):
            yield "function", f"{path}::{name}", lines_of(node)
    yield from _rooms_of_kernel()
    yield from _model_classes()
    for path in files("*.html"):
        yield "template", str(path), len(read(path).splitlines())
    for path in files(*(f"{package}/**/*.sql" for package in PACKAGES)):
        # A trigger's function in a migration is a program, not a statement.
        if "migrations" in path.parts:
            continue
        for name, text in _statements(path):
            yield "SQL statement", f"{path}::{name}", len(text.strip().splitlines())


def _rooms_of_kernel() -> Iterator[tuple[str, str, int]]:
    rooms: Counter[str] = Counter()
    for path in python_files():
        if path.parts[0] == "kernel":
            room = "/".join(path.parts[:2]) if len(path.parts) > 2 else "kernel"
            rooms[room] += sum(bool(line.strip()) for line in read(path).splitlines())
    ui = rooms.pop("kernel/ui", 0)
    yield "kernel/ui", "kernel/ui", ui
    yield "kernel without ui", "kernel", rooms.total()
    for room, lines in sorted(rooms.items()):
        yield "room of kernel", room, lines


def _model_classes() -> Iterator[tuple[str, str, int]]:
    for path in python_files():
        if path.name == "models.py" or "models" in path.parts:
            for node in tree(path).body:
                if isinstance(node, ast.ClassDef):
                    yield "model class", f"{path}::{node.name}", lines_of(node)


def _statements(path: Path) -> list[tuple[str, str]]:
    parts = re.split(r"^-- name:\s*(\S+).*$", read(path), flags=re.MULTILINE)
    named = list(zip(parts[1::2], parts[2::2], strict=True))
    return named or [(path.stem, parts[0])]
