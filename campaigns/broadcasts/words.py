"""Broadcasts in words and figures for pages."""

from datetime import datetime
from typing import Any

from campaigns.broadcasts.models import Broadcast
from campaigns.broadcasts.rules import Status, Timing, say_effect
from campaigns.deliveries.rules import reason_text
from kernel.stats.estimates import Estimate
from kernel.stats.proportions import Counts, wilson

TONES = {
    Status.DRAFT: "", Status.SCHEDULED: "info", Status.GATHERING: "info", Status.RUNNING: "info",
    Status.FINISHED: "ok", Status.STOPPED: "danger",
}  # fmt: skip
_PLACES = {
    "sent": "Sent",
    "queued": "In the queue",
    "waiting": "Not planned yet",
    "held_out": "Held out, for comparison",
    "twice": "The same person as another one of the audience",
}
_REACTIONS = {
    "delivered": "Delivered",
    "opened": "Opened",
    "clicked": "Clicked",
    "bounced": "Bounced",
    "complained": "Reported as spam",
    "unsubscribed": "Unsubscribed",
}


def say_when(broadcast: Broadcast) -> str:
    """Return when the messages leave, without the moment itself where that is a moment."""
    if broadcast.timing == Timing.LOCAL and broadcast.local_on and broadcast.local_time:
        there = datetime.combine(broadcast.local_on, broadcast.local_time)
        return f"{there:%-d %b %Y, %H:%M} where each person is"
    if broadcast.timing == Timing.BEST:
        most = max(broadcast.hours, default=0)
        said = f"; the audience is most active at {broadcast.hours.index(most)}:00" if most else ""
        return f"At each person's best hour, within 24 hours{said}"
    return "" if broadcast.timing == Timing.AT else "As soon as it is started"


def list_outcomes(figures: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the audience by outcome and reason, in words; the numbers add up to the audience."""
    rows = [(words, figures[place]) for place, words in _PLACES.items() if figures.get(place)]
    for place, reason, people in figures.get("reasons", []):
        start = {"held_back": "Held back", "failed": "Failed", "unknown": "Unknown"}[place]
        rows.append((f"{start}: {reason_text(reason)}", people))
    return rows


def list_reactions(figures: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Return each reaction with its count and its rate of the messages that left."""
    left = figures.get("left", 0)
    rows = []
    for kind, words in _REACTIONS.items():
        count = min(figures.get(kind, 0), left)
        rate = wilson(Counts(converted=count, exposed=left))
        said = (
            f"{rate.value:.1%} of {left:,} ({rate.low:.1%} to {rate.high:.1%})"
            if isinstance(rate, Estimate)
            else "cannot be estimated: nothing has left yet"
        )
        rows.append((words, count, said))
    return rows


def say_goal(broadcast: Broadcast) -> str:
    """Return what the broadcast changed, or why that cannot be said."""
    if not broadcast.goal_event:
        return "Cannot be estimated. The broadcast has no goal."
    if "treated" not in broadcast.figures:
        return "Cannot be estimated. Nobody has been counted yet."
    return say_effect(broadcast.figures)
