"""The fact log: publish, subscribe, read in order, park what fails."""

from kernel.events.contracts import Bounds, Cause, NewEvent, Position
from kernel.events.fields import CurrentXid, Xid8Field
from kernel.events.parking import replay
from kernel.events.publishing import publish, publish_many, wake
from kernel.events.reading import run_all_due, run_subscriber
from kernel.events.registry import register_event_type, register_log, subscribe

__all__ = [
    "Bounds",
    "Cause",
    "CurrentXid",
    "NewEvent",
    "Position",
    "Xid8Field",
    "publish",
    "publish_many",
    "register_event_type",
    "register_log",
    "replay",
    "run_all_due",
    "run_subscriber",
    "subscribe",
    "wake",
]
