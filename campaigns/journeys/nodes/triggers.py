"""What lets people into a journey."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.journeys.nodes.matching import Match
from campaigns.journeys.nodes.recurrence import check_recurrence

TIME_OF_DAY: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


class _Trigger(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SegmentEntered(_Trigger):
    """Somebody entered a segment."""

    kind: Literal["segment_entered"] = "segment_entered"
    segment_id: int


class SegmentLeft(_Trigger):
    """Somebody left a segment."""

    kind: Literal["segment_left"] = "segment_left"
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


class Schedule(_Trigger):
    """Everybody in a segment at the times of a rule, such as `FREQ=WEEKLY;BYDAY=MO` (RFC 5545)."""

    kind: Literal["schedule"] = "schedule"
    segment_id: int
    rrule: str = Field(min_length=1, max_length=200)
    at: str = Field(default="09:00", pattern=TIME_OF_DAY)
    zone: str = Field(default="UTC", max_length=64)

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        check_recurrence(self.rrule)
        return self


class DateTrait(_Trigger):
    """A date among a person's traits, some days before or after, on the person's own clock."""

    kind: Literal["date_trait"] = "date_trait"
    trait: str = Field(min_length=1, max_length=100)
    offset_days: int = Field(default=0, ge=-366, le=366)
    at: str = Field(default="09:00", pattern=TIME_OF_DAY)
    zone: str = Field(default="UTC", max_length=64)
    yearly: bool = False


class ApiCall(_Trigger):
    """A program lets people in by the REST API."""

    kind: Literal["api"] = "api"


Trigger = Annotated[
    SegmentEntered
    | SegmentLeft
    | TouchpointRecorded
    | EventPublished
    | Schedule
    | DateTrait
    | ApiCall,
    Field(discriminator="kind"),
]
