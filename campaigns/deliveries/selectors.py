"""Reads of decisions for pages and timelines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.contracts import DeliveryStatus
from campaigns.deliveries.rules import reason_text, say_numbers
from kernel.sql import SqlFile

ACTIVITY = SqlFile(__file__, "activity")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One decision about one message."""

    id: int
    outcome: str
    reason: str
    numbers: dict[str, Any]
    decided_at: datetime
    channel: str
    status: str
    customer_key: UUID
    delivery_key: UUID
    customer_id: int
    template: str
    template_key: UUID
    journey: str | None
    journey_key: UUID | None
    broadcast: str | None
    broadcast_key: UUID | None

    @property
    def can_be_settled(self) -> bool:
        """Whether the message may have left and this is what was last decided about it."""
        return self.outcome == self.status == DeliveryStatus.UNKNOWN

    @property
    def can_be_repeated(self) -> bool:
        """Whether the message failed and nobody has given it up."""
        return self.outcome == self.status == DeliveryStatus.FAILED and self.reason != "skipped"

    @property
    def text(self) -> str:
        """The reason as a sentence."""
        return reason_text(self.reason)

    @property
    def read(self) -> list[str]:
        """What the gate read, each number in words."""
        return say_numbers(self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayRow:
    """One delay of one message."""

    at: datetime
    reason: str
    numbers: dict[str, Any]
    template: str


def list_activity(*, before: int, outcome: str, limit: int = PAGE + 1) -> list[ActivityRow]:
    """Return a page of decisions, newest first; one more than a page tells that there are more."""
    params = {"before": before, "outcome": outcome, "limit": limit}
    return ACTIVITY.all("list_activity", params, into=ActivityRow)


def list_delays(customer_id: int, *, before: datetime, limit: int) -> list[DelayRow]:
    """Return the newest delays of one person's messages before an instant."""
    params = {"customer_id": customer_id, "before": before, "limit": limit}
    return ACTIVITY.all("list_delays", params, into=DelayRow)


def queue_depth() -> tuple[int, datetime | None]:
    """Return how many deliveries are due (at most 10,000) and since when the oldest is."""
    [(waiting, oldest_at)] = ACTIVITY.run("queue_depth")
    return waiting, oldest_at
