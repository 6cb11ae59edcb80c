"""Readers of facts: each a few lines into a service."""

from datetime import datetime

from campaigns.deliveries.services import feedback
from campaigns.journeys import results
from campaigns.journeys.services import scheduling
from campaigns.journeys.services.advance import (
    go_on_by_decision,
    go_on_by_message_event,
    leave_and_wake,
)
from campaigns.journeys.services.enroll import enroll_from_log
from kernel.events import Bounds, register_log, subscribe

register_log("campaigns.decision", table="campaigns_decision", time_column="decided_at")
register_log("campaigns.delivery_event", table="campaigns_delivery_event", time_column="at")


@subscribe("profiles.segment_change", name="campaigns.segment_entry")
def enter_by_segment(bounds: Bounds, *, now: datetime) -> None:
    """Let in those who entered a segment."""
    enroll_from_log("profiles.segment_change", bounds, now=now)


@subscribe("profiles.touchpoint", name="campaigns.touchpoint_entry")
def enter_by_touchpoint(bounds: Bounds, *, now: datetime) -> None:
    """Let in those who did something."""
    enroll_from_log("profiles.touchpoint", bounds, now=now)


@subscribe("profiles.touchpoint", name="campaigns.journey_signals")
def signal_journeys(bounds: Bounds, *, now: datetime) -> None:
    """Wake those who wait for what happened, and end the ways of those who met a goal or an exit."""
    leave_and_wake(bounds, now=now)


@subscribe("kernel.event", name="campaigns.event_entry")
def enter_by_event(bounds: Bounds, *, now: datetime) -> None:
    """Let in those about whom an app published an event."""
    enroll_from_log("kernel.event", bounds, now=now)


@subscribe("profiles.trait_entry", name="campaigns.trait_days")
def keep_days(bounds: Bounds, **_: datetime) -> None:
    """Note the dates that journeys wait for."""
    scheduling.keep_days(bounds)


@subscribe("campaigns.delivery_event", name="campaigns.tell_events", batch=2_000)
def tell_events(bounds: Bounds, *, now: datetime) -> None:
    """Put what came back on people's timelines."""
    feedback.tell_events(bounds, now=now)


@subscribe("campaigns.decision", name="campaigns.tell_decisions", batch=2_000)
def tell_decisions(bounds: Bounds, *, now: datetime) -> None:
    """Put sent and held-back messages on people's timelines."""
    feedback.tell_decisions(bounds, now=now)


@subscribe("campaigns.decision", name="campaigns.journey_outcomes")
def go_on_by_outcome(bounds: Bounds, *, now: datetime) -> None:
    """Move those who stay until their message is decided about."""
    go_on_by_decision(bounds, now=now)


@subscribe("campaigns.delivery_event", name="campaigns.journey_engagement")
def go_on_by_engagement(bounds: Bounds, *, now: datetime) -> None:
    """Move those who wait to see their message opened or clicked."""
    go_on_by_message_event(bounds, now=now)


@subscribe("campaigns.decision", name="campaigns.message_tally")
def tally_decisions(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count what became of the messages of each step."""
    results.tally_decisions(bounds)


@subscribe("campaigns.delivery_event", name="campaigns.reaction_tally")
def tally_reactions(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001
    """Count the messages of each step that were opened or clicked."""
    results.tally_reactions(bounds)
