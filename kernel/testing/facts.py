"""Lets a test read what it recorded."""

import time
from datetime import datetime

from django.db import connection

from kernel.events.models import Parked
from kernel.events.reading import list_due, run_subscriber

_MAX_ROUNDS = 100


def wait_until_settled(seconds: float = 5.0) -> None:
    """Wait until what was committed can be read: an ANALYZE of the server may hold it back a moment.

    Goes on after `seconds`, for tests that keep a transaction open on purpose.
    """
    until = time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        (committed,) = cursor.fetchone()
        while time.monotonic() < until:
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::text::xid8", [committed]
            )
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.01)


def drain_facts(now: datetime, *, allow_parked: bool = False) -> int:
    """Run every subscriber until nothing is due and return how many facts were settled.

    Works inside the transaction of a test, whose own facts count as settled. A fact that a
    handler refuses fails the test unless parking is what the test is about.
    """
    total = 0
    own = connection.in_atomic_block
    for _ in range(_MAX_ROUNDS):
        if not own:
            wait_until_settled()
        due = list_due(own_transaction=own)
        if not due:
            return total
        for subscriber in due:
            total += run_subscriber(subscriber.name, now=now, own_transaction=own)
        refused = [f"{row}: {row.error}" for row in Parked.objects.filter(replayed_at=None)]
        if refused and not allow_parked:
            raise AssertionError("; ".join(refused))
    raise AssertionError(f"After {_MAX_ROUNDS} rounds the facts still lead to new facts.")
