"""The tracking plan as pure rules."""

import json

import pytest

from kernel.errors import Invalid
from profiles.schema.rules import (
    MISSING_PROPERTY,
    NOT_ALLOWED_VALUE,
    UNPLANNED_EVENT,
    UNPLANNED_PROPERTY,
    WRONG_TYPE,
    Plan,
    PlannedProperty,
    Violation,
    check_actions,
    check_properties,
    describe_violation,
    judge_event,
    type_of,
)

BOUGHT = {
    "price": PlannedProperty("price", "number", is_required=True),
    "size": PlannedProperty("size", "text", values=("s", "m")),
    "code": PlannedProperty("code", "any"),
}


def judged(properties, *, event="Bought", is_track=True, actions=None, source_id=1):
    plan = Plan({"Bought": BOUGHT, "Page Viewed": {}}, actions or {})
    found = judge_event(
        plan, source_id=source_id, name=event, is_track=is_track,
        document=json.dumps(properties).encode(),
    )  # fmt: skip
    return [(each.kind, each.property, each.found) for each in found]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"price": 3}, []),
        ({"price": 3.5, "size": "m", "code": [1]}, []),
        ({"price": 3, "size": None}, []),
        ({}, [(MISSING_PROPERTY, "price", "")]),
        ({"price": None}, [(MISSING_PROPERTY, "price", "")]),
        ({"price": "3"}, [(WRONG_TYPE, "price", "text")]),
        ({"price": True}, [(WRONG_TYPE, "price", "boolean")]),
        ({"price": 3, "size": "xl"}, [(NOT_ALLOWED_VALUE, "size", "text")]),
        ({"price": 3, "color": "red"}, [(UNPLANNED_PROPERTY, "color", "text")]),
        ({"price": 3, "color": None}, []),
    ],
)
def test_an_event_is_held_to_its_plan(properties, expected):
    assert judged(properties) == expected


def test_only_tracked_events_can_be_unplanned_and_only_where_that_is_blocked():
    block = {0: {UNPLANNED_EVENT: "block"}}
    assert judged({}, event="Sold", actions=block) == [(UNPLANNED_EVENT, "", "")]
    assert judged({}, event="Identify", is_track=False, actions=block) == []
    assert judged({}, event="Sold") == []


def test_what_sdks_add_to_pages_needs_no_plan():
    extra = {"url": "https://x.example", "title": "Home", "color": "red"}
    assert judged(extra, event="Page Viewed", is_track=False) == [
        (UNPLANNED_PROPERTY, "color", "text")
    ]


def test_actions_of_a_source_come_before_those_of_all():
    plan = Plan(
        {}, {0: {UNPLANNED_EVENT: "block", WRONG_TYPE: "omit"}, 2: {UNPLANNED_EVENT: "allow"}}
    )
    assert plan.action(UNPLANNED_EVENT, 1) == "block"
    assert plan.action(UNPLANNED_EVENT, 2) == "allow"
    assert plan.action(WRONG_TYPE, 2) == "omit"
    assert plan.action(MISSING_PROPERTY, 2) == "allow"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, "boolean"), (1, "integer"), (2.0, "integer"), (2.5, "number"), ("a", "text"),
     ("2026-03-01", "time"), ("2026-03-01T09:00:00Z", "time"), ("2026-99-01", "text"),
     ([], "list"), ({}, "object")],
)  # fmt: skip
def test_types_are_the_narrowest_that_fit(value, expected):
    assert type_of(value) == expected


@pytest.mark.parametrize("type_", ["integer", "boolean", "time", "object", "list", "number"])
def test_each_type_refuses_text(type_):
    plan = Plan({"E": {"p": PlannedProperty("p", type_)}}, {})
    [found] = judge_event(plan, source_id=1, name="E", is_track=True, document=b'{"p": "x"}')
    assert (found.kind, found.found) == (WRONG_TYPE, "text")


def test_numbers_are_compared_as_text_with_allowed_values():
    plan = Plan({"E": {"p": PlannedProperty("p", "number", values=("1", "2.5"))}}, {})
    for document, count in ((b'{"p": 2.5}', 0), (b'{"p": 1}', 0), (b'{"p": 3}', 1)):
        assert (
            len(judge_event(plan, source_id=1, name="E", is_track=True, document=document)) == count
        )


@pytest.mark.parametrize(
    "planned",
    [{" ": PlannedProperty(" ")}, {"p": PlannedProperty("p", "money")},
     {"p" * 256: PlannedProperty("p" * 256)},
     {"p": PlannedProperty("p", values=tuple(map(str, range(101))))}],
    ids=["no name", "unknown type", "long name", "many values"],
)  # fmt: skip
def test_a_plan_that_cannot_be_used_is_refused(planned):
    with pytest.raises(Invalid):
        check_properties(planned)


@pytest.mark.parametrize(
    "actions", [{"rain": "allow"}, {UNPLANNED_EVENT: "omit"}, {WRONG_TYPE: "x"}]
)
def test_an_action_that_cannot_be_taken_is_refused(actions):
    with pytest.raises(Invalid):
        check_actions(actions)


def test_every_violation_is_said_in_a_sentence():
    for kind in (
        UNPLANNED_EVENT,
        UNPLANNED_PROPERTY,
        MISSING_PROPERTY,
        WRONG_TYPE,
        NOT_ALLOWED_VALUE,
    ):
        text = describe_violation(Violation(kind, "price", "text", "allow"), event="Bought")
        assert "“Bought”" in text
        assert text.endswith(".")
