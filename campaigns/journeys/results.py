"""One typed function for each statement about what came of a version."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.journeys.models import JourneyVersion
from campaigns.journeys.nodes.matching import json_path
from campaigns.journeys.rules.definition import Goal
from kernel.events import Bounds
from kernel.sql import SqlFile

RESULTS = SqlFile(__file__, "results")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionCount:
    """How many people passed a step, took a way, or were in an arm, and converted after that."""

    kind: str
    node: int
    way: str
    people: int
    converted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCount:
    """How many messages of a step were sent, held back, opened or clicked."""

    node: int
    kind: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a journey did not let a person in, and how often."""

    journey: str
    journey_key: UUID
    version: int
    reason: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPerson:
    """Whom a version did not let in, and why."""

    customer_id: int
    reason: str
    times: int
    last_at: datetime


def count_conversions(
    version: JourneyVersion, goal: Goal, *, now: datetime
) -> list[ConversionCount]:
    """Count who reached the goal after each step, among the 20,000 runs that began last."""
    params = {
        "journey_id": version.journey_id,
        "version_id": version.pk,
        "event": goal.event,
        "days": goal.days,
        "path": json_path(goal.match),
        "now": now,
    }
    return RESULTS.all("count_conversions", params, into=ConversionCount)


def count_messages(version_id: int) -> list[MessageCount]:
    """Return what became of the messages of each step of a version."""
    return RESULTS.all("count_messages", {"version_id": version_id}, into=MessageCount)


def tally_decisions(bounds: Bounds) -> None:
    """Add a batch of decisions to the tallies; in the transaction of the log's reader."""
    RESULTS.run("tally_decisions", bounds.params)


def tally_reactions(bounds: Bounds) -> None:
    """Add a batch of reports to the tallies; in the transaction of the log's reader."""
    RESULTS.run("tally_reactions", bounds.params)


def list_refusals(customer_id: int, *, before: datetime, limit: int) -> list[Refused]:
    """Return why journeys did not let a person in, the newest first."""
    params = {"customer_id": customer_id, "before": before, "limit": limit}
    return RESULTS.all("list_refusals", params, into=Refused)


def list_refused(
    version_id: int, *, reason: str, before: tuple[datetime, int], limit: int
) -> list[RefusedPerson]:
    """Return whom a version did not let in, the newest first, for one reason or all."""
    params = {
        "version_id": version_id, "reason": reason, "before": before[0], "before_id": before[1],
        "limit": limit,
    }  # fmt: skip
    return RESULTS.all("list_refused", params, into=RefusedPerson)
