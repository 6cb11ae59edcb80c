"""Whom to evaluate: the people whom facts concern, and those whose time has come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array
from profiles.segments.rules.mentions import Mention

SQL = SqlFile(__file__, "candidates")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRule:
    """The rule of a live segment as it is stored."""

    id: int
    key: str
    version_id: int
    holds_back: bool
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Somebody whom a batch of touchpoints concerns, for one segment."""

    segment_id: int
    customer_id: int
    cause_id: int
    may_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Somebody whose membership of one segment may have changed by time."""

    segment_id: int
    customer_id: int
    cause: str
    may_start: bool


def list_live() -> list[LiveRule]:
    """Read the rules that count now."""
    return SQL.all("list_live", into=LiveRule)


def list_touched(bounds: Bounds) -> list[Touched]:
    """Find whom a batch of touchpoints concerns, segment by segment. One statement."""
    return SQL.all("list_touched", bounds.params, into=Touched)


def list_due(*, now: datetime, batch: int) -> list[Due]:
    """Read the oldest due times."""
    return SQL.all("list_due", {"now": now, "batch": batch}, into=Due)


def list_waiting(segment_id: int, *, now: datetime) -> set[int]:
    """Return whose time has come in one segment but who are not settled yet."""
    return {row[0] for row in SQL.run("list_waiting", {"segment_id": segment_id, "now": now})}


def forget_due(segment_ids: Iterable[int]) -> None:
    """Drop the due times of some segments."""
    SQL.count("forget_due", {"segment_ids": bigint_array(segment_ids)})


def plan_consent(bounds: Bounds, *, now: datetime) -> int:
    """Make everybody due at once whose consent changed; return how many pairs."""
    return SQL.count("plan_consent", bounds.params | {"now": now})


def plan_everybody_of(customer_ids: Iterable[int], *, cause: str, now: datetime) -> int:
    """Make some people due at once in every live segment."""
    params = {"customer_ids": bigint_array(customer_ids), "cause": cause, "now": now}
    return SQL.count("plan_everybody_of", params)


def plan_forgotten(customer_ids: Iterable[int], *, event_id: int, now: datetime) -> int:
    """Make some people due at once in the live segments that ask about an event or a field."""
    params = {"customer_ids": bigint_array(customer_ids), "event_id": event_id, "now": now}
    return SQL.count("plan_forgotten", params)


def replace_mentions(segment_id: int, mentions: Iterable[Mention]) -> None:
    """Store what a rule speaks of in place of what its older version spoke of."""
    ordered = sorted({(one.kind, one.name) for one in mentions})
    params = {
        "segment_id": segment_id,
        "kinds": text_array(kind for kind, _ in ordered),
        "names": text_array(name for _, name in ordered),
    }
    SQL.count("replace_mentions", params)


def list_references() -> dict[int, set[int]]:
    """Return which segments each segment refers to, by id."""
    found: dict[int, set[int]] = {}
    for segment_id, needs in SQL.run("list_references"):
        found.setdefault(segment_id, set()).add(needs)
    return found
