"""What is committed works on every machine and names none."""

import re
import tomllib

from tests.architecture.sources import ROOT, files, read

# Written in pieces, so that this file does not contain what it looks for.
ADDRESSES = ("py" + "pi.org", "python" + "hosted", "npm" + "js.org", "index" + "-url", "un" + "pkg")
MACHINE = (r"(?<![\w.])/wo" + r"rk/", r"(?<![\w.])/ro" + r"ot/", r"(?<![\w.])/ho" + r"me/\w")


def texts():
    """Return every file that is text, with its content."""
    contents = [(path, (ROOT / path).read_bytes()) for path in files()]
    return [(path, found.decode()) for path, found in contents if b"\0" not in found]


def test_no_file_names_a_package_registry():
    assert [str(p) for p, text in texts() if any(part in text for part in ADDRESSES)] == []


def test_no_file_names_a_folder_of_one_machine():
    pattern = re.compile("|".join(MACHINE))
    assert [f"{p}: {m.group()}" for p, text in texts() for m in pattern.finditer(text)] == []


def test_lock_pins_every_package_with_hashes():
    lock = read(ROOT / "requirements.lock").split("\n")
    pins = [line for line in lock if re.match(r"^[a-z0-9]", line, re.IGNORECASE)]
    assert [line for line in pins if not re.match(r"^[\w.\[\]-]+==[^ ]+( ;.*)? \\$", line)] == []
    assert len(pins) > 100
    assert sum("--hash=sha256:" in line for line in lock) >= len(pins)


def test_version_is_the_newest_of_the_changelog():
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    newest = re.search(r"^## (\S+)", read(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == project["version"]


def test_folders_of_installed_things_are_ignored():
    ignored = set(read(ROOT / ".gitignore").split())
    assert {".venv/", ".data/", "staticfiles/"} <= ignored
