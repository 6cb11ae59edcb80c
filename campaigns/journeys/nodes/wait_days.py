"""Wait days: so many days of the calendar, then until a time of day, on the person's own clock."""

from typing import Any, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, OneWay
from campaigns.journeys.nodes.triggers import TIME_OF_DAY


class WaitDays(OneWay):
    """Stay until it is `at` so many days later; tomorrow is 1, whatever the time is now."""

    type: Literal["wait_days"] = "wait_days"
    days: int = Field(ge=1, le=366)
    at: str = Field(default="10:00", pattern=TIME_OF_DAY)
    zone: str = Field(default="UTC", max_length=64)

    def engine_row(self) -> EngineRow:
        """Python works out the instant on arrival; a timer does the rest."""
        return EngineRow(act="until", reason="waited")

    def params(self) -> dict[str, Any]:
        """Return days, time of day, and the zone of those whose own is unknown."""
        return {"days": self.days, "at": self.at, "zone": self.zone}
