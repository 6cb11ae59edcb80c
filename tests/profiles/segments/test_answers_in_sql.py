"""What the database answers about one person, example by example: the same as in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from profiles.segments.queries.membership import run_text
from profiles.segments.queries.names import resolve_names
from profiles.segments.queries.people import load_people
from profiles.segments.rules.compile import compile_members, compile_verdicts
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import parse_rule
from tests.profiles.segments.strategies import NOW, SEGMENTS
from tests.profiles.segments.world import make_segments, store

pytestmark = pytest.mark.django_db
PICKED = "WITH picked AS MATERIALIZED (SELECT unnest(%(ids)s::bigint[]) AS customer_id) "
DAY = timedelta(days=1)
WEEK = {"amount": 1, "unit": "weeks"}
ADA = {
    "traits": {
        "plan": "gold",
        "tags": ["a", "b"],
        "vip": True,
        "address": {"city": "Berlin"},
        "seen": "2026-03-14T12:00:00Z",
        "due": "2026-03-16T12:00:00Z",
        "born": "1990-03-18T05:00:00+02:00",
    },
    "last_seen_at": NOW,
    "locale": "de",
    "fate": "alive",
    "kinds": ["email"],
    "suppressed": False,
    "consents": [{"channel": "email", "topic": "", "address": "", "state": "granted"}],
    "member_since": {SEGMENTS[0]: NOW - DAY},
    "touches": [
        {"event": "Order", "occurred_at": NOW - 3 * DAY, "properties": {"net": 2}},
        {"event": "Order", "occurred_at": NOW - 2 * DAY, "properties": {"net": "3.5"}},
    ],
}


def trait(key, kind, operator, **more):
    return {"kind": "trait", "key": key, "test": {"type": kind, "operator": operator, **more}}


def figure(measure, operator, value, **more):
    test = {"type": "number", "operator": operator, "value": value}
    shape = {"kind": "aggregate", "event": "Order", "measure": measure, "property": "net"}
    return {**shape, "test": test, **more}


EXAMPLES = {
    "one text": (trait("plan", "text", "is", values=["gold"]), True, None),
    "one of several texts": (trait("plan", "text", "is", values=["x", "gold"]), True, None),
    "a list is not its text": (trait("tags", "text", "is", values=['["a", "b"]']), False, None),
    "part of a text": (trait("plan", "text", "contains", values=["ol"]), True, None),
    "end of a text": (trait("plan", "text", "ends_with", values=["go"]), False, None),
    "not the start": (trait("plan", "text", "not_starts_with", values=["go"]), False, None),
    "a missing text is not": (trait("none", "text", "is_not", values=["x"]), True, None),
    "a nested text": (trait("address.city", "text", "is", values=["Berlin"]), True, None),
    "a missing number is not": (trait("none", "number", "is_not", value="1"), True, None),
    "no number is between": (trait("plan", "number", "between", low="0", high="9"), False, None),
    "yes": (trait("vip", "boolean", "is", value=True), True, None),
    "any of a list": (trait("tags", "list", "any_of", values=["b", "c"]), True, None),
    "all of a list": (trait("tags", "list", "all_of", values=["b", "c"]), False, None),
    "none of a list": (trait("tags", "list", "none_of", values=["c"]), True, None),
    "present": (trait("plan", "presence", "present"), True, None),
    "missing": (trait("none", "presence", "missing"), True, None),
    "on a day": (trait("seen", "date", "on", value="2026-03-14"), True, None),
    "before a moment": (trait("seen", "date", "before", value="2026-03-14"), False, None),
    "after a moment": (trait("seen", "date", "after", value="2026-03-14"), True, None),
    "in the last week": (trait("seen", "date", "in_last", span=WEEK), True, NOW + 6 * DAY),
    "in the next week": (trait("due", "date", "in_next", span=WEEK), True, NOW + DAY),
    "a week ago": (trait("seen", "date", "more_than_ago", span=WEEK), False, NOW + 6 * DAY),
    "a week ahead": (trait("due", "date", "more_than_ahead", span=WEEK), False, None),
    "anniversary near": (
        trait("born", "date", "anniversary", within_days=3),
        True,
        datetime(2026, 3, 19, tzinfo=UTC),
    ),
    "a field that is a text": (
        {
            "kind": "field",
            "field": "locale",
            "test": {"type": "text", "operator": "is", "values": ["de"]},
        },
        True,
        None,
    ),
    "sum": (figure("sum", "is", "5.5"), True, None),
    "sum of nothing": (figure("sum", "at_most", "0", event="None"), True, None),
    "average without dividing": (figure("average", "is", "2.75"), True, None),
    "minimum in a window": (
        figure("minimum", "less_than", "3", window={"kind": "last", "span": WEEK}),
        True,
        NOW + 4 * DAY,
    ),
    "different values": (figure("distinct", "at_least", "2"), True, None),
    "reachable": ({"kind": "reachable", "channel": "email"}, True, None),
    "not reachable": ({"kind": "reachable", "channel": "sms", "value": False}, True, None),
    "consent": ({"kind": "consent", "channel": "email", "states": ["granted"]}, True, None),
    "member": ({"kind": "segment", "segment": SEGMENTS[0]}, True, None),
    "not a member": ({"kind": "segment", "segment": SEGMENTS[1], "member": False}, True, None),
    "member for a week": (
        {"kind": "segment", "segment": SEGMENTS[0], "lasting": WEEK},
        False,
        NOW + 6 * DAY,
    ),
    "every bucket": ({"kind": "bucket", "salt": "s", "first": 0, "last": 9_999}, True, None),
    "an empty group": ({"kind": "group", "rules": []}, True, None),
    "none of a group": (
        {
            "kind": "group",
            "match": "none",
            "rules": [trait("plan", "presence", "missing"), trait("vip", "presence", "missing")],
        },
        True,
        None,
    ),
}


@pytest.mark.parametrize(
    ("condition", "holds", "changes_at"), EXAMPLES.values(), ids=EXAMPLES.keys()
)
def test_the_database_and_memory_give_the_expected_answer(condition, holds, changes_at):
    make_segments()
    [ada] = store([ADA])
    root = parse_rule({"root": {"rules": [condition]}}).root
    names = resolve_names(root.mentions())
    told = load_people([ada], root)[ada]
    outcome = root.holds(told, NOW)
    assert (outcome.holds, outcome.changes_at) == (holds, changes_at)

    verdicts = compile_verdicts(root, names, now=NOW, scope=Scope.EACH)
    rows = run_text(PICKED + verdicts.text, {**verdicts.params, "ids": [ada]})
    assert [tuple(row) for row in rows] == [(ada, holds, changes_at)]

    members = compile_members(root, names, now=NOW, scope=Scope.EVERYONE)
    found = [row[0] for row in run_text(members.text, members.params)]
    assert (ada in found) is holds
