"""Wait date: until a date among the person's traits, some days before or after."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName
from campaigns.journeys.nodes.triggers import TIME_OF_DAY


class WaitDate(Node):
    """Stay until the date; who has none, or whose date is past, goes on at once by `otherwise`.

    With `yearly` the next return of the day counts, so that it is never past.
    """

    type: Literal["wait_date"] = "wait_date"
    trait: str = Field(min_length=1, max_length=100)
    offset_days: int = Field(default=0, ge=-366, le=366)
    at: str = Field(default="10:00", pattern=TIME_OF_DAY)
    zone: str = Field(default="UTC", max_length=64)
    yearly: bool = False
    next: str = NodeName
    otherwise: str = NodeName

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the way on, then the way of those who have no such date."""
        return [("next", self.next), ("otherwise", self.otherwise)]

    def engine_row(self) -> EngineRow:
        """Python works out the instant on arrival; a timer does the rest."""
        return EngineRow(act="until", reason="waited")

    def params(self) -> dict[str, Any]:
        """Return the trait, the offset, the clock."""
        return {
            "trait": self.trait,
            "offset_days": self.offset_days,
            "at": self.at,
            "zone": self.zone,
            "yearly": self.yearly,
        }
