"""The tracking plan: what an event should look like, and what to do about one that does not.

Pure functions over values. An absent property and a null are the same: neither has a type.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from kernel.errors import Invalid

ALLOW, OMIT, BLOCK = "allow", "omit", "block"

UNPLANNED_EVENT = "unplanned_event"
UNPLANNED_PROPERTY = "unplanned_property"
MISSING_PROPERTY = "missing_property"
WRONG_TYPE = "wrong_type"
NOT_ALLOWED_VALUE = "not_allowed_value"

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    UNPLANNED_EVENT: ("The event is not planned", (ALLOW, BLOCK)),
    UNPLANNED_PROPERTY: ("A property is not planned", (ALLOW, OMIT, BLOCK)),
    MISSING_PROPERTY: ("A required property is missing", (ALLOW, BLOCK)),
    WRONG_TYPE: ("A property has another type", (ALLOW, OMIT, BLOCK)),
    NOT_ALLOWED_VALUE: ("A value is not among those allowed", (ALLOW, OMIT, BLOCK)),
}
"""What can be wrong, in words, and what may be done about it."""

TYPES = {
    "any": "Anything", "text": "Text", "number": "Number", "integer": "Whole number",
    "boolean": "Yes or no", "time": "Time", "object": "Object", "list": "List",
}  # fmt: skip
MAX_NAME = 255
MAX_VALUES = 100

# What SDKs add to pages and screens by themselves.
_STANDARD = frozenset({"name", "category", "path", "referrer", "search", "title", "url", "groupId"})
_YEAR = re.compile(r"^\d{4}-\d{2}-\d{2}")


class PlannedProperty(msgspec.Struct, frozen=True):
    """What one property should be; `values` lists what is allowed, as text."""

    name: str
    type: str = "any"
    is_required: bool = False
    values: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """The whole plan: properties by event and name, and actions by source and kind.

    Source 0 stands for every source without actions of its own.
    """

    events: Mapping[str, Mapping[str, PlannedProperty]]
    actions: Mapping[int, Mapping[str, str]]

    def action(self, kind: str, source_id: int) -> str:
        """Return what to do about a kind of violation in events of a source."""
        own = self.actions.get(source_id, {})
        return own.get(kind) or self.actions.get(0, {}).get(kind, ALLOW)


class Violation(NamedTuple):
    """One thing that is not as planned; `found` is the type that came instead."""

    kind: str
    property: str
    found: str
    action: str


def judge_event(
    plan: Plan, *, source_id: int, name: str, is_track: bool, document: bytes
) -> list[Violation]:
    """Return what about an event is not as planned, in the order of the plan.

    `document` is the JSON object of its properties; it is read only when the event is planned. An
    event without a plan is a violation only where such events are blocked: a plan grows event by
    event, and until then each is shown as not planned anyway.
    """
    planned = plan.events.get(name)
    if planned is None:
        action = plan.action(UNPLANNED_EVENT, source_id) if is_track else ALLOW
        return [] if action == ALLOW else [Violation(UNPLANNED_EVENT, "", "", action)]
    values = msgspec.json.decode(document)
    found = list(_differences(planned, values, ignored=frozenset() if is_track else _STANDARD))
    return [Violation(*each, plan.action(each[0], source_id)) for each in found]


def describe_violation(violation: Violation, *, event: str) -> str:
    """Say in a sentence what is wrong."""
    name = f"“{violation.property}” of “{event}”"
    return {
        UNPLANNED_EVENT: f"“{event}” is not in the tracking plan.",
        UNPLANNED_PROPERTY: f"{name} is not in the tracking plan.",
        MISSING_PROPERTY: f"{name} is required by the tracking plan and missing.",
        WRONG_TYPE: f"{name} has the type {violation.found}, which is not the planned one.",
        NOT_ALLOWED_VALUE: f"{name} has a value that the tracking plan does not allow.",
    }[violation.kind]


def type_of(value: object) -> str:
    """Return the type of a JSON value as the plan calls it; the narrowest that fits."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "time" if _is_time(value) else "text"
    return "list" if isinstance(value, list) else "object"


def check_properties(properties: Mapping[str, PlannedProperty]) -> None:
    """Check what somebody plans.

    Raises:
        Invalid: a name, type or list of values cannot be used; the field names the property.
    """
    for name, planned in properties.items():
        if not name.strip() or len(name) > MAX_NAME:
            raise Invalid("properties", f"A property's name has 1 to {MAX_NAME} letters.")
        if planned.type not in TYPES:
            known = ", ".join(TYPES)
            raise Invalid(f"properties.{name}.type", f"The type must be one of {known}.")
        if len(planned.values) > MAX_VALUES:
            raise Invalid(f"properties.{name}.values", f"Name up to {MAX_VALUES} values.")


def check_actions(actions: Mapping[str, str]) -> None:
    """Check what somebody wants to be done about violations.

    Raises:
        Invalid: a kind is not known, or its action is not possible.
    """
    for kind, action in actions.items():
        if kind not in KINDS:
            raise Invalid(kind, f"There is no violation “{kind}”. Known: {', '.join(KINDS)}.")
        possible = KINDS[kind][1]
        if action not in possible:
            raise Invalid(kind, f"The action must be one of {', '.join(possible)}.")


def _differences(
    planned: Mapping[str, PlannedProperty], values: Mapping[str, Any], *, ignored: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    for name, expected in planned.items():
        value = values.get(name)
        if value is None:
            if expected.is_required:
                yield MISSING_PROPERTY, name, ""
        elif not _fits(value, expected.type):
            yield WRONG_TYPE, name, type_of(value)
        elif expected.values and _as_text(value) not in expected.values:
            yield NOT_ALLOWED_VALUE, name, type_of(value)
    for name, value in values.items():
        if name not in planned and name not in ignored and value is not None:
            yield UNPLANNED_PROPERTY, name[:MAX_NAME], type_of(value)


def _fits(value: object, expected: str) -> bool:
    found = type_of(value)
    wider = {"number": ("number", "integer"), "text": ("text", "time")}
    return expected == "any" or found in wider.get(expected, (expected,))


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _is_time(text: str) -> bool:
    if not _YEAR.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
