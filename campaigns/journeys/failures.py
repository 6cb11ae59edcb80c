"""One typed function for each statement about what failed in a journey."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.journeys.queries import Answer
from kernel.sql import SqlFile, bigint_array

ERRORS = SqlFile(__file__, "errors")
# What one action settles at most; who wants more does it again.
MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCount:
    """What failed at a step of a version for one reason."""

    kind: str
    version: int
    step: str
    reason: str
    times: int
    people: int
    inside: int
    stuck: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Errors of one step and reason; `ids` name some of them, and none means all."""

    journey_id: int
    kind: str
    version: int
    step: str
    reason: str
    ids: Sequence[int] = ()

    @property
    def params(self) -> dict[str, Any]:
        """The group as parameters of a statement."""
        return {
            "journey_id": self.journey_id, "kind": self.kind, "version": self.version,
            "step": self.step, "reason": self.reason, "ids": bigint_array(self.ids),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One message or call that failed, and whose it is."""

    id: int
    key: UUID
    enrollment_id: int
    customer_id: int
    is_inside: bool
    at: datetime | None


def count_errors(journey_id: int) -> list[ErrorCount]:
    """Return what failed in a journey by step and reason, the latest first."""
    return ERRORS.all("count_errors", {"journey_id": journey_id}, into=ErrorCount)


def list_errors(group: Group, *, before: int = 0, limit: int = MOST) -> list[Failure]:
    """Return the errors of a group, the newest first, below an id; 0 means from the newest on."""
    params = {**group.params, "before": before, "limit": limit}
    return ERRORS.all("list_errors", params, into=Failure)


def call_again(ids: Sequence[int], *, now: datetime) -> int:
    """Have calls made again at once; returns how many."""
    return ERRORS.count("call_again", {"ids": bigint_array(ids), "now": now})


def skip_calls(ids: Sequence[int], *, now: datetime) -> list[Answer]:
    """Give calls up and return who goes on; `advance_answered` must follow at once."""
    return ERRORS.all("skip_calls", {"ids": bigint_array(ids), "now": now}, into=Answer)
