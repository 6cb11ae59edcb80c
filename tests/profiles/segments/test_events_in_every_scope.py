"""Events in time: who counts and until when, in memory and in every SQL scope."""

from datetime import timedelta

import pytest

from profiles.segments.queries.membership import run_text
from profiles.segments.queries.names import resolve_names
from profiles.segments.queries.people import load_people
from profiles.segments.rules.compile import compile_members, compile_verdicts
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import parse_rule
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.world import add_touch, store

pytestmark = pytest.mark.django_db
PICKED = "WITH picked AS MATERIALIZED (SELECT unnest(%(ids)s::bigint[]) AS customer_id) "
NOBODY = {
    "traits": {},
    "last_seen_at": NOW,
    "locale": None,
    "fate": "alive",
    "touches": [],
    "kinds": set(),
    "suppressed": False,
    "consents": [],
    "member_since": {},
}
WEEK = {"amount": 7, "unit": "days"}
MONTH = {"kind": "last", "span": {"amount": 30, "unit": "days"}}
LAPSED = {"kind": "between", "nearest": WEEK, "farthest": MONTH["span"]}
SAME = [{"first": "cart", "then": "basket"}]


def ago(days):
    return NOW - timedelta(days=days)


def on(days):
    return f"{ago(days):%Y-%m-%d %H:%M}"


def sequence(*, happens=True, window=None, then="Order", same=()):
    first = {"event": "Cart", "window": window or {"kind": "ever"}}
    return {
        "kind": "sequence",
        "first": first,
        "then": {"event": then},
        "happens": happens,
        "within": WEEK,
        "same": list(same),
    }


def in_every_scope(root, names, ids):
    for scope in (Scope.EACH, Scope.SET):
        one = compile_verdicts(root, names, now=NOW, scope=scope)
        [row] = run_text(PICKED + one.text, {**one.params, "ids": ids})
        yield scope, row[1], row[2]
    one = compile_verdicts(root, names, now=NOW, scope=Scope.EVERYONE)
    rows = [row for row in run_text(one.text, one.params) if row[0] in ids]
    # Of everyone, who neither matches nor may come to match is left out.
    yield Scope.EVERYONE, *(rows[0][1:] if rows else (False, None))


def agree(rule, story, *, holds, changes):
    """Check one person's story in memory and in each scope against the same answer."""
    ids = store([NOBODY])
    for event, days, *properties in story:
        add_touch(
            ids[0],
            event=event,
            occurred_at=ago(days),
            properties=properties[0] if properties else {},
        )
    root = parse_rule({"root": {"rules": [rule]}}).root
    names = resolve_names(root.mentions())

    [person] = load_people(ids, root).values()
    outcome = root.holds(person, NOW)
    assert (outcome.holds, outcome.changes_at) == (bool(holds), changes)
    answers = list(in_every_scope(root, names, ids))
    assert answers == [(scope, bool(holds), changes) for scope, *_ in answers]
    members = compile_members(root, names, now=NOW, scope=Scope.EVERYONE)
    found = {row[0] for row in run_text(members.text, members.params)}
    assert found & set(ids) == (set(ids) if holds else set())


@pytest.mark.parametrize(
    ("rule", "story", "holds", "changes"),
    [
        (sequence(), [("Cart", 20), ("Order", 13)], 1, None),
        (sequence(), [("Cart", 20), ("Order", 12.9)], 0, None),
        (sequence(), [("Cart", 20), ("Order", 20)], 1, None),
        (sequence(), [("Order", 21), ("Cart", 20)], 0, None),
        (sequence(then="Cart"), [("Cart", 20)], 0, None),
        (sequence(then="Cart"), [("Cart", 20), ("Cart", 15)], 1, None),
        (sequence(window=MONTH), [("Cart", 31), ("Order", 30)], 0, None),
        (sequence(window=MONTH), [("Cart", 29), ("Order", 28), ("Cart", 9)], 1, ago(29 - 30)),
        (sequence(window=LAPSED), [("Cart", 3), ("Order", 2)], 0, ago(3 - 7)),
        (sequence(window=LAPSED), [("Cart", 9), ("Order", 8)], 1, ago(9 - 30)),
        (sequence(happens=False), [("Cart", 8)], 1, None),
        (sequence(happens=False), [("Cart", 7)], 1, None),
        (sequence(happens=False), [("Cart", 3)], 0, ago(3 - 7)),
        (sequence(happens=False), [("Cart", 20), ("Order", 15)], 0, None),
        (sequence(happens=False, window=MONTH), [("Cart", 9)], 1, ago(9 - 30)),
        (sequence(happens=False, window=MONTH), [("Cart", 3)], 0, ago(3 - 7)),
        (sequence(same=SAME), [("Cart", 9, {"cart": 1}), ("Order", 8, {"basket": "1"})], 1, None),
        (sequence(same=SAME), [("Cart", 9, {"cart": 1}), ("Order", 8, {"basket": 2})], 0, None),
        (sequence(same=SAME), [("Cart", 9), ("Order", 8)], 0, None),
    ],
    ids=[
        "within counts its last instant",
        "too late",
        "at the same instant",
        "in the wrong order",
        "an event does not follow itself",
        "another of the same event follows",
        "first outside the window",
        "last: holds until the newest pair falls out",
        "between: comes in later",
        "between: falls out later",
        "missing after the time has passed",
        "missing exactly when it has passed",
        "not yet missing",
        "not missing",
        "missing until it falls out of the window",
        "not yet missing, inside the window",
        "same property, as texts",
        "different property",
        "a property that neither has is not the same",
    ],
)
def test_what_follows_within_the_time_counts_wherever_it_is_evaluated(rule, story, holds, changes):
    agree(rule, story, holds=holds, changes=changes)


