"""Entry: what lets people in. One to a journey."""

from typing import Literal, Self

from pydantic import Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, OneWay
from campaigns.journeys.nodes.triggers import Trigger


class Entry(OneWay):
    """Where people come in, how often, and who of a segment enters when the journey is published.

    `key` names a property of the event: each value of it is a way of its own, one for each order.
    Without it a person is inside once at most.
    """

    type: Literal["entry"] = "entry"
    triggers: list[Trigger] = Field(min_length=1, max_length=10)
    reentry: Literal["never", "after_exit"] = "never"
    max_entries: int | None = Field(default=None, ge=1, le=1000)
    min_gap_seconds: int = Field(default=0, ge=0, le=366 * 86_400)
    key: str = Field(default="", max_length=100)
    at_once: int = Field(default=1, ge=1, le=100)
    max_age_seconds: int = Field(default=86_400, ge=60, le=366 * 86_400)
    starts: Literal["future", "current", "current_and_future"] = "future"

    @model_validator(mode="after")
    def _knows_its_ways_apart(self) -> Self:
        if self.at_once > 1 and not self.key:
            raise ValueError("several ways at once need a key that tells them apart")
        return self

    @property
    def key_path(self) -> list[str]:
        """The key as the path of a property, empty without one."""
        return self.key.split(".") if self.key else []

    def engine_row(self) -> EngineRow:
        """People pass through at once."""
        return EngineRow(act="move", reason="entered")
