"""Appends events to the log and hints at waiting work."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog
from celery import current_app
from django.db import transaction

from kernel.errors import Invalid
from kernel.events.contracts import MAX_HOPS, Cause, EventType, NewEvent
from kernel.events.registry import event_types
from kernel.sql.files import SqlFile

SQL = SqlFile(__file__, "events")
log = structlog.get_logger()

_HINT_EVERY_SECONDS = 0.25
"""A task finds all work that lies there, so more hints than this only cost time."""

_hinted_at: dict[str, float] = {}


def publish(
    event_type: str,
    *,
    subject: str,
    payload: Mapping[str, Any],
    now: datetime,
    key: str | None = None,
    cause: Cause | None = None,
) -> int | None:
    """Append one event and return its id; `None` when its key exists or its chain is too long.

    See `publish_many`.
    """
    event = NewEvent(subject=subject, payload=payload, key=key, cause=cause)
    ids = publish_many(event_type, [event], now=now)
    return ids[0] if ids else None


def publish_many(event_type: str, events: Sequence[NewEvent], *, now: datetime) -> list[int]:
    """Append events of one type and return the ids of those that are new, in order.

    One statement in the current transaction. An event whose key exists is skipped. An event
    whose chain is longer than `MAX_HOPS` is refused and recorded as `kernel.loop_refused`.

    Raises:
        NotFound: the type is not registered.
        Invalid: a payload does not fit its type; nothing is published.
    """
    kind = event_types.get(event_type)
    accepted = [_row(kind, event) for event in events if event.hop <= MAX_HOPS]
    ids = _insert(kind, accepted, now=now)
    _refuse_loops(kind, [event for event in events if event.hop > MAX_HOPS], now=now)
    return ids


def wake(task_name: str) -> None:
    """Send a task by name after the commit, as a hint that work lies in a table.

    Losing the hint loses time, never work: the schedule runs the task anyway.
    """
    hint = _Hint(task_name)
    link = transaction.get_connection()
    if all(entry[1] != hint for entry in link.run_on_commit):
        link.on_commit(hint)


@dataclass(frozen=True, slots=True)
class _Hint:
    task_name: str

    def __call__(self) -> None:
        moment = time.monotonic()
        if moment - _hinted_at.get(self.task_name, -1.0) < _HINT_EVERY_SECONDS:
            return
        _hinted_at[self.task_name] = moment
        try:
            current_app.send_task(self.task_name, expires=60)
        except Exception as error:  # noqa: BLE001 (a broker that is down must not fail the request)
            log.warning("facts.hint_lost", task=self.task_name, error=type(error).__name__)


def _row(kind: EventType, event: NewEvent) -> dict[str, Any]:
    unknown = set(event.payload) - set(kind.payload.__dataclass_fields__)
    if unknown:
        raise Invalid("payload", f"{kind.name} has no {', '.join(sorted(unknown))}.")
    try:
        payload = msgspec.convert(dict(event.payload), type=kind.payload)
    except msgspec.ValidationError as error:
        raise Invalid("payload", f"{kind.name}: {error}") from None
    return {
        "subject": event.subject,
        "payload": payload,
        "key": event.key,
        "cause_id": event.cause.event_id if event.cause else None,
        "hop": event.hop,
    }


def _insert(kind: EventType, rows: list[dict[str, Any]], *, now: datetime) -> list[int]:
    if not rows:
        return []
    params = {
        "type": kind.name,
        "version": kind.version,
        "events": msgspec.json.encode(rows).decode(),
        "now": now,
    }
    return [row[0] for row in SQL.run("insert_events", params)]


def _refuse_loops(kind: EventType, events: Sequence[NewEvent], *, now: datetime) -> None:
    """Record each loop once a day for each type and subject: it is an incident, not a flood."""
    incidents = [
        NewEvent(
            subject=event.subject,
            payload={"event_type": kind.name, "hop": event.hop},
            key=f"kernel.loop_refused:{kind.name}:{event.subject}:{now:%Y-%m-%d}",
        )
        for event in events
    ]
    if incidents:
        log.error("facts.loop_refused", event_type=kind.name, refused=len(incidents))
        publish_many("kernel.loop_refused", incidents, now=now)
