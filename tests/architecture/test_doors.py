"""An app is entered by its doors only; slices of other apps are nobody else's business."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import DOMAIN, python_files, tree

DOORS = {"contracts", "facade", "extension_points"}
# The roof gathers the apps.
ROOF_DOORS = DOORS | {"apps", "urls", "api_urls", "client_urls", "admin"}


def test_apps_reach_each_other_by_their_doors():
    broken = []
    for path in python_files():
        home = path.parts[0]
        if home == "tests":
            continue
        doors = ROOF_DOORS if home == "mcps_site" else DOORS
        for module in imported(path):
            app, _, rest = module.partition(".")
            if app in DOMAIN and app != home and rest.partition(".")[0] not in doors:
                broken.append(f"{path} imports {module}")
    assert sorted(broken) == []


def imported(path: Path) -> Iterator[str]:
    """Yield each imported module; `from a import b` counts as `a.b`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
