"""One typed function for each statement about the people who stand at a step of a live version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.journeys.models import JourneyNode
from campaigns.journeys.queries import Answer
from kernel.sql import SqlFile, bigint_array

STANDING = SqlFile(__file__, "standing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step of a version of a journey; `ids` are enrollments, and none means everybody there."""

    journey_id: int
    node: JourneyNode
    ids: Sequence[int] = ()

    @property
    def params(self) -> dict[str, Any]:
        """The place as parameters of a statement."""
        return {
            "journey_id": self.journey_id, "version_id": self.node.version_id,
            "node": self.node.node, "ids": bigint_array(self.ids),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many people stand at a place, and how many of them can be sent on or moved."""

    people: int
    free: int


def count_standing(place: Place) -> Standing:
    """Count the people at a place. Reads the enrollments of the journey."""
    return STANDING.one("count_standing", place.params, into=Standing)


def end_waits(place: Place) -> list[Answer]:
    """Return who waits at a place no longer; `advance_answered` must follow at once."""
    return STANDING.all("end_waits", place.params, into=Answer)


def move_people(place: Place, *, target: int, now: datetime) -> int:
    """Move people to another step of their version; returns how many."""
    params = {**place.params, "target": target, "now": now}
    return int(STANDING.value("move_people", params) or 0)
