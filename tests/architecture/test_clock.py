"""The clock and chance are asked by the outermost caller only and handed in as arguments."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import DOMAIN, python_files, tree

# The rooms that decide, store and read. Views, API, tasks and commands are the outermost callers.
INNER = {
    "contracts", "facade", "extensions", "models", "queries", "rules", "selectors", "services",
    "subscribers",
}  # fmt: skip
ASKING = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now",
    "timezone.localtime", "timezone.localdate", "time.time", "random.random", "random.choice",
    "random.randint", "random.shuffle", "random.sample", "uuid.uuid4", "uuid4",
    "secrets.choice", "secrets.randbelow",
}  # fmt: skip


def test_inner_rooms_are_told_the_time():
    found = [
        f"{path}:{line} {call}"
        for path in python_files()
        if path.parts[0] in DOMAIN and INNER.intersection([*path.parts[:-1], path.stem])
        for line, call in calls(path)
        if call in ASKING
    ]
    assert found == []


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ".".join(ast.unparse(node.func).split(".")[-2:])
