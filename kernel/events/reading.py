"""Runs subscribers: one batch is one transaction, and one bad fact never holds up the others."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, transaction

from kernel.errors import Conflict, Unavailable
from kernel.events.contracts import START, Bounds, Position, Subscriber
from kernel.events.failures import can_mend_itself, describe, kind_of
from kernel.events.logs import heads, next_bounds
from kernel.events.parking import park_fact
from kernel.events.registry import logs, subscribers
from kernel.sql.files import SqlFile

SQL = SqlFile(__file__, "cursors")
log = structlog.get_logger()

_sizes: dict[str, int] = {}
"""Batch sizes of subscribers that failed a moment ago; they double until they are whole again."""


def run_subscriber(name: str, *, now: datetime, own_transaction: bool = False) -> int:
    """Settle one batch of a subscriber and return how many facts it was.

    0 means that there is nothing to read or that another worker reads. A batch that fails is
    halved until the bad fact is alone; that one is parked. An error that can mend itself (a lost
    connection, a deadlock, `Unavailable`) is raised and changes nothing.
    `own_transaction` also reads what the surrounding transaction wrote, which only a test may.
    """
    subscriber = subscribers.get(name)
    SQL.count("create_cursor", {"name": subscriber.name, "source": subscriber.source})
    size = _sizes.pop(name, subscriber.batch)
    while True:
        try:
            count = _run_batch(subscriber, size, now=now, own_transaction=own_transaction)
        except _BatchFailedError as failure:
            if failure.bounds.count == 1:
                return _park(subscriber, failure, now=now)
            size = max(1, failure.bounds.count // 2)
        else:
            if size * 2 < subscriber.batch:
                _sizes[name] = size * 2
            return count


def run_all_due(*, now: datetime, own_transaction: bool = False) -> int:
    """Settle one batch of every subscriber whose log has grown; return how many facts in all.

    Two small statements when nothing is due. A subscriber that cannot run is noted and logged
    and does not hold up the others.
    """
    settled = 0
    for subscriber in list_due(own_transaction=own_transaction):
        try:
            settled += run_subscriber(subscriber.name, now=now, own_transaction=own_transaction)
        except (DatabaseError, InterfaceError, Unavailable) as error:
            log.warning("facts.reader_waits", subscriber=subscriber.name, error=kind_of(error))
            params = {"name": subscriber.name, "error": describe(error), "now": now}
            SQL.count("note_failure", params)
    return settled


def list_due(*, own_transaction: bool = False) -> list[Subscriber]:
    """Return the subscribers whose log reaches beyond their cursor.

    Raises:
        Conflict: the cursors come from another cluster and must be rebased first.
    """
    rows = SQL.run("list_positions")
    if not own_transaction and any(is_ahead for *_, is_ahead in rows):
        raise Conflict(
            "A cursor lies ahead of this database, as after a restore into a new cluster. "
            "Run “manage.py rebase_fact_log”; until then no fact is read."
        )
    positions = {name: Position(xid, number) for name, xid, number, _ in rows}
    known = [subscriber for _, subscriber in subscribers.items()]
    read = {row.source for row in known}
    ends = heads(
        [row for name, row in logs.items() if name in read], own_transaction=own_transaction
    )
    return [
        row
        for row in known
        if row.source in ends and ends[row.source].order > positions.get(row.name, START).order
    ]


@dataclass
class _BatchFailedError(Exception):
    bounds: Bounds
    error: Exception


def _run_batch(subscriber: Subscriber, size: int, *, now: datetime, own_transaction: bool) -> int:
    source = logs.get(subscriber.source)
    bounds: Bounds | None = None
    try:
        with transaction.atomic():
            after = _lock(subscriber)
            if after is not None:
                bounds = next_bounds(source, after, batch=size, own_transaction=own_transaction)
            if bounds is None:
                return 0
            subscriber.handler(bounds, now=now)
            _move(subscriber, bounds, now=now)
    except Exception as error:
        if bounds is None or can_mend_itself(error):
            raise
        raise _BatchFailedError(bounds, error) from error
    return bounds.count


def _lock(subscriber: Subscriber) -> Position | None:
    rows = SQL.run("lock_cursor", {"name": subscriber.name})
    return Position(*rows[0]) if rows else None


def _move(subscriber: Subscriber, bounds: Bounds, *, now: datetime) -> None:
    params = {
        "name": subscriber.name,
        "upto_xid": bounds.upto.xid,
        "upto_id": bounds.upto.id,
        "count": bounds.count,
        "now": now,
    }
    SQL.count("move_cursor", params)


def _park(subscriber: Subscriber, failure: _BatchFailedError, *, now: datetime) -> int:
    """Set the fact aside and step over it, unless another worker has moved the cursor."""
    bounds = failure.bounds
    with transaction.atomic():
        if _lock(subscriber) != bounds.after:
            return 0
        park_fact(subscriber, bounds.upto, error=failure.error, now=now)
        _move(subscriber, bounds, now=now)
    log.error(
        "facts.parked",
        subscriber=subscriber.name,
        fact_id=bounds.upto.id,
        error=kind_of(failure.error),
    )
    _sizes[subscriber.name] = 2
    return 1
