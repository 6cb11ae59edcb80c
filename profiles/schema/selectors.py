"""Reads of what events look like, of the plan, and of what was not as planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.errors import NotFound
from kernel.sql import SqlFile
from profiles.schema.models import PlanAction, PlannedEvent
from profiles.schema.rules import ALLOW, KINDS

SQL = SqlFile(__file__, "pages")

IDENTIFY = "Identify"
# Values that fewer people share could name one of them.
_SHARED_BY = 3
_SAMPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event in the list."""

    id: int
    name: str
    is_planned: bool
    description: str
    owner: str
    seen: int
    recent: int
    first_at: datetime | None
    last_at: datetime | None
    violations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRow:
    """One property of an event: what was found, and what is planned, either may be missing."""

    name: str
    seen: int
    texts: int
    times: int
    numbers: int
    booleans: int
    objects: int
    lists: int
    nulls: int
    first_at: datetime | None
    last_at: datetime | None
    planned_type: str | None
    is_required: bool
    values: list[str]
    description: str

    @property
    def types(self) -> list[tuple[str, int]]:
        """The types that came, the most frequent first."""
        counted = [("text", self.texts), ("time", self.times), ("number", self.numbers),
                   ("boolean", self.booleans), ("object", self.objects), ("list", self.lists),
                   ("null", self.nulls)]  # fmt: skip
        return sorted((each for each in counted if each[1]), key=lambda each: -each[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """How often an event happened on one day."""

    day: date
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRow:
    """A source or a library that sends an event."""

    source: str | None
    library: str
    seen: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationRow:
    """How often one thing was not as planned on one day."""

    id: int
    day: date
    source: str | None
    event_id: int | None
    event: str
    kind: str
    property: str
    found: str
    action: str
    seen: int
    last_at: datetime
    message_id: UUID
    touchpoint_id: int | None
    touchpoint_xid: str | None


def find_event_id(name: str, *, create: bool = False) -> int:
    """Return the number of an event's name; `create` enters it when it is new.

    Raises:
        NotFound: no event has the name.
    """
    params = {"name": name}
    if create:
        SQL.run("enter_event", params)
    found: int | None = SQL.value("find_event", params)
    if found is None:
        raise NotFound(f"There is no event “{name}”.")
    return found


def list_events(
    *, query: str = "", only: str = "", now: datetime, after: str = "", limit: int
) -> list[EventRow]:
    """List events by name, with their last 30 days; `only` is planned, unplanned or violating."""
    params = {
        "query": query.lower(), "only": only, "after": after, "limit": limit,
        "since": (now - timedelta(days=30)).date(),
    }  # fmt: skip
    return SQL.all("list_events", params, into=EventRow)


def get_event(event_id: int, *, now: datetime) -> EventRow:
    """Return one event.

    Raises:
        NotFound: there is none.
    """
    params = {"id": event_id, "since": (now - timedelta(days=30)).date()}
    found = SQL.all("get_event", params, into=EventRow)
    if not found:
        raise NotFound("There is no such event.")
    return found[0]


def list_properties(event_id: int) -> list[PropertyRow]:
    """List the properties of an event, those that are planned first, then the most frequent."""
    return SQL.all("list_properties", {"event_id": event_id}, into=PropertyRow)


def list_days(event_id: int, *, now: datetime, days: int = 30) -> list[DayRow]:
    """List how often an event happened on each of the last days, oldest first."""
    params = {
        "event_id": event_id,
        "upto": now.date(),
        "since": (now - timedelta(days=days)).date(),
    }
    return SQL.all("list_days", params, into=DayRow)


def list_senders(event_id: int) -> list[SenderRow]:
    """List which sources and libraries send an event, the newest first."""
    return SQL.all("list_senders", {"event_id": event_id}, into=SenderRow)


def list_examples(event_id: int, *, is_masked: bool) -> dict[str, list[str]]:
    """Return values of each property in the newest 200 touchpoints of an event, frequent first.

    Masked, only values that at least three people share. Nothing is stored, so what is erased is
    gone from here too. Leans on the index by event and time.
    """
    params = {"event_id": event_id, "sample": _SAMPLE, "people": _SHARED_BY if is_masked else 1}
    examples: dict[str, list[str]] = {}
    for name, value in SQL.run("list_examples", params):
        examples.setdefault(name, []).append(value)
    return examples


def list_violations(
    *, event: str = "", before: tuple[datetime, int] | None = None, limit: int
) -> list[ViolationRow]:
    """List what was not as planned, newest first."""
    params = {
        "event": event, "limit": limit,
        "before_at": before[0] if before else None, "before_id": before[1] if before else None,
    }  # fmt: skip
    return SQL.all("list_violations", params, into=ViolationRow)


def list_actions(source_id: int | None) -> dict[str, str]:
    """Return what is done about each kind of violation; an empty text means “as in all sources”."""
    rows = PlanAction.objects.filter(source_id=source_id)  # type: ignore[misc]  # None is all
    found = dict(rows.values_list("kind", "action"))
    return {kind: found.get(kind, ALLOW if source_id is None else "") for kind in KINDS}


def list_source_names() -> list[tuple[int, str]]:
    """List the sources that may have actions of their own."""
    return [(number, name) for number, name in SQL.run("list_source_names")]


def describe_plan(event_id: int) -> dict[str, Any] | None:
    """Return what is planned for an event as plain values, or `None`."""
    row = PlannedEvent.objects.filter(event_id=event_id).first()
    if row is None:
        return None
    return {
        "description": row.description, "owner": row.owner,
        "properties": [
            {"name": each.name, "type": each.type, "is_required": each.is_required,
             "values": each.values, "description": each.description}
            for each in row.properties.order_by("id")
        ],
    }  # fmt: skip


def find_plan(name: str) -> dict[str, Any] | None:
    """Return what is planned for the event of a name as plain values, or `None`."""
    event_id: int | None = SQL.value("find_event", {"name": name})
    return describe_plan(event_id) if event_id is not None else None


def suggest_events(*, now: datetime) -> list[tuple[str, int]]:
    """Return the names of events with how often each happened in the last 30 days."""
    params = {"since": (now - timedelta(days=30)).date()}
    return _pairs(SQL.run("suggest_events", params))


def suggest_properties(event: str) -> list[tuple[str, int]]:
    """Return the properties of an event with how often each was found."""
    return _pairs(SQL.run("suggest_properties", {"event": event}))


def _pairs(rows: Sequence[Sequence[Any]]) -> list[tuple[str, int]]:
    return [(name, times) for name, times in rows]
