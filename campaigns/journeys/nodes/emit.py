"""Emit: record an event on the person's timeline, which segments and other journeys may read."""

from typing import Any, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, OneWay


class Emit(OneWay):
    """Record an event once for each visit."""

    type: Literal["emit"] = "emit"
    event: str = Field(min_length=1, max_length=200)

    def engine_row(self) -> EngineRow:
        """Python records."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return the event's name."""
        return {"event": self.event}
