"""Lets a test read what it recorded."""

from datetime import datetime

from django.db import connection

from kernel.events.models import Parked
from kernel.events.reading import list_due, run_subscriber

_MAX_ROUNDS = 100


def drain_facts(now: datetime, *, allow_parked: bool = False) -> int:
    """Run every subscriber until nothing is due and return how many facts were settled.

    Works inside the transaction of a test, whose own facts count as settled. A fact that a
    handler refuses fails the test unless parking is what the test is about.
    """
    total = 0
    for _ in range(_MAX_ROUNDS):
        own = connection.in_atomic_block
        due = list_due(own_transaction=own)
        if not due:
            return total
        for subscriber in due:
            total += run_subscriber(subscriber.name, now=now, own_transaction=own)
        refused = [f"{row}: {row.error}" for row in Parked.objects.filter(replayed_at=None)]
        if refused and not allow_parked:
            raise AssertionError("; ".join(refused))
    raise AssertionError(f"After {_MAX_ROUNDS} rounds the facts still lead to new facts.")
