"""Throttle: let people on one after the other, so many in a length of time."""

from typing import Any, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, OneWay


class Throttle(OneWay):
    """At most `people` go on in each `seconds`, evenly; nobody is dropped."""

    type: Literal["throttle"] = "throttle"
    people: int = Field(default=100, ge=1, le=1_000_000)
    seconds: int = Field(default=60, ge=1, le=86_400)

    def engine_row(self) -> EngineRow:
        """Python gives each person a place in the line; a timer does the rest."""
        return EngineRow(act="until", reason="throttled")

    def params(self) -> dict[str, Any]:
        """Return the time between two people, in microseconds."""
        return {"gap_us": max(1, self.seconds * 1_000_000 // self.people)}
