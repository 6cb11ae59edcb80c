"""Keeps the rollups up to date from the fact logs, batch by batch."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from analytics.metrics import queries
from kernel.events import Bounds

# The periods that the pages offer.
WINDOWS = (7, 30, 90)
# A journey without a goal of its own is measured by purchases within a week of entry.
DEFAULT_GOAL = queries.Goal(event="Order Completed", days=7)
# One transaction of these stays well under two seconds.
REFRESH_BATCH = 500
EXPOSURE_BATCH = 20_000
CLOSE_BATCH = 5_000


def roll_touchpoints(bounds: Bounds) -> None:
    """Add a batch of touchpoints, and count people again whom a merge has changed.

    The two are one reader, so that a merge cannot slip between reading a fact and counting it.
    """
    refresh_people()
    queries.roll_touchpoints(bounds, zone=settings.TIME_ZONE)


def refresh_people(*, batch: int = REFRESH_BATCH) -> int:
    """Count again up to `batch` people whose facts moved; returns how many.

    Runs in the caller's transaction; what is not reached waits for the next call.
    """
    customer_ids = queries.take_refresh(batch=batch)
    if customer_ids:
        queries.recount_people(customer_ids, zone=settings.TIME_ZONE)
        queries.recount_exposures(customer_ids, DEFAULT_GOAL, zone=settings.TIME_ZONE)
    return len(customer_ids)


def ask_for_recount(customer_ids: Sequence[int]) -> None:
    """Note that facts moved to or from these people; the next batch counts them again."""
    queries.queue_refresh(customer_ids)


def count_active_people(*, now: datetime) -> None:
    """Store how many different people were active in each window that ends today."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    queries.count_active_people(today, windows=WINDOWS, zone=settings.TIME_ZONE)


def convert_journeys(bounds: Bounds) -> None:
    """Note who entered a journey and which of them reached the goal in a batch of touchpoints.

    New entries are noted first and look at the facts before this batch themselves, so that
    neither order of entry and purchase is missed.
    """
    queries.add_exposures(DEFAULT_GOAL, batch=EXPOSURE_BATCH, zone=settings.TIME_ZONE)
    queries.convert_exposures(bounds, zone=settings.TIME_ZONE)


def measure_journeys(*, now: datetime) -> int:
    """Note new entries and close those whose window is over; returns how many were closed.

    One transaction; workers wait for each other.
    """
    with transaction.atomic():
        queries.add_exposures(DEFAULT_GOAL, batch=EXPOSURE_BATCH, zone=settings.TIME_ZONE)
        return queries.close_exposures(now=now, batch=CLOSE_BATCH, zone=settings.TIME_ZONE)
