"""Pausing, resuming and ending a journey, and what becomes of the people inside."""

from datetime import datetime

import structlog
from django.db import transaction

from campaigns.journeys import stops
from campaigns.journeys.models import Journey
from kernel.audit import record
from kernel.errors import Conflict
from kernel.events import wake

log = structlog.get_logger()
Inside = Journey.PeopleInside


@transaction.atomic
def pause_journey(
    journey: Journey, *, actor: str, now: datetime, inside: str = Inside.GO_ON
) -> None:
    """Let nobody enter any more; people inside go on, or are held where they stand.

    Held people get no message either: what is planned waits.

    Raises:
        Conflict: the journey is not live.
    """
    _switch(journey, (Journey.Status.LIVE,), Journey.Status.PAUSED, inside, actor=actor, now=now)
    if inside == Inside.HOLD:
        hold_people()
        wake("campaigns.hold_paused")


@transaction.atomic
def resume_journey(
    journey: Journey, *, actor: str, now: datetime, overdue_leave: bool = False
) -> None:
    """Let people enter again; who was held goes on, or leaves where their time has passed meanwhile.

    Raises:
        Conflict: the journey is not paused.
    """
    paused = (Journey.Status.PAUSED,)
    _switch(journey, paused, Journey.Status.LIVE, Inside.GO_ON, actor=actor, now=now)
    if overdue_leave:
        _take_out(journey, who="overdue", reason="overdue_at_resuming", now=now)
    stops.release_timers(journey.pk)
    wake("campaigns.advance_journeys")


@transaction.atomic
def end_journey(journey: Journey, *, actor: str, now: datetime, inside: str = Inside.GO_ON) -> None:
    """End a journey for good: nobody enters; people inside go on to its end, or leave at once.

    Raises:
        Conflict: the journey is neither live nor paused.
    """
    running = (Journey.Status.LIVE, Journey.Status.PAUSED)
    _switch(journey, running, Journey.Status.ENDED, inside, actor=actor, now=now)
    if inside == Inside.LEAVE:
        _take_out(journey, who="everybody", reason="journey_ended", now=now)
    else:
        stops.release_timers(journey.pk)
        wake("campaigns.advance_journeys")


@transaction.atomic
def hold_people() -> int:
    """Put away the timers of everybody in journeys that are paused and hold them; returns how many.

    Safe to repeat; a task does, for those who were on their way when their journey was paused.
    """
    return stops.hold_timers()


def count_overdue(journey: Journey, *, now: datetime) -> int:
    """Return how many people who are held would have gone on already."""
    return stops.count_overdue(journey.pk, now=now)


def _take_out(journey: Journey, *, who: str, reason: str, now: datetime) -> int:
    gone = stops.take_out(journey.pk, who=who, reason=reason, now=now)
    log.info("journeys.taken_out", journey=journey.pk, reason=reason, people=gone)
    return gone


def _switch(
    journey: Journey, before: tuple[str, ...], after: str, inside: str, *, actor: str, now: datetime
) -> None:
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    if locked.status not in before:
        raise Conflict(f"“{locked.name}” is {locked.status}, not {' or '.join(before)}.")
    was = {"status": locked.status, "people_inside": locked.people_inside}
    locked.status, locked.people_inside = after, inside
    locked.save(update_fields=["status", "people_inside"])
    record(
        actor=actor,
        verb={"paused": "paused", "live": "resumed", "ended": "ended"}[after],
        object_type="journey",
        object_id=str(locked.key),
        before=was,
        after={"status": after, "people_inside": inside},
        now=now,
    )
