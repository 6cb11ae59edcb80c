"""Send: plan a message from a template; the gate decides when it is due, or whether at all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, OneWay, Target

OUTCOMES: Final = (
    "sent",
    "deferred",
    "capped",
    "no_consent",
    "no_address",
    "suppressed",
    "failed",
    "held_out",
)
"""What can become of a message at the gate and at the provider."""
ENGAGEMENTS: Final = ("opened", "clicked")
"""What the person can do with it."""


class Send(OneWay):
    """Send a template on its channel. `priority` decides who gets the last slot under a cap.

    Without outcomes people go on at once. With them they stay until the message is decided about,
    and with `opened` or `clicked` until the person acts, at most `within` seconds; whoever has no
    way of their own goes on by `next`.
    """

    type: Literal["send"] = "send"
    template: UUID
    priority: int = Field(default=0, ge=-100, le=100)
    sent: Target | None = None
    deferred: Target | None = None
    capped: Target | None = None
    no_consent: Target | None = None
    no_address: Target | None = None
    suppressed: Target | None = None
    failed: Target | None = None
    held_out: Target | None = None
    opened: Target | None = None
    clicked: Target | None = None
    within: int = Field(default=3 * 86_400, gt=0, le=90 * 86_400)

    @model_validator(mode="after")
    def _waits_for_one_thing(self) -> Self:
        if self.sent and (self.opened or self.clicked):
            raise ValueError("a way for sent leaves no time to be opened; choose one of them")
        return self

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the outcomes that have a way, then the way of everybody else."""
        chosen = [(name, getattr(self, name)) for name in (*OUTCOMES, *ENGAGEMENTS)]
        return [*((name, target) for name, target in chosen if target), ("next", self.next)]

    def engine_row(self) -> EngineRow:
        """Plan the delivery and go on; with outcomes, stay until one of them is known."""
        if len(self.outlets()) == 1:
            return EngineRow(act="send", reason="message_planned", priority=self.priority)
        return EngineRow(
            act="deliver",
            reason="no_outcome",
            priority=self.priority,
            delay=timedelta(seconds=self.within),
        )

    def params(self) -> dict[str, Any]:
        """Return the template's key."""
        return {"template": str(self.template)}
