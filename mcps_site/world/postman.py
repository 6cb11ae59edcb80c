"""Brings each captured message once to the people of the world."""

import json
from collections.abc import Iterator
from pathlib import Path


class Postman:
    """Remembers what was brought already; mail from before the start is left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "new"
        self.brought = set(self._names())

    def take(self) -> Iterator[bytes]:
        """Yield every mail that came since the last call, oldest first."""
        there = self._names()
        for name in sorted(there - self.brought):
            try:
                yield (self.folder / name).read_bytes()
            except FileNotFoundError:
                continue  # pruned in between
        self.brought = there

    def _names(self) -> set[str]:
        return {path.name for path in self.folder.glob("*")}


class Courier:
    """Brings the lines of a file of captured messages; those from before the start are left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = path.stat().st_size if path.exists() else 0

    def take(self) -> Iterator[dict[str, str]]:
        """Yield every message that came since the last call; the file may have begun anew."""
        if not self.path.exists():
            return
        if self.path.stat().st_size < self.offset:
            self.offset = 0
        with self.path.open("rb") as file:
            file.seek(self.offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # still being written
                self.offset += len(line)
                yield json.loads(line)
