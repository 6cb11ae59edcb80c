"""Readers of the fact logs; each adds its batch to the rollups."""

from datetime import datetime

from django.conf import settings

from analytics.metrics import queries, services
from kernel.events import Bounds, subscribe


@subscribe("profiles.touchpoint", name="analytics.roll_touchpoints", batch=5_000)
def roll_touchpoints(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count touchpoints, active people and new people."""
    services.roll_touchpoints(bounds)


@subscribe("profiles.touchpoint", name="analytics.convert_journeys", batch=5_000)
def convert_journeys(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Note who reached the goal of a journey."""
    services.convert_journeys(bounds)


@subscribe("campaigns.decision", name="analytics.roll_decisions", batch=5_000)
def roll_decisions(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count messages sent, held back, delayed and failed."""
    queries.roll_decisions(bounds, zone=settings.TIME_ZONE)


@subscribe("campaigns.delivery_event", name="analytics.roll_delivery_events", batch=5_000)
def roll_delivery_events(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count what came back about messages."""
    queries.roll_delivery_events(bounds, zone=settings.TIME_ZONE)


@subscribe("referrals.referral_change", name="analytics.roll_referral_changes", batch=5_000)
def roll_referral_changes(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count referrals by the state they reached."""
    queries.roll_referral_changes(bounds, zone=settings.TIME_ZONE)


@subscribe("referrals.visit", name="analytics.roll_visits", batch=5_000)
def roll_visits(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count visits of invitation pages."""
    queries.roll_visits(bounds, zone=settings.TIME_ZONE)


@subscribe("referrals.ledger_entry", name="analytics.roll_ledger", batch=5_000)
def roll_ledger(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count what members were granted and what was taken back."""
    queries.roll_ledger(bounds, zone=settings.TIME_ZONE)
