"""The reader of facts, woken by the schedule and by hints."""

import time

from celery import shared_task
from django.utils import timezone

from kernel.events.reading import run_all_due

_BUDGET_SECONDS = 4.0
"""Short enough that a worker is free again for other work while a long log is caught up."""


@shared_task(name="kernel.read_facts")
def read_facts() -> int:
    """Run all subscribers until they are caught up or the time is used; return the facts settled."""
    ends_at = time.monotonic() + _BUDGET_SECONDS
    total = 0
    while settled := run_all_due(now=timezone.now()):
        total += settled
        if time.monotonic() > ends_at:
            break
    return total
