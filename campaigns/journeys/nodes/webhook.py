"""Webhook: call a server and keep what it answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName

# Longer than all tries of one call together.
GIVE_UP: Final = timedelta(hours=2)


class Webhook(Node):
    """Post who stands here to an address. A JSON object in the answer is kept under the step's id,
    for conditions and for messages (`{{ answers.lookup.score }}`).
    """

    type: Literal["webhook"] = "webhook"
    url: str = Field(pattern=r"^https?://[^\s]+$", max_length=2_000)
    traits: list[str] = Field(default_factory=list, max_length=50)
    next: str = NodeName
    failed: str = NodeName

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the way after an answer, then the way after none."""
        return [("next", self.next), ("failed", self.failed)]

    def engine_row(self) -> EngineRow:
        """Python plans the call; its end, or the timer, moves the person."""
        return EngineRow(act="call", reason="call_failed", delay=GIVE_UP)

    def params(self) -> dict[str, Any]:
        """Return the address and the traits that are sent along."""
        return {"url": self.url, "traits": self.traits}
