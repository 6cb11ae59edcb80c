"""What became of one event: times, plan, person, segments, and what apps above did with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from kernel.errors import NotFound
from kernel.sql import SqlFile, text_array
from profiles.contracts import CustomerId, TimelineEntry
from profiles.directory.rules import mask_text
from profiles.extension_points import touchpoint_effects
from profiles.identities.rules import by_priority
from profiles.schema.rules import KINDS

SQL = SqlFile(__file__, "debugging")

_ACTIONS = {"allow": "let through", "omit": "property left out", "block": "blocked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One touchpoint with all that was stored of it."""

    id: int
    xid: str
    type: int
    customer_id: int
    recorded_for: int
    occurred_at: datetime
    received_at: datetime
    original_at: datetime | None
    sent_at: datetime | None
    starts_journeys: bool
    revenue: Decimal | None
    properties: dict[str, Any]
    context: dict[str, Any]
    event: str
    event_id: int
    source: str | None
    customer_key: UUID | None
    person_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow:
    """An identifier that the event named, and who has it now."""

    kind: str
    value: str
    owner_id: int | None
    owner_key: UUID | None
    first_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """A merge of people on the way of the event."""

    kind: str
    reason: str
    merged_at: datetime
    undone_at: datetime | None
    winner_key: UUID
    loser_key: UUID
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A segment that the person entered or left because of the event."""

    id: int
    entered: bool
    at: datetime
    name: str
    key: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Debugged:
    """Everything about one event, each part in the order in which it happened."""

    event: StoredEvent
    skew: timedelta | None
    times: str
    verdicts: list[tuple[str, str, str]]
    person: str
    named: list[tuple[str, str, str]]
    merges: list[MergeRow]
    effects: list[TimelineEntry]


def debug_event(xid: int, touchpoint_id: int, *, is_masked: bool) -> Debugged:
    """Return what became of an event. A few statements over indexes.

    Raises:
        NotFound: there is no such event, or its person was erased.
    """
    found = SQL.all("find_touchpoint", {"xid": str(xid), "id": touchpoint_id}, into=StoredEvent)
    if not found:
        raise NotFound("There is no such event. It may have belonged to somebody who was erased.")
    event = found[0]
    rows = _named(event)
    return Debugged(
        event=event,
        skew=event.received_at - event.sent_at if event.sent_at else None,
        times=_say_times(event),
        verdicts=_verdicts(event),
        person=_say_person(event, rows),
        named=[
            (row.kind.replace("_", " "), (mask_text(row.value) or "") if is_masked else row.value,
             _say_owner(row, event))
            for row in rows
        ],
        merges=_merges(event),
        effects=_effects(event),
    )  # fmt: skip


def _say_times(event: StoredEvent) -> str:
    if event.original_at is None:
        return "It did not say when it happened, so the moment of its arrival counts."
    if event.original_at == event.occurred_at:
        return "The sender's clock was used as it is."
    return (
        "The sender's clock was wrong: its time was moved by what lay between sending and arrival."
    )


def _verdicts(event: StoredEvent) -> list[tuple[str, str, str]]:
    plan = event.context.get("plan")
    found = plan.get("violations") if isinstance(plan, dict) else None
    return [
        (KINDS[each["kind"]][0], str(each.get("property", "")), _ACTIONS[each["action"]])
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict) and each.get("kind") in KINDS and each.get("action") in _ACTIONS
    ]


def _named(event: StoredEvent) -> list[NamedRow]:
    ids = event.context.get("ids")
    refs = [(k, v) for k, v in ids.items() if isinstance(v, str)] if isinstance(ids, dict) else []
    # jsonb forgets the order of members, so the order of weight is made again.
    params = {
        "kinds": text_array(kind for kind, _ in by_priority(refs)),
        "values": text_array(value for _, value in by_priority(refs)),
    }
    return SQL.all("list_named", params, into=NamedRow) if refs else []


def _say_person(event: StoredEvent, rows: list[NamedRow]) -> str:
    if not rows:
        return "One of our own apps recorded it for a person it knew."
    deciding = next((row for row in rows if row.owner_id == event.customer_id), None)
    if deciding is None:
        return "None of its identifiers belongs to this person any more."
    kind = deciding.kind.replace("_", " ")
    if event.person_since == event.occurred_at and deciding.first_seen_at == event.occurred_at:
        return f"Nobody was known by any of its identifiers: the {kind} began a new person."
    return f"The {kind} weighs most of its identifiers and belongs to this person."


def _say_owner(row: NamedRow, event: StoredEvent) -> str:
    if row.owner_id is None:
        return "Belongs to nobody now"
    if row.owner_id != event.customer_id:
        return "Belongs to somebody else; two known people are never joined by an event"
    if row.first_seen_at == event.occurred_at:
        return "Linked to this person by this event"
    return "Belonged to this person already"


def _merges(event: StoredEvent) -> list[MergeRow]:
    params = {
        "recorded_for": event.recorded_for, "customer_id": event.customer_id,
        "received_at": event.received_at,
    }  # fmt: skip
    return SQL.all("list_merges_of", params, into=MergeRow)


def _effects(event: StoredEvent) -> list[TimelineEntry]:
    params = {
        "id": event.id, "customer_id": event.customer_id, "received_at": event.received_at,
    }  # fmt: skip
    changes = SQL.all("list_changes_by", params, into=ChangeRow)
    entries = [
        TimelineEntry(
            at=change.at, kind="Segment", icon="funnel",
            title=f"{'Entered' if change.entered else 'Left'} {change.name}",
            url=reverse("profiles:segment", kwargs={"key": change.key}),
        )
        for change in changes
    ]  # fmt: skip
    for _key, source in touchpoint_effects.items():  # noqa: PERF102 -- a registry, no dict
        entries += source.effects(
            CustomerId(event.customer_id),
            touchpoint_id=event.id,
            segment_change_ids=[change.id for change in changes],
        )
    return sorted(entries, key=lambda entry: entry.at)
