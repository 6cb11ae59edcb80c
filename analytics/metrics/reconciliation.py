"""Counts days again from the raw facts and says where the rollups differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from analytics.metrics.services import DEFAULT_GOAL
from kernel.sql import SqlFile

SQL = SqlFile(__file__, "reconcile")

Point = tuple[str, str, str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One day of one metric for which the rollup and the facts disagree."""

    metric: str
    breakdown: str
    member: str
    day: datetime
    rolled: Decimal
    recounted: Decimal


def reconcile(*, days: int, now: datetime) -> list[Difference]:
    """Count the last days again, today included, and list every difference.

    Facts that a reader has not read yet are left out on both sides. All statements see one
    moment. Reads the facts themselves: seconds to minutes, for a command or the night.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    params = {
        "start": today - timedelta(days=days - 1),
        "end": today + timedelta(days=1),
        "zone": settings.TIME_ZONE,
    }
    is_nested = connection.in_atomic_block
    goal = {"goal_event": DEFAULT_GOAL.event, "goal_days": DEFAULT_GOAL.days, "now": now}
    with transaction.atomic():
        if not is_nested:
            _see_one_moment()
        rolled = _points(SQL.run("list_rolled", params))
        recounted = {
            **_points(SQL.run("recount_touchpoints", params)),
            **_points(SQL.run("recount_messages", params)),
            **_points(SQL.run("recount_referrals", params)),
            **_points(SQL.run("recount_journeys", {**params, **goal})),
        }
    return find_differences(rolled=rolled, recounted=recounted)


def find_differences(
    *, rolled: Mapping[Point, Decimal], recounted: Mapping[Point, Decimal]
) -> list[Difference]:
    """List the points that are not equal on both sides; a missing one is zero."""
    zero = Decimal(0)
    return [
        Difference(
            metric=point[0],
            breakdown=point[1],
            member=point[2],
            day=point[3],
            rolled=rolled.get(point, zero),
            recounted=recounted.get(point, zero),
        )
        for point in sorted(rolled.keys() | recounted.keys())
        if rolled.get(point, zero) != recounted.get(point, zero)
    ]


def _points(rows: list[tuple[str, str, str, datetime, Decimal]]) -> dict[Point, Decimal]:
    return {
        (metric, breakdown, member, day): value for metric, breakdown, member, day, value in rows
    }


def _see_one_moment() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
