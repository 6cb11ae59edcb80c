"""Reference pages say what the code says."""

import re

from django.core.management import get_commands

from tests.architecture.sources import PACKAGES, ROOT, python_files, read

READERS = (
    r"env\.(?:text|flag|number|names|amounts)\(\s*\"([A-Z_]+)\"",
    r"os\.environ(?:\.get|\.setdefault)?[\[(]\s*\"([A-Z_]+)\"",
    r"\"([A-Z_]+)\" (?:not )?in os\.environ",
)
# Set by make and by the test runner for the programs they start; nobody sets them by hand.
NOT_SETTINGS = {"MAKELEVEL", "PYTEST_XDIST_WORKER"}


def rows(page: str) -> list[str]:
    """Return the first cells of the page's tables."""
    return re.findall(r"^\| (`[^|]+) \|", read(ROOT / "docs" / "reference" / page), re.MULTILINE)


def differences(documented: list[str], found: set[str]) -> dict[str, list[str]]:
    return {
        "without a row": sorted(found - set(documented)),
        "no longer there": sorted(set(documented) - found),
        "twice": sorted({name for name in documented if documented.count(name) > 1}),
    }


NONE = {"without a row": [], "no longer there": [], "twice": []}


def test_every_setting_is_documented_and_every_documented_setting_exists():
    sources = [read(path) for path in python_files() if path.parts[0] in PACKAGES]
    found = {name for text in sources for reader in READERS for name in re.findall(reader, text)}
    documented = [row.strip("`") for row in rows("settings.md")]
    assert differences(documented, found - NOT_SETTINGS) == NONE


def test_every_make_target_is_documented_and_every_documented_target_exists():
    described = re.findall(r"^([a-z-]+):.*## ", read(ROOT / "Makefile"), flags=re.MULTILINE)
    documented = [name for row in rows("commands.md") for name in re.findall(r"`make (\S+)`", row)]
    assert differences(documented, set(described)) == NONE


def test_every_command_is_documented_and_every_documented_command_exists():
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in PACKAGES}
    documented = [row.strip("`") for row in rows("commands.md") if not row.startswith("`make ")]
    assert differences(documented, ours) == NONE


def test_readme_names_only_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), flags=re.MULTILINE))
    assert (
        set(
            re.findall(
                r"(?:^|`)(?:[A-Z]+=\S+ )?make ([a-z-]+)", read(ROOT / "README.md"), re.MULTILINE
            )
        )
        - targets
        == set()
    )
