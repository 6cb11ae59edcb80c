"""The values that publishers and subscribers of facts exchange."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

MAX_HOPS = 8
"""A chain of events longer than this feeds itself; the longest honest one we know has four."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a log: the transaction that wrote the fact, then the fact's id."""

    xid: str
    id: int

    @property
    def order(self) -> tuple[int, int]:
        """Return what positions are compared by."""
        return int(self.xid), self.id


START = Position("0", 0)


@dataclass(frozen=True, slots=True)
class Bounds:
    """One batch of a log: the facts after `after`, up to and including `upto`."""

    after: Position
    upto: Position
    count: int

    @property
    def params(self) -> dict[str, str | int]:
        """Return the four parameters that a handler's statement reads its facts by."""
        return {
            "after_xid": self.after.xid,
            "after_id": self.after.id,
            "upto_xid": self.upto.xid,
            "upto_id": self.upto.id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What led to an event: the event before it in the chain, if one is known, and its hop."""

    hop: int
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One event to publish. `subject` names a thing as `noun:id`, for example `customer:17`."""

    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    cause: Cause | None = None

    @property
    def hop(self) -> int:
        """Return how many events lie between this one and the outside."""
        return self.cause.hop + 1 if self.cause else 0


class Handler(Protocol):
    """What a subscriber does with one batch, inside the transaction that moves its cursor."""

    def __call__(self, bounds: Bounds, *, now: datetime) -> None:
        """Handle the facts inside the bounds, wholly or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A fact table: columns `id bigint` and `xid xid8`, and an index on both."""

    name: str
    table: str
    time_column: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A named reader of one log."""

    name: str
    source: str
    batch: int
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A registered kind of event and the dataclass that its payload must fit."""

    name: str
    version: int
    payload: type[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRefused:
    """An event that was not published because its chain grew beyond `MAX_HOPS`."""

    event_type: str
    hop: int


Register = Callable[[Handler], Handler]
