"""What a slice says about a log whose old facts may be forgotten."""

from datetime import datetime
from typing import NamedTuple, Protocol

from kernel.events.contracts import Position
from kernel.registry import Registry


class Extent(NamedTuple):
    """How far back a log reaches, and what it occupies."""

    oldest_at: datetime | None
    bytes: int


class Retained(Protocol):
    """One log that may forget its old facts."""

    label: str
    text: str

    def measure(self) -> Extent:
        """Return how far back the log reaches. Must not scan it."""
        ...

    def forget(self, *, before: datetime, upto: Position) -> int:
        """Delete facts older than an instant and not beyond a position; return how many.

        In the caller's transaction; safe to run twice. May leave some for the next run.
        """
        ...


retained_logs: Registry[Retained] = Registry("retained log")
"""By the name of the fact log."""
