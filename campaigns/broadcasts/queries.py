"""One typed function for each statement about broadcasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kernel.sql import SqlFile, bigint_array, text_array

AUDIENCE = SqlFile(__file__, "audience")
FIGURES = SqlFile(__file__, "figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parts of a draft that an estimate needs."""

    key: UUID
    included: Sequence[int]
    excluded: Sequence[int]
    channel: str
    message_class: str
    topic: str
    tags: Sequence[str]
    holdout: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How many of the judged people the gate would answer so; `audience` is everybody."""

    reason: str
    people: int
    audience: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many people of a broadcast are at one place for one reason."""

    place: str
    reason: str
    people: int


def gather(broadcast_id: int, *, batch: int) -> int:
    """Add the next people of the audience; returns how many were looked at, 0 at the end."""
    return int(AUDIENCE.value("gather", {"broadcast_id": broadcast_id, "batch": batch}))


def read_hours(broadcast_id: int, *, most: int, now: datetime) -> None:
    """Keep when the audience, or an even sample of `most` people, was active; see the statement."""
    AUDIENCE.run("read_hours", {"broadcast_id": broadcast_id, "most": most, "now": now})


def plan(broadcast_id: int, *, percent: int, batch: int, now: datetime) -> int:
    """Plan the next messages within a share of the audience; returns how many people were taken."""
    params = {"broadcast_id": broadcast_id, "percent": percent, "batch": batch, "now": now}
    return int(AUDIENCE.value("plan", params))


def hold_stopped(broadcast_id: int, *, batch: int, now: datetime) -> int:
    """Hold back what a stopped broadcast still has in the queue; returns how many."""
    params = {"broadcast_id": broadcast_id, "batch": batch, "now": now}
    return AUDIENCE.count("hold_stopped", params)


def has_queued(broadcast_id: int) -> bool:
    """Say whether something of a broadcast still waits for its decision."""
    return bool(AUDIENCE.value("has_queued", {"broadcast_id": broadcast_id}))


def estimate(asked: Asked, *, most: int, now: datetime) -> list[Verdict]:
    """Return what the gate would say today about an audience, or an even sample of it."""
    params = {
        "key": str(asked.key),
        "included": bigint_array(asked.included),
        "excluded": bigint_array(asked.excluded),
        "channel": asked.channel,
        "class": asked.message_class,
        "topic": asked.topic,
        "tags": text_array(asked.tags),
        "holdout": asked.holdout,
        "most": most,
        "now": now,
    }
    return AUDIENCE.all("estimate", params, into=Verdict)


def count_places(broadcast_id: int) -> list[Place]:
    """Return where the people of a broadcast are; the sum is its audience."""
    return FIGURES.all("count_places", {"broadcast_id": broadcast_id}, into=Place)


def count_reactions(broadcast_id: int) -> dict[str, int]:
    """Return how many messages of a broadcast were handed over, opened, clicked and so on."""
    rows = FIGURES.run("count_reactions", {"broadcast_id": broadcast_id})
    return dict(rows)


def count_converted(broadcast_id: int, *, percent: int) -> dict[bool, tuple[int, int]]:
    """Return people and converted people, by whether they were held out."""
    params = {"broadcast_id": broadcast_id, "percent": percent}
    rows = FIGURES.run("count_converted", params)
    return {is_held_out: (people, converted) for is_held_out, people, converted in rows}
