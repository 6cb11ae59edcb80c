"""Facts that a subscriber could not handle: set aside, and tried again."""

from datetime import datetime

from django.db import transaction

from kernel.errors import Conflict, NotFound
from kernel.events.contracts import Bounds, Position, Subscriber
from kernel.events.failures import describe
from kernel.events.registry import subscribers
from kernel.sql.files import SqlFile

SQL = SqlFile(__file__, "parked")


def park_fact(subscriber: Subscriber, fact: Position, *, error: Exception, now: datetime) -> None:
    """Set one fact aside with its error. Doing so again counts the attempt."""
    params = {
        "name": subscriber.name,
        "source": subscriber.source,
        "fact_xid": fact.xid,
        "fact_id": fact.id,
        "error": describe(error),
        "now": now,
    }
    SQL.count("park_fact", params)


def replay(parked_id: int, *, now: datetime) -> None:
    """Handle one parked fact again, alone.

    The facts behind it have been handled since: a handler must not rely on the order here. A
    second replay of the same fact changes nothing and raises.

    Raises:
        NotFound: there is no such parked fact.
        Conflict: it was replayed already, or it failed again; the error is kept with it.
    """
    failure: Exception | None = None
    with transaction.atomic():
        row = SQL.run("lock_parked", {"id": parked_id})
        if not row:
            raise NotFound(f"There is no parked fact {parked_id}.")
        name, xid, number, is_replayed = row[0]
        if is_replayed:
            raise Conflict(f"The parked fact {parked_id} was replayed already.")
        # Positions are compared as pairs, so the bounds around one fact hold nothing else.
        bounds = Bounds(Position(xid, number - 1), Position(xid, number), 1)
        try:
            with transaction.atomic():
                subscribers.get(name).handler(bounds, now=now)
                SQL.count("mark_replayed", {"id": parked_id, "now": now})
        except Exception as error:  # noqa: BLE001 (whatever the handler raises is kept with the fact)
            failure = error
            SQL.count("note_replay_failure", {"id": parked_id, "error": describe(error)})
    if failure:
        raise Conflict(f"The fact failed again: {describe(failure)}") from failure
