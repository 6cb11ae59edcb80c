"""When each person goes on at a node whose time Python works out."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.contracts import Visit
from campaigns.journeys import visits as queries
from campaigns.journeys.queries import AskedNode
from campaigns.journeys.rules.calendar import (
    date_instant,
    days_later,
    find_zone,
    next_local_time,
)
from profiles import facade as profiles
from profiles.contracts import CustomerId, CustomerSummary


def find_instants(
    node: AskedNode, visits: Sequence[Visit], *, now: datetime
) -> dict[int, datetime]:
    """Return the instant of each enrollment; those that wait for nothing are missing."""
    if node.type == "throttle":
        gap = timedelta(microseconds=node.params["gap_us"])
        begins_at = queries.take_places(node, span=gap * len(visits), now=now)
        return {visit.enrollment_id: begins_at + gap * i for i, visit in enumerate(visits)}
    people = profiles.get_customers(CustomerId(visit.customer_id) for visit in visits)
    found: dict[int, datetime] = {}
    for visit in visits:
        instant = _instant(node, people.get(CustomerId(visit.customer_id)), now=now)
        if instant is not None:
            found[visit.enrollment_id] = instant
    return found


def _instant(node: AskedNode, person: CustomerSummary | None, *, now: datetime) -> datetime | None:
    params = node.params
    at = time.fromisoformat(params["at"])
    zone = find_zone(person.time_zone if person else None, fallback=params["zone"])
    if node.type == "wait_days":
        return days_later(now, days=params["days"], at=at, zone=zone)
    if node.type == "wait_date":
        day = read_day((person.traits if person else {}).get(params["trait"]))
        return _next_return(day, params, at=at, zone=zone, now=now) if day else None
    return next_local_time(now, at=at, weekdays=params["weekdays"], zone=zone)


def read_day(value: Any) -> date | None:
    """Return the day that a trait says, as `2026-03-10` or with a time behind it."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _next_return(
    day: date, params: dict[str, Any], *, at: time, zone: ZoneInfo, now: datetime
) -> datetime | None:
    years = range(now.year - 1, now.year + 3) if params["yearly"] else [day.year]
    instants = (
        date_instant(day, year=year, offset_days=params["offset_days"], at=at, zone=zone)
        for year in years
    )
    return next((instant for instant in instants if instant > now), None)
