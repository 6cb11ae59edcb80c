"""What campaigns adds to a person's timeline: steps of journeys and delays of messages.

Sent and held-back messages and what came back are touchpoints already.
"""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from campaigns.deliveries.rules import reason_text
from campaigns.deliveries.selectors import list_delays
from campaigns.journeys.selectors import StepRow, list_steps
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
_WORDS = {
    "entered": "Entered the journey",
    "held_out": "Held out of the journey, for comparison",
    "waited": "Waited",
    "message_planned": "A message was planned",
    "condition_met": "The condition was met",
    "condition_not_met": "The condition was not met",
    "event_arrived": "What was awaited happened",
    "timed_out": "What was awaited did not happen in time",
    "no_branch_matched": "No branch matched",
    "event_emitted": "An event was recorded",
    "goal_reached": "Reached the goal and left",
    "exit_met": "Left by an exit rule",
}


class StepTimeline:
    """The steps of a person through journeys."""

    key = "campaigns.steps"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest steps."""
        return [_entry(step) for step in list_steps(customer_id, before=before, limit=limit)]


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
                detail=reason_text(row.reason),
                icon="hourglass",
                url="",
            )
            for row in list_delays(customer_id, before=before, limit=limit)
        ]


def _entry(step: StepRow) -> TimelineEntry:
    return TimelineEntry(
        at=step.at,
        kind="Journey",
        title=_WORDS.get(step.reason, f"Took the branch “{step.reason}”"),
        detail=f"{step.journey}, at “{step.node}”",
        icon=_ICONS.get(step.type, "waypoints"),
        url=reverse("campaigns:journey", kwargs={"key": step.journey_key}),
    )
