"""Brings each mail of the captured mailbox once to the people of the world."""

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
