"""Typed calls of the statements that learn what events look like and hold them to the plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array
from profiles.schema.rules import Plan, PlannedProperty, Violation

SQL = SqlFile(__file__, "schema")


class Offense(NamedTuple):
    """What was not as planned, in which event of which source."""

    source_id: int
    event: str
    violation: Violation


class Sample(NamedTuple):
    """How often it happened in a batch, and the newest message that shows it."""

    seen: int
    message_id: bytes
    occurred_at: datetime


def discover(bounds: Bounds) -> None:
    """Add a batch of touchpoints to what is known about their events."""
    SQL.run("discover", bounds.params)


def read_plan_version() -> UUID | None:
    """Return the version of the plan in force, or `None` when nothing is planned."""
    found = SQL.run("read_plan_version")
    return found[0][0] if found else None


def read_plan() -> Plan:
    """Read the whole plan."""
    events: dict[str, dict[str, PlannedProperty]] = {}
    for event, name, kind, is_required, values in SQL.run("read_plan"):
        properties = events.setdefault(event, {})
        if name is not None:
            properties[name] = PlannedProperty(name, kind, is_required, tuple(values))
    actions: dict[int, dict[str, str]] = {}
    for source_id, kind, action in SQL.run("read_actions"):
        actions.setdefault(source_id, {})[kind] = action
    return Plan(events, actions)


def stamp_plan(version: UUID) -> None:
    """Mark the plan as changed."""
    SQL.run("stamp_plan", {"version": version})


def record_violations(found: Mapping[Offense, Sample], *, now: datetime) -> None:
    """Add violations to the counts of the day."""
    params = {
        "now": now,
        "source_ids": bigint_array(each.source_id for each in found),
        "event_names": text_array(each.event for each in found),
        "kinds": text_array(each.violation.kind for each in found),
        "properties": text_array(each.violation.property for each in found),
        "found": text_array(each.violation.found for each in found),
        "actions": text_array(each.violation.action for each in found),
        "seen": bigint_array(sample.seen for sample in found.values()),
        "message_ids": "{" + ",".join(sample.message_id.hex() for sample in found.values()) + "}",
        "occurred_at": [sample.occurred_at for sample in found.values()],
    }
    SQL.run("record_violations", params)
