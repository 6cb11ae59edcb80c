"""Lets people in by the clock: schedules, dates among traits, and segments that staff let in."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from django.db import transaction

from campaigns.journeys import queries
from campaigns.journeys.models import JourneyTrigger
from campaigns.journeys.nodes.recurrence import next_occurrence
from campaigns.journeys.queries import DueTrigger, Entrant
from campaigns.journeys.rules.calendar import find_zone
from kernel.events import Bounds, wake

log = structlog.get_logger()

_BATCH = 5_000
# How often the dates among traits are looked at; people enter at most this much late.
DATE_CHECK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The next people of a trigger; `more` says that others follow at the same time."""

    entrants: list[Entrant]
    last_id: int
    more: bool


def start_due(*, now: datetime) -> int:
    """Let in one batch of the trigger whose time has come first; returns 1, or 0 when none is due.

    One transaction, in which the trigger moves on: a crash lets nobody in twice and loses nobody. A
    time that was missed by more than the age which the entry allows is left out.
    """
    with transaction.atomic():
        due = queries.lock_due_trigger(now=now)
        if due is None:
            return 0
        is_late = due.progress == 0 and due.kind != "manual" and now - due.next_at > due.max_age
        page = _Page(entrants=[], last_id=0, more=False) if is_late else _next_page(due)
        entered = queries.enter(page.entrants, now=now)
        queries.save_progress(
            due.id,
            progress=page.last_id if page.more else 0,
            next_at=due.next_at if page.more else _next_time(due, now=now),
        )
    log.info("journeys.scheduled", trigger=due.id, late=is_late, entered=entered)
    wake("campaigns.advance_journeys")
    return 1


def keep_days(bounds: Bounds) -> None:
    """Note the dates that a batch of trait changes tells, where a journey waits for such.

    Runs inside the transaction of the log's reader.
    """
    queries.lock_days()
    queries.refresh_days(bounds)


def fill_days() -> None:
    """Note the dates of everybody for the traits that journeys wait for; one statement.

    In the transaction that publishes the trigger, so that changes after it are read from the log.
    """
    queries.lock_days()
    queries.fill_days()


def first_time(trigger: JourneyTrigger, *, now: datetime) -> datetime | None:
    """Return when a new trigger of the clock is due first; `None` for every other kind."""
    if trigger.kind == JourneyTrigger.Kind.SCHEDULE:
        return _recurrence(trigger.settings, after=now)
    if trigger.kind == JourneyTrigger.Kind.DATE_TRAIT:
        return now + DATE_CHECK
    return None


def _next_page(due: DueTrigger) -> _Page:
    if due.kind == "date_trait":
        rows = queries.list_date_entrants(
            due.settings, after=due.progress, batch=_BATCH,
            since=due.next_at - DATE_CHECK, upto=due.next_at,
        )  # fmt: skip
        people = [(row.customer_id, {due.settings["trait"]: row.value}) for row in rows]
    else:
        members = queries.list_members(due.segment_id or 0, after=due.progress, batch=_BATCH)
        people = [(member, {}) for member in members]
    entrants = [
        Entrant(trigger_id=due.id, customer_id=customer, cause_id=0, ctx={"event": event})
        for customer, event in people
    ]
    return _Page(
        entrants=entrants,
        last_id=entrants[-1].customer_id if entrants else 0,
        more=len(entrants) == _BATCH,
    )


def _next_time(due: DueTrigger, *, now: datetime) -> datetime | None:
    """Return when a trigger is due again; spans of dates follow each other without a gap."""
    if due.kind == "schedule":
        return _recurrence(due.settings, after=max(due.next_at, now))
    if due.kind == "date_trait":
        is_far_behind = now - due.next_at > due.max_age
        return (now if is_far_behind else due.next_at) + DATE_CHECK
    return None


def _recurrence(settings: dict[str, Any], *, after: datetime) -> datetime | None:
    return next_occurrence(
        settings["rrule"],
        begins_on=date.fromisoformat(settings["begins_on"]),
        at=time.fromisoformat(settings["at"]),
        zone=find_zone(settings["zone"], fallback="UTC"),
        after=after,
    )
