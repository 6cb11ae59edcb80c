"""Wait: a length of time. One day is 24 hours, whatever the clocks do."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, OneWay


class Wait(OneWay):
    """Stay for some seconds, at most a year."""

    type: Literal["wait"] = "wait"
    seconds: int = Field(ge=0, le=366 * 86_400)

    def engine_row(self) -> EngineRow:
        """Stay until the timer is due."""
        return EngineRow(act="wait", reason="waited", delay=timedelta(seconds=self.seconds))