def count(operator, value, *, window=MONTH, where=()):
    return {
        "kind": "count",
        "event": "Order",
        "operator": operator,
        "value": value,
        "window": window,
        "where": list(where),
    }


def occurrence(which, **parts):
    color = {"property": "red", "test": {"type": "boolean", "operator": "is", "value": True}}
    return {"kind": "occurrence", "event": "Order", "which": which, "having": [color], **parts}


PAID = {"property": "revenue", "test": {"type": "number", "operator": "at_least", "value": "0"}}
IN_LAST_WEEK = {"type": "date", "operator": "in_last", "span": WEEK}
THREE = [("Order", 29, {"red": True}), ("Order", 20), ("Order", 2, {"red": False})]


@pytest.mark.parametrize(
    ("rule", "holds", "changes"),
    [
        (count("exactly", 3), 1, ago(29 - 30)),
        (count("exactly", 1), 0, ago(20 - 30)),
        (count("exactly", 4), 0, None),
        (count("exactly", 0), 0, ago(2 - 30)),
        (count("at_least", 2), 1, ago(20 - 30)),
        (count("at_least", 0), 1, None),
        (count("at_most", 0), 0, ago(2 - 30)),
        (count("exactly", 2, window=LAPSED), 1, ago(29 - 30)),
        (count("exactly", 3, window={"kind": "ever"}), 1, None),
        (count("at_least", 1, window={"kind": "ever"}, where=[PAID]), 0, None),
        (occurrence("first"), 1, None),
        (occurrence("last"), 0, None),
        (occurrence("last", when=IN_LAST_WEEK), 0, ago(2 - 7)),
        (occurrence("first", when=IN_LAST_WEEK), 0, None),
        (occurrence("last", when=IN_LAST_WEEK, having=[]), 1, ago(2 - 7)),
        (occurrence("first", when=IN_LAST_WEEK, having=[]), 0, None),
    ],
    ids=[
        "exactly: until the oldest falls out",
        "exactly: when one is left",
        "exactly: too few for ever",
        "never: when the newest falls out",
        "at least: when the one that is needed falls out",
        "at least none: always",
        "at most none: when the newest falls out",
        "between: when the next one crosses an edge",
        "ever: always",
        "no revenue is not a revenue of nothing",
        "the first carried it",
        "the last did not",
        "the last is recent but did not carry it",
        "the first carried it but is not recent",
        "the last is recent",
        "the first is not recent",
    ],
)
def test_counts_and_occurrences_answer_alike_wherever_they_are_evaluated(rule, holds, changes):
    agree(rule, THREE, holds=holds, changes=changes)


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        (sequence(), f"2 times, last begun on {on(9)}"),
        (sequence(window=LAPSED), f"1 time, last begun on {on(9)}"),
        (sequence(then="Other"), "0 times"),
    ],
    ids=["ever", "only inside the window", "none"],
)
def test_the_fact_of_a_sequence_is_how_often_and_when_it_last_began(rule, fact):
    ids = store([NOBODY])
    for event, days in [("Cart", 40), ("Order", 39), ("Cart", 9), ("Order", 8)]:
        add_touch(ids[0], event=event, occurred_at=ago(days))
    root = parse_rule({"root": {"rules": [rule]}}).root
    [person] = load_people(ids, root).values()
    assert root.rules[0].holds(person, NOW).fact == fact
