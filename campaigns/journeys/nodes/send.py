"""Send: plan a message from a template; the gate decides when it is due."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, OneWay


class Send(OneWay):
    """Send a template on its channel. `priority` decides who gets the last slot under a cap."""

    type: Literal["send"] = "send"
    template: UUID
    priority: int = Field(default=0, ge=-100, le=100)

    def engine_row(self) -> EngineRow:
        """Plan the delivery and go on."""
        return EngineRow(act="send", reason="message_planned", priority=self.priority)

    def params(self) -> dict[str, Any]:
        """Return the template's key."""
        return {"template": str(self.template)}
