"""Celery entries of broadcasts; the work lies in the table of broadcasts."""

import time

from celery import shared_task
from django.utils import timezone

from campaigns.broadcasts.services import running

# Short enough that a worker is free again for other work while a large audience is planned.
_BUDGET_SECONDS = 20.0


@shared_task(name="campaigns.advance_broadcasts")
def advance_broadcasts() -> int:
    """Take steps with broadcasts until none can go on or the time is used."""
    ends_at = time.monotonic() + _BUDGET_SECONDS
    total = 0
    while time.monotonic() < ends_at and (steps := running.advance_broadcasts(now=timezone.now())):
        total += steps
    return total


@shared_task(name="campaigns.measure_broadcasts")
def measure_broadcasts() -> int:
    """Count the figures of broadcasts anew where they are old."""
    return running.measure_broadcasts(now=timezone.now())
