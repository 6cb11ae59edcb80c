"""Entry: what lets people in. One to a journey."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from campaigns.journeys.nodes.base import EngineRow, OneWay
from campaigns.journeys.nodes.matching import Match


class _Trigger(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SegmentEntered(_Trigger):
    """Somebody entered a segment."""

    kind: Literal["segment_entered"] = "segment_entered"
    segment_id: int


class TouchpointRecorded(_Trigger):
    """Somebody did something: an event by name, whose properties match."""

    kind: Literal["touchpoint"] = "touchpoint"
    event: str = Field(min_length=1, max_length=200)
    match: list[Match] = Field(default_factory=list, max_length=10)


class EventPublished(_Trigger):
    """An app published an event about a person, such as `referrals.reward_granted`."""

    kind: Literal["event"] = "event"
    event: str = Field(pattern=r"^[a-z]+\.[a-z][a-z0-9_]*$")
    match: list[Match] = Field(default_factory=list, max_length=10)


Trigger = Annotated[
    SegmentEntered | TouchpointRecorded | EventPublished, Field(discriminator="kind")
]


class Entry(OneWay):
    """Where people come in. `starts` says who of a segment enters when the journey is published."""

    type: Literal["entry"] = "entry"
    triggers: list[Trigger] = Field(min_length=1, max_length=10)
    reentry: Literal["never", "after_exit"] = "never"
    starts: Literal["future", "current_and_future"] = "future"

    def engine_row(self) -> EngineRow:
        """People pass through at once."""
        return EngineRow(act="move", reason="entered")
