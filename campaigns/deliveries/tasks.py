"""Celery entries of deliveries; the work lies in the table."""

import time

from celery import shared_task
from django.utils import timezone

from campaigns.deliveries import queries
from campaigns.deliveries.services import send, settle
from campaigns.deliveries.volume import release_waiting

# Short enough that a worker is free again for other work while a long queue is sent.
_BUDGET_SECONDS = 20.0


@shared_task(name="campaigns.send_due")
def send_due() -> int:
    """Send until nothing is due or the time is used; returns how many deliveries were decided."""
    ends_at = time.monotonic() + _BUDGET_SECONDS
    total = 0
    while time.monotonic() < ends_at:
        decided = 0
        release_waiting(now=timezone.now())
        for shard in queries.list_due_shards(now=timezone.now()):
            decided += send.send_shard(shard, now=timezone.now())
        if not decided:
            break
        total += decided
    return total


@shared_task(name="campaigns.settle_stale")
def settle_stale() -> dict[str, int]:
    """Settle the claims of workers that are gone."""
    return send.settle_stale(now=timezone.now())


@shared_task(name="campaigns.ask_providers")
def ask_providers() -> int:
    """Ask providers about deliveries that may have left."""
    return settle.ask_providers(now=timezone.now())
