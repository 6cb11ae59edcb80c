"""What campaigns adds to a person's timeline: steps of journeys, refusals, delays of messages.

Sent and held-back messages and what came back are touchpoints already.
"""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from campaigns.deliveries.rules import reason_text, say_numbers
from campaigns.deliveries.selectors import list_delays
from campaigns.journeys.results import list_refusals
from campaigns.journeys.rules.reasons import REFUSED, say_reason
from campaigns.journeys.selectors import StartedRow, StepRow, list_started_by, list_steps
from profiles.contracts import CustomerId, TimelineEntry

_ICONS = {
    "entry": "log-in",
    "wait": "clock",
    "split": "split",
    "condition": "git-branch",
    "send": "send",
    "hold": "hourglass",
    "wait_until": "alarm-clock",
    "choose": "list-tree",
    "emit": "radio",
}


class StepTimeline:
    """The steps of a person through journeys."""

    key = "campaigns.steps"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest steps."""
        return [_entry(step) for step in list_steps(customer_id, before=before, limit=limit)]


class RefusalTimeline:
    """Journeys that did not let a person in."""

    key = "campaigns.refusals"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest refusals; one that repeats is one entry with its count."""
        return [
            TimelineEntry(
                at=row.last_at,
                kind="Journey",
                title=f"Not let into {row.journey}",
                detail=REFUSED[row.reason]
                + (f" {row.times:,} times so far." if row.times > 1 else ""),
                icon="log-in",
                url=reverse("campaigns:journey-refused", kwargs={"key": row.journey_key}),
            )
            for row in list_refusals(customer_id, before=before, limit=limit)
        ]


class JourneyEffects:
    """The journeys that a touchpoint started, by itself or through a segment."""

    key = "campaigns.journeys"

    def effects(
        self, customer_id: CustomerId, *, touchpoint_id: int, segment_change_ids: Sequence[int]
    ) -> Sequence[TimelineEntry]:
        """List the enrollments."""
        started = list_started_by(
            customer_id, touchpoint_id=touchpoint_id, segment_change_ids=segment_change_ids
        )
        return [
            TimelineEntry(
                at=row.at,
                kind="Journey",
                title=f"Held out of {row.journey}" if row.is_held_out else f"Entered {row.journey}",
                detail=row.cause,
                icon="waypoints",
                url=_run_url(row),
            )
            for row in started
        ]


class DelayTimeline:
    """Messages that had to wait."""

    key = "campaigns.delays"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest delays."""
        return [
            TimelineEntry(
                at=row.at,
                kind="Message",
                title=f"“{row.template}” was delayed",
                detail=" · ".join([reason_text(row.reason), *say_numbers(row.numbers)]),
                icon="hourglass",
                url="",
            )
            for row in list_delays(customer_id, before=before, limit=limit)
        ]


def _entry(step: StepRow) -> TimelineEntry:
    return TimelineEntry(
        at=step.at,
        kind="Journey",
        title=say_reason(step.reason),
        detail=f"{step.journey}, at “{step.title}”",
        icon=_ICONS.get(step.definition["type"], "waypoints"),
        url=_run_url(step),
    )


def _run_url(row: StepRow | StartedRow) -> str:
    """Return the page of the person's way through the journey."""
    return reverse(
        "campaigns:journey-run", kwargs={"key": row.journey_key, "enrollment": row.enrollment}
    )
