"""Moves broadcasts on: gathers audiences, plans messages, watches the limits, ends them.

Each step is one transaction under a lock of the broadcast's row and says in that row how far it
came, so that a crash anywhere repeats one step whole.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from campaigns.broadcasts import queries
from campaigns.broadcasts.models import Broadcast
from campaigns.broadcasts.rules import PLACES, Limit, Status, Timing, find_breach
from kernel.audit import record
from kernel.events import wake

log = structlog.get_logger()

_BATCH = 10_000
# Reading one person's hours costs about 0.2 ms; of so many the hours of an audience are known well.
_MOST_READ = 2_000
# How old figures may get: while messages leave, and afterwards while people still answer.
_FRESH, _SETTLED = timedelta(seconds=5), timedelta(minutes=10)
_ANSWERING = timedelta(days=30)
_AT_WORK = (Status.SCHEDULED, Status.GATHERING, Status.RUNNING)


def advance_broadcasts(*, now: datetime) -> int:
    """Take one step with each broadcast that can go on; returns how many did."""
    waiting = Broadcast.objects.filter(status__in=_AT_WORK, starts_at__lte=now)
    stopped = Broadcast.objects.filter(status=Status.STOPPED, measured_at=None)
    ids = [*waiting.values_list("pk", flat=True), *stopped.values_list("pk", flat=True)]
    return sum(_advance(broadcast_id, now=now) for broadcast_id in ids)


def measure_broadcasts(*, now: datetime) -> int:
    """Count the figures of broadcasts whose figures are too old; returns how many."""
    counted = 0
    recent = Broadcast.objects.exclude(status=Status.DRAFT).filter(gathered_at__isnull=False)
    # What was just stopped is counted once its queue is empty, by `advance_broadcasts`.
    recent = recent.exclude(status=Status.STOPPED, measured_at=None)
    for broadcast in recent.exclude(finished_at__lt=now - _ANSWERING):
        age = _FRESH if broadcast.finished_at is None else _SETTLED
        if broadcast.measured_at is None or broadcast.measured_at <= now - age:
            counted += _measure(broadcast.pk, now=now)
    return counted


@transaction.atomic
def _advance(broadcast_id: int, *, now: datetime) -> bool:
    broadcast = (
        Broadcast.objects.select_for_update(skip_locked=True).filter(pk=broadcast_id).first()
    )
    if broadcast is None:
        return False
    if broadcast.status in {Status.SCHEDULED, Status.GATHERING}:
        return _gather(broadcast, now=now)
    if broadcast.status == Status.RUNNING:
        return _run(broadcast, now=now)
    if queries.hold_stopped(broadcast.pk, batch=_BATCH, now=now):
        return True
    if broadcast.measured_at is None:
        _count(broadcast, now=now)
    return False


def _gather(broadcast: Broadcast, *, now: datetime) -> bool:
    seen = queries.gather(broadcast.pk, batch=_BATCH)
    status = Status.GATHERING if seen else Status.RUNNING
    if not seen and broadcast.timing == Timing.BEST:
        queries.read_hours(broadcast.pk, most=_MOST_READ, now=now)
    Broadcast.objects.filter(pk=broadcast.pk).update(
        status=status, gathered_at=None if seen else now
    )
    if not seen:
        log.info("broadcasts.gathered", broadcast_id=broadcast.pk)
    return True


def _run(broadcast: Broadcast, *, now: datetime) -> bool:
    """Plan the share of the step; then wait, look at the limits, and go on or end."""
    if broadcast.step_done_at is None:
        percent = broadcast.rollout[broadcast.step]
        if queries.plan(broadcast.pk, percent=percent, batch=_BATCH, now=now):
            wake("campaigns.send_due")
            return True
        _count(broadcast, now=now)
        Broadcast.objects.filter(pk=broadcast.pk).update(step_done_at=now)
        return True
    if broadcast.measured_at and broadcast.measured_at > now - _FRESH:
        return False
    is_done = not queries.has_queued(broadcast.pk)
    figures = _count(broadcast, now=now)
    breach = find_breach(_limits(broadcast), figures)
    if breach:
        _stop(broadcast, breach, now=now)
        return True
    if broadcast.step + 1 < len(broadcast.rollout):
        return _go_on(broadcast, now=now)
    if is_done:
        Broadcast.objects.filter(pk=broadcast.pk).update(status=Status.FINISHED, finished_at=now)
        log.info("broadcasts.finished", broadcast_id=broadcast.pk)
    return False


def _go_on(broadcast: Broadcast, *, now: datetime) -> bool:
    waited = now - (broadcast.step_done_at or now)
    if waited < timedelta(minutes=broadcast.step_minutes):
        return False
    Broadcast.objects.filter(pk=broadcast.pk).update(step=broadcast.step + 1, step_done_at=None)
    return True


def _stop(broadcast: Broadcast, breach: str, *, now: datetime) -> None:
    Broadcast.objects.filter(pk=broadcast.pk).update(
        status=Status.STOPPED, stop_reason=breach, finished_at=now, measured_at=None
    )
    record(
        actor="system:guardrail", verb="stopped", object_type="broadcast", object_id=broadcast.key,
        before={"status": broadcast.status}, after={"reason": breach}, now=now,
    )  # fmt: skip
    log.warning("broadcasts.stopped", broadcast_id=broadcast.pk)


def _limits(broadcast: Broadcast) -> list[Limit]:
    return [
        Limit(figure="bounced", words="bounced", percent=broadcast.most_bounced),
        Limit(
            figure="complained", words="were reported as spam", percent=broadcast.most_complained
        ),
        Limit(
            figure="unsubscribed",
            words="made people unsubscribe",
            percent=broadcast.most_unsubscribed,
        ),
    ]


@transaction.atomic
def _measure(broadcast_id: int, *, now: datetime) -> bool:
    broadcast = (
        Broadcast.objects.select_for_update(skip_locked=True).filter(pk=broadcast_id).first()
    )
    if broadcast is None:
        return False
    _count(broadcast, now=now)
    return True


def _count(broadcast: Broadcast, *, now: datetime) -> dict[str, object]:
    """Count the figures anew and store them; the places add up to the audience."""
    rows = queries.count_places(broadcast.pk)
    places = {place: sum(r.people for r in rows if r.place == place) for place in PLACES}
    converted = queries.count_converted(broadcast.pk, percent=broadcast.rollout[broadcast.step])
    treated, control = converted.get(False, (0, 0)), converted.get(True, (0, 0))
    figures: dict[str, object] = {
        **places,
        **queries.count_reactions(broadcast.pk),
        "audience": sum(row.people for row in rows),
        "reasons": [[r.place, r.reason, r.people] for r in rows if r.reason],
        "treated": treated[0],
        "treated_converted": treated[1],
        "control": control[0],
        "control_converted": control[1],
    }
    broadcast.figures, broadcast.measured_at = figures, now
    broadcast.save(update_fields=["figures", "measured_at"])
    return figures
