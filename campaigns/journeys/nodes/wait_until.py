"""Wait until a time of day, on the person's own clock."""

from typing import Any, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, OneWay


class WaitUntil(OneWay):
    """Stay until it is `at` where the person lives, on one of the weekdays (0 is Monday)."""

    type: Literal["wait_until"] = "wait_until"
    at: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    weekdays: list[int] = Field(default_factory=list, max_length=7)
    zone: str = Field(default="UTC", max_length=64)

    def engine_row(self) -> EngineRow:
        """Python works out the instant on arrival; a timer does the rest."""
        return EngineRow(act="until", reason="waited")

    def params(self) -> dict[str, Any]:
        """Return the time of day, the weekdays and the zone of those whose own is unknown."""
        return {"at": self.at, "weekdays": self.weekdays, "zone": self.zone}
