"""How far each subscriber is behind, for the operations page and the metrics."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events.contracts import START, Position
from kernel.events.logs import count_waiting
from kernel.events.registry import logs, subscribers
from kernel.sql.files import SqlFile

SQL = SqlFile(__file__, "lag")

COUNT_LIMIT = 100_000
"""Counting further costs more than the difference tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorRow:
    """A cursor as it is stored, and how many of its facts are parked."""

    name: str
    source: str
    fact_xid: str
    fact_id: int
    handled: int
    moved_at: datetime | None
    error: str
    failed_at: datetime | None
    parked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """A cursor and what waits behind it; `waiting` stops at `COUNT_LIMIT`."""

    cursor: CursorRow
    waiting: int
    oldest_at: datetime | None

    def seconds(self, *, now: datetime) -> float | None:
        """Return for how long the oldest fact has waited, or `None` where that is unknown."""
        if not self.waiting:
            return 0.0
        return max(0.0, (now - self.oldest_at).total_seconds()) if self.oldest_at else None


def list_lags() -> list[Lag]:
    """Return the lag of every subscriber, the ones that never ran included.

    One small statement for each subscriber: an index scan over what waits.
    """
    stored = {row.name: row for row in SQL.all("list_cursors", into=CursorRow)}
    return [
        _lag(stored.get(name) or _never_ran(name, subscriber.source))
        for name, subscriber in subscribers.items()
    ]


def _lag(row: CursorRow) -> Lag:
    position = Position(row.fact_xid, row.fact_id)
    waiting = count_waiting(logs.get(row.source), position, most=COUNT_LIMIT)
    return Lag(cursor=row, waiting=waiting.count, oldest_at=waiting.oldest_at)


def _never_ran(name: str, source: str) -> CursorRow:
    return CursorRow(
        name=name, source=source, fact_xid=START.xid, fact_id=START.id, handled=0,
        moved_at=None, error="", failed_at=None, parked=0,
    )  # fmt: skip
