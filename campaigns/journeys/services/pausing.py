"""Pausing: nobody enters a paused journey; people inside go on to its end."""

from datetime import datetime

from django.db import transaction

from campaigns.journeys.models import Journey
from kernel.audit import record
from kernel.errors import Conflict


@transaction.atomic
def pause_journey(journey: Journey, *, actor: str, now: datetime) -> None:
    """Let nobody enter any more; raises `Conflict` when the journey is not live."""
    _switch(journey, Journey.Status.LIVE, Journey.Status.PAUSED, actor=actor, now=now)


@transaction.atomic
def resume_journey(journey: Journey, *, actor: str, now: datetime) -> None:
    """Let people enter again from now on; raises `Conflict` when the journey is not paused."""
    _switch(journey, Journey.Status.PAUSED, Journey.Status.LIVE, actor=actor, now=now)


def _switch(journey: Journey, before: str, after: str, *, actor: str, now: datetime) -> None:
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    if locked.status != before:
        raise Conflict(f"“{locked.name}” is {locked.status}, not {before}.")
    locked.status = after
    locked.save(update_fields=["status"])
    record(
        actor=actor,
        verb="paused" if after == Journey.Status.PAUSED else "resumed",
        object_type="journey",
        object_id=str(locked.key),
        before={"status": before},
        after={"status": after},
        now=now,
    )
