"""Holds the messages of a batch to the tracking plan before they are stored.

Without a plan this costs one small statement per batch. What is omitted by the plan is kept beside
the event, in its context, together with what was wrong.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from profiles.schema import queries
from profiles.schema.queries import Offense, Sample
from profiles.schema.rules import BLOCK, OMIT, Plan, Violation, describe_violation, judge_event
from profiles.touchpoints.rules.instants import from_micros
from profiles.touchpoints.rules.messages import TYPES, Arrival, Refused

_known: dict[UUID, Plan] = {}


def current_plan() -> Plan | None:
    """Return the plan in force; it is read again only after it changed."""
    version = queries.read_plan_version()
    if version is None:
        return None
    if version not in _known:
        plan = queries.read_plan()
        _known.clear()
        _known[version] = plan
    return _known[version]


class Verdicts:
    """What the plan says about the messages of one batch, in the transaction of the batch."""

    def __init__(self) -> None:
        self._plan = current_plan()
        self._blocked: list[tuple[Arrival, list[Violation]]] = []
        self._allowed: dict[bytes, list[Violation]] = {}

    def judge(self, arrival: Arrival) -> Arrival:
        """Return the message as the plan lets it through.

        Raises:
            Refused: the plan blocks it.
        """
        if self._plan is None:
            return arrival
        found = judge_event(
            self._plan, source_id=arrival.source_id, name=arrival.name,
            is_track=arrival.type == TYPES["track"], document=arrival.properties,
        )  # fmt: skip
        if not found:
            return arrival
        for violation in found:
            if violation.action == BLOCK:
                self._blocked.append((arrival, found))
                field = f"properties.{violation.property}"[:200] if violation.property else "event"
                text = describe_violation(violation, event=arrival.name)
                raise Refused(f"plan_{violation.kind}", field, text)
        self._allowed[arrival.message_id] = found
        return _marked(arrival, found)

    def record(self, stored: Sequence[Arrival], *, now: datetime) -> None:
        """Count what was wrong in the messages that were stored, and in those that were blocked."""
        if not self._allowed and not self._blocked:
            return
        allowed = self._allowed
        shown = [(each, allowed[each.message_id]) for each in stored if each.message_id in allowed]
        counted: dict[Offense, Sample] = {}
        for arrival, violations in [*shown, *self._blocked]:
            for violation in violations:
                offense = Offense(arrival.source_id, arrival.name, _nameless(violation))
                before = counted[offense].seen if offense in counted else 0
                counted[offense] = Sample(before + 1, arrival.message_id, from_micros(arrival.at))
        if counted:
            queries.record_violations(counted, now=now)


def _nameless(violation: Violation) -> Violation:
    """Keep a name that holds an address out of the counts, which outlive the person."""
    return violation._replace(property="…@…") if "@" in violation.property else violation


def _marked(arrival: Arrival, found: Sequence[Violation]) -> Arrival:
    """Note the verdict in the context, and move what is omitted there."""
    omitted: dict[str, Any] = {}
    names = {violation.property for violation in found if violation.action == OMIT}
    if names:
        values = msgspec.json.decode(arrival.properties)
        omitted = {name: values.pop(name) for name in sorted(names)}
        arrival.properties = msgspec.json.encode(values)
        if "revenue" in names:
            arrival.revenue = None
        if arrival.traits is not None:
            arrival.traits = {k: v for k, v in arrival.traits.items() if k not in names}
    verdict = {
        "violations": [
            {"kind": each.kind, "property": each.property, "action": each.action} for each in found
        ]
    } | ({"omitted": omitted} if omitted else {})
    head = arrival.context.rstrip()[:-1].rstrip()
    comma = b"" if head == b"{" else b","
    arrival.context = head + comma + b'"plan":' + msgspec.json.encode(verdict) + b"}"
    return arrival
