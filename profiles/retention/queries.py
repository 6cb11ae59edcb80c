"""Typed calls of the statements that forget touchpoints."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events.contracts import Position
from kernel.sql import SqlFile

SQL = SqlFile(__file__, "forgetting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Touchpoints of one event, of one source or all, between two instants, read by everybody."""

    event_id: int
    source_id: int | None
    start: datetime
    before: datetime
    read_upto: Position

    def params(self) -> dict[str, object]:
        """Return the slot as the statements take it."""
        return {
            "event_id": self.event_id, "source_id": self.source_id, "start": self.start,
            "xid": self.read_upto.xid, "id": self.read_upto.id,
        }  # fmt: skip


def list_events_of(source_id: int) -> list[int]:
    """List the events that a source ever sent."""
    return [row[0] for row in SQL.run("list_events_of", {"source_id": source_id})]


def find_bound(slot: Slot, *, limit: int) -> tuple[datetime | None, int]:
    """Find the time of the last of the oldest so many touchpoints, and how many there are."""
    params = {**slot.params(), "before": slot.before, "limit": limit}
    [(at, touchpoints)] = SQL.run("find_bound", params)
    return at, touchpoints


def forget_set(slot: Slot, *, upto: datetime) -> tuple[int, list[int]]:
    """Delete the touchpoints of a slot up to an instant; return how many, and whose they were."""
    [(touchpoints, people)] = SQL.run("forget_set", {**slot.params(), "upto": upto})
    return touchpoints, people
