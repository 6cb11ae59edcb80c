"""Set statements that write rollups, and those that read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kernel.events import Bounds
from kernel.sql import SqlFile

TOUCHPOINTS = SqlFile(__file__, "touchpoints")
PEOPLE = SqlFile(__file__, "people")
MESSAGES = SqlFile(__file__, "messages")
REFERRALS = SqlFile(__file__, "referrals")
JOURNEYS = SqlFile(__file__, "journeys")
READ = SqlFile(__file__, "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a metric; `at` is the start of the day or hour."""

    metric: str
    member: str
    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivePeople:
    """Different people active in a window of days, and in the window before it."""

    people: int
    people_before: int | None
    last_day: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum of a metric over a period."""

    metric: str
    member: str
    value: Decimal


def roll_touchpoints(bounds: Bounds, *, zone: str) -> None:
    """Add a batch of touchpoints to its counts, its active days and its new people."""
    params = {**bounds.params, "zone": zone}
    for name in ("roll_touchpoints", "mark_active_days", "mark_first_seen"):
        TOUCHPOINTS.run(name, params)


def queue_refresh(customer_ids: Sequence[int]) -> None:
    """Ask for people to be counted again; one statement."""
    PEOPLE.run("queue_refresh", {"customer_ids": list(customer_ids)})


def take_refresh(*, batch: int) -> list[int]:
    """Take people that were asked to be counted again."""
    return [row[0] for row in PEOPLE.run("take_refresh", {"batch": batch})]


def recount_people(customer_ids: Sequence[int], *, zone: str) -> None:
    """Count these people again from the facts and correct the rollups by the difference."""
    params = {"customer_ids": list(customer_ids), "zone": zone}
    PEOPLE.run("recount_days", params)
    PEOPLE.run("recount_starts", params)


def count_active_people(day: date, *, windows: Sequence[int], zone: str) -> None:
    """Store how many different people were active in the windows that end with a day."""
    PEOPLE.run("count_active_people", {"day": day, "windows": list(windows), "zone": zone})


def roll_decisions(bounds: Bounds, *, zone: str) -> None:
    """Add a batch of decisions about messages."""
    MESSAGES.run("roll_decisions", {**bounds.params, "zone": zone})


def roll_delivery_events(bounds: Bounds, *, zone: str) -> None:
    """Add a batch of reports about messages."""
    MESSAGES.run("roll_delivery_events", {**bounds.params, "zone": zone})


def roll_referral_changes(bounds: Bounds, *, zone: str) -> None:
    """Add a batch of moves of referrals."""
    REFERRALS.run("roll_referral_changes", {**bounds.params, "zone": zone})


def roll_visits(bounds: Bounds, *, zone: str) -> None:
    """Add a batch of visits of invitation pages."""
    REFERRALS.run("roll_visits", {**bounds.params, "zone": zone})


def roll_ledger(bounds: Bounds, *, zone: str) -> None:
    """Add a batch of ledger entries."""
    REFERRALS.run("roll_ledger", {**bounds.params, "zone": zone})


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a journey without an own goal is measured by."""

    event: str
    days: int


def add_exposures(goal: Goal, *, batch: int, zone: str) -> None:
    """Note new first entries into journeys, under the lock of the journeys' workers."""
    JOURNEYS.run("lock_journeys")
    params = {"goal_event": goal.event, "goal_days": goal.days, "batch": batch, "zone": zone}
    JOURNEYS.run("add_exposures", params)


def recount_exposures(customer_ids: Sequence[int], goal: Goal, *, zone: str) -> None:
    """Note the entries of people whose facts moved again, under the lock of the workers."""
    JOURNEYS.run("lock_journeys")
    JOURNEYS.run("drop_exposures", {"customer_ids": list(customer_ids), "zone": zone})
    params = {"goal_event": goal.event, "goal_days": goal.days, "zone": zone}
    JOURNEYS.run("restore_exposures", {"customer_ids": list(customer_ids), **params})


def convert_exposures(bounds: Bounds, *, zone: str) -> None:
    """Note the goals reached in a batch of touchpoints."""
    JOURNEYS.run("convert_exposures", {**bounds.params, "zone": zone})


def close_exposures(*, now: datetime, batch: int, zone: str) -> int:
    """Close the entries whose window is over; returns how many."""
    params = {"now": now, "batch": batch, "zone": zone}
    closed: int = JOURNEYS.value("close_exposures", params)
    return closed


def list_points(
    metrics: Sequence[str], *, granularity: str, start: datetime, end: datetime
) -> list[Point]:
    """Return the points of metrics in all, from start up to but without end."""
    params = {"metrics": list(metrics), "granularity": granularity, "start": start, "end": end}
    return READ.all("list_points", params, into=Point)


def sum_breakdown(
    metrics: Sequence[str], *, breakdown: str, start: datetime, end: datetime
) -> list[Total]:
    """Return the sum of metrics for each member of a breakdown, from start up to end."""
    params = {"metrics": list(metrics), "breakdown": breakdown, "start": start, "end": end}
    return READ.all("sum_breakdown", params, into=Total)


def find_active_people(*, days: int, now: datetime, zone: str) -> ActivePeople | None:
    """Return the newest count of active people in a window of days, or None before the first."""
    params = {"days": days, "now": now, "zone": zone}
    return READ.find("find_active_people", params, into=ActivePeople)
