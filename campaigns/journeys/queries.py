"""One typed function for each statement about journeys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from campaigns.contracts import Visit
from campaigns.journeys.rules.reasons import REFUSALS
from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array

ADVANCE = SqlFile(__file__, "advance")
ENTER = SqlFile(__file__, "enter")
HOLD = SqlFile(__file__, "hold")
SCHEDULED = SqlFile(__file__, "scheduled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What one call of `advance` did: timers taken, moves from node to node, messages planned."""

    claimed: int
    moved: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNode:
    """A node at which Python decides and people wait."""

    version_id: int
    node: int
    act: str
    type: str
    params: dict[str, Any]
    outlets: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Which outlet (counted from 1) one person takes, and why."""

    enrollment_id: int
    step_no: int
    outlet: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Somebody who met a goal or an exit."""

    enrollment_id: int
    is_goal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Somebody whom a trigger lets in."""

    trigger_id: int
    customer_id: int
    cause_id: int
    ctx: dict[str, Any] | None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTrigger:
    """A trigger of the clock whose time has come."""

    id: int
    kind: str
    segment_id: int | None
    settings: dict[str, Any]
    next_at: datetime
    progress: int
    max_age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DateEntrant:
    """Somebody whose date has come."""

    customer_id: int
    at: datetime
    value: str


def advance_due(*, batch: int, now: datetime) -> Advanced:
    """Move up to `batch` people whose timers are due to where they stay next."""
    return _advance([], batch=batch, now=now)


def advance_answered(answers: Sequence[Answer], *, now: datetime) -> Advanced:
    """Move people for whom Python decided; their timers are claimed in this transaction."""
    return _advance(answers, batch=0, now=now)


def _advance(answers: Sequence[Answer], *, batch: int, now: datetime) -> Advanced:
    params = {
        "batch": batch,
        "now": now,
        "ids": bigint_array(answer.enrollment_id for answer in answers),
        "step_nos": bigint_array(answer.step_no for answer in answers),
        "outlets": bigint_array(answer.outlet for answer in answers),
        "reasons": text_array(answer.reason for answer in answers),
    }
    return ADVANCE.one("advance", params, into=Advanced)


def make_routes(version_id: int) -> None:
    """Write the routes of a version, whose nodes are there."""
    ADVANCE.run("make_routes", {"version_id": version_id})


def list_asked_nodes(*, now: datetime) -> list[AskedNode]:
    """Return the nodes at which Python decides and somebody is due."""
    return ADVANCE.all("list_asked_nodes", {"now": now}, into=AskedNode)


def claim_visits(node: AskedNode, *, batch: int, now: datetime) -> list[Visit]:
    """Take the timers of people at one node."""
    params = {"version_id": node.version_id, "node": node.node, "batch": batch, "now": now}
    return ADVANCE.all("claim_visits", params, into=Visit)


_ENTRANTS = {
    "profiles.segment_change": "list_segment_entrants",
    "profiles.touchpoint": "list_touchpoint_entrants",
    "kernel.event": "list_event_entrants",
}


def list_entrants(source: str, bounds: Bounds) -> list[Entrant]:
    """Return whom a batch of a log (named by its source) lets into live journeys."""
    return ENTER.all(_ENTRANTS[source], bounds.params, into=Entrant)


def list_members(segment_id: int, *, after: int, batch: int) -> list[int]:
    """Return a page of the people in a segment, by id."""
    params = {"segment_id": segment_id, "after": after, "batch": batch}
    return [row[0] for row in ENTER.run("list_members", params)]


def enter(entrants: Sequence[Entrant], *, now: datetime) -> int:
    """Let people in; returns how many enrollments are new, those held out included.

    In the caller's transaction; other workers wait with the same journeys until it ends.
    """
    if not entrants:
        return 0
    params = {
        "trigger_ids": bigint_array(entrant.trigger_id for entrant in entrants),
        "customer_ids": bigint_array(entrant.customer_id for entrant in entrants),
        "cause_ids": bigint_array(entrant.cause_id for entrant in entrants),
        "ctxs": text_array(msgspec.json.encode(entrant.ctx).decode() for entrant in entrants),
        "happened": [entrant.happened_at for entrant in entrants],
        "refusals": list(REFUSALS),
        "now": now,
    }
    ENTER.run("lock_entries", {"trigger_ids": params["trigger_ids"]})
    return int(ENTER.value("enter", params) or 0)


def make_months_ahead(*, now: datetime) -> int:
    """Make the partitions of the log of steps for the next months; returns how many were missing."""
    return int(ADVANCE.value("make_months_ahead", {"now": now}))


def compact_tallies(*, before: datetime) -> int:
    """Add the tallies before an instant up into one row for each way; returns the rows left."""
    return ADVANCE.count("compact_tallies", {"before": before})


def settle_arrivals(node: AskedNode, *, batch: int, now: datetime) -> list[Answer]:
    """Look for awaited events of people who arrived at a hold; those without one fall asleep."""
    params = {"version_id": node.version_id, "node": node.node, "batch": batch, "now": now}
    return HOLD.all("settle_arrivals", params, into=Answer)


def wake_by_decision(bounds: Bounds) -> list[Answer]:
    """Return whom decisions about their messages wake; `advance_answered` must follow at once."""
    return HOLD.all("wake_by_decision", bounds.params, into=Answer)


def wake_by_message_event(bounds: Bounds) -> list[Answer]:
    """Return who opened or clicked what they wait for; `advance_answered` must follow at once."""
    return HOLD.all("wake_by_message_event", bounds.params, into=Answer)


def wake(bounds: Bounds) -> list[Answer]:
    """Return whom a batch of touchpoints wakes; `advance_answered` must follow at once."""
    return HOLD.all("wake", bounds.params, into=Answer)


def sleep_until(dues: Sequence[tuple[Visit, datetime]]) -> None:
    """Set the timers of people at one node."""
    params = {
        "ids": bigint_array(visit.enrollment_id for visit, _ in dues),
        "step_nos": bigint_array(visit.step_no for visit, _ in dues),
        "dues": [due_at for _, due_at in dues],
    }
    HOLD.run("sleep_until", params)


def list_leavers(bounds: Bounds) -> list[Leaver]:
    """Return who met a goal or an exit of their journey within a batch of touchpoints."""
    return HOLD.all("list_leavers", bounds.params, into=Leaver)


def leave(leavers: Sequence[Leaver], *, now: datetime) -> int:
    """Let people leave; returns how many. Nobody else may move people meanwhile."""
    params = {
        "ids": bigint_array(leaver.enrollment_id for leaver in leavers),
        "goals": [leaver.is_goal for leaver in leavers],
        "now": now,
    }
    return int(HOLD.value("leave", params) or 0)


def lock_due_trigger(*, now: datetime) -> DueTrigger | None:
    """Return the trigger whose time has come first, locked for this transaction, or `None`."""
    rows = SCHEDULED.all("lock_due_trigger", {"now": now}, into=DueTrigger)
    return rows[0] if rows else None


def list_date_entrants(
    settings: dict[str, Any], *, since: datetime, upto: datetime, after: int, batch: int
) -> list[DateEntrant]:
    """Return a page of the people whose date lies in a span of time, by id."""
    params = {name: settings[name] for name in ("trait", "offset_days", "at", "zone", "yearly")}
    span = {"from": since, "upto": upto, "after": after, "batch": batch}
    return SCHEDULED.all("list_date_entrants", {**params, **span}, into=DateEntrant)


def lock_days() -> None:
    """Keep everybody else from keeping the days of traits until this transaction ends."""
    SCHEDULED.run("lock_days")


def fill_days() -> None:
    """Write the days of all traits that triggers wait for, of everybody."""
    SCHEDULED.run("fill_days")


def refresh_days(bounds: Bounds) -> None:
    """Write the days of the people whose traits a batch of the log changed."""
    SCHEDULED.run("refresh_days", bounds.params)


def save_progress(trigger_id: int, *, progress: int, next_at: datetime | None) -> None:
    """Note how far a trigger has come, and when it goes on."""
    params = {"id": trigger_id, "progress": progress, "next_at": next_at}
    SCHEDULED.run("save_progress", params)
