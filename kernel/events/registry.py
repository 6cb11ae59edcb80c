"""The logs, subscribers and event types that the apps declare while they start."""

import re

from kernel.events.contracts import EventType, Handler, Log, LoopRefused, Register, Subscriber
from kernel.registry import Registry

logs: Registry[Log] = Registry("fact log")
subscribers: Registry[Subscriber] = Registry("subscriber")
event_types: Registry[EventType] = Registry("event type")

_NAME = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")


def register_log(name: str, table: str, *, time_column: str | None = None) -> Log:
    """Declare a fact table that subscribers may read.

    With `time_column`, when a fact was recorded, the lag of its readers is known in seconds.
    """
    return logs.register(name, Log(name=name, table=table, time_column=time_column))


def subscribe(source: str, *, name: str, batch: int = 5_000) -> Register:
    """Make the decorated function the handler of a named subscriber of a log.

    Its cursor starts at the oldest fact. The handler runs inside a transaction that also moves
    the cursor: what it writes in the database happens once. What leaves the database is only
    queued there, with a unique key. Keep a batch under two seconds, or every reader waits.
    """

    def decorate(handler: Handler) -> Handler:
        row = Subscriber(name=name, source=source, batch=batch, handler=handler)
        subscribers.register(name, row)
        return handler

    return decorate


def register_event_type(name: str, *, version: int, payload: type) -> EventType:
    """Add a kind of event, `app.noun_verbed`, whose payload is checked when it is published."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"An event type is named like “app.noun_verbed”, not “{name}”.")
    return event_types.register(name, EventType(name=name, version=version, payload=payload))


register_log("kernel.event", "kernel_event", time_column="occurred_at")
register_event_type("kernel.loop_refused", version=1, payload=LoopRefused)
