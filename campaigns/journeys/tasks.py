"""Celery entries of journeys; the work lies in the table of timers."""

import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from campaigns.journeys import queries
from campaigns.journeys.services import advance, calling, dry_run_queue, pausing, scheduling

# Short enough that a worker is free again for other work while a long queue is moved.
_BUDGET_SECONDS = 20.0


@shared_task(name="campaigns.advance_journeys")
def advance_journeys() -> int:
    """Move people until nobody is due or the time is used; returns the moves."""
    ends_at = time.monotonic() + _BUDGET_SECONDS
    total = 0
    while time.monotonic() < ends_at:
        now = timezone.now()
        done = advance.advance_due(now=now)
        moved = done.moved + advance.answer_nodes(now=now)
        total += moved
        if not moved and not done.claimed:
            break
    return total


@shared_task(name="campaigns.keep_partitions")
def keep_partitions() -> int:
    """Make the next months of the log of steps."""
    return queries.make_months_ahead(now=timezone.now())


@shared_task(name="campaigns.compact_tallies")
def compact_tallies() -> int:
    """Keep the numbers of journeys quick to read."""
    return queries.compact_tallies(before=timezone.now() - timedelta(minutes=5))


@shared_task(name="campaigns.start_scheduled")
def start_scheduled() -> int:
    """Let in whom the clock lets in, until nobody is due or the time is used."""
    ends_at = time.monotonic() + _BUDGET_SECONDS
    batches = 0
    while time.monotonic() < ends_at and scheduling.start_due(now=timezone.now()):
        batches += 1
    return batches


@shared_task(name="campaigns.make_calls")
def make_calls() -> int:
    """Make the calls that are due until none is left or the time is used."""
    ends_at = time.monotonic() + _BUDGET_SECONDS
    total = 0
    while time.monotonic() < ends_at and (made := calling.make_calls(now=timezone.now())):
        total += made
    return total


@shared_task(name="campaigns.hold_paused")
def hold_paused() -> int:
    """Hold those who were on their way when their journey was paused."""
    return pausing.hold_people()


@shared_task(name="campaigns.make_dry_runs")
def make_dry_runs() -> int:
    """Make the dry runs that staff asked for, one after the other."""
    made = 0
    while dry_run_queue.work_next(now=timezone.now()):
        made += 1
    return made
