"""Readers of facts: each a few lines into a service."""

from datetime import datetime

from campaigns.journeys.services.enroll import enroll_from_log
from kernel.events import Bounds, register_log, subscribe

register_log("campaigns.decision", table="campaigns_decision", time_column="decided_at")
register_log("campaigns.delivery_event", table="campaigns_delivery_event", time_column="at")


@subscribe("profiles.touchpoint", name="campaigns.touchpoint_entry")
def enter_by_touchpoint(bounds: Bounds, *, now: datetime) -> None:
    """Let in those who did something."""
    enroll_from_log("profiles.touchpoint", bounds, now=now)


@subscribe("kernel.event", name="campaigns.event_entry")
def enter_by_event(bounds: Bounds, *, now: datetime) -> None:
    """Let in those about whom an app published an event."""
    enroll_from_log("kernel.event", bounds, now=now)
