"""Brings the declared schedule into the tables of django-celery-beat."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from mcps_site.schedule import Periodic

# The mark by which we know our rows; an operator's own rows do not carry it.
DECLARED = "Declared in mcps_site/schedule.py."
RETIRED = "No longer declared in mcps_site/schedule.py; kept for its history."
# A wake-up that waited longer says nothing: the next one is already there.
SHORTEST_EXPIRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Synced:
    """How many rows a run created, changed and retired."""

    created: int
    changed: int
    retired: int


def sync_schedule(declared: Iterable[Periodic]) -> Synced:
    """Create and update the declared rows, retire ours that are declared no more.

    A second call changes nothing. A row that an operator paused stays paused. Nothing is deleted:
    a retired row is switched off and keeps its counters, and comes back on when declared again.
    """
    created = changed = 0
    with transaction.atomic():
        rows = {row.name: row for row in PeriodicTask.objects.select_for_update()}
        wanted = {periodic.name: periodic for periodic in declared}
        for periodic in wanted.values():
            row = rows.get(periodic.name)
            if row is None:
                PeriodicTask(name=periodic.name, enabled=True, **_fields(periodic)).save()
                created += 1
            elif _update(row, periodic):
                changed += 1
        retired = sum(
            _retire(row)
            for name, row in rows.items()
            if name not in wanted and row.description == DECLARED
        )
    return Synced(created, changed, retired)


def _fields(periodic: Periodic) -> dict[str, object]:
    interval, _ = IntervalSchedule.objects.get_or_create(
        every=periodic.every_seconds, period=IntervalSchedule.SECONDS
    )
    return {
        "task": periodic.task,
        "interval_id": interval.pk,
        "expire_seconds": max(periodic.every_seconds, SHORTEST_EXPIRY_SECONDS),
        "description": DECLARED,
    }


def _update(row: PeriodicTask, periodic: Periodic) -> bool:
    wanted = _fields(periodic)
    if row.description == RETIRED:
        wanted["enabled"] = True
    different = {key: value for key, value in wanted.items() if getattr(row, key) != value}
    for key, value in different.items():
        setattr(row, key, value)
    if different:
        row.save()
    return bool(different)


def _retire(row: PeriodicTask) -> bool:
    row.enabled = False
    row.description = RETIRED
    row.save()
    return True
