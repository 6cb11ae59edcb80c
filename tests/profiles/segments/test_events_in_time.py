"""Conditions on what happened: the sentence they read as, and what they answer in memory."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from profiles.segments.rules.counts import CountCondition
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.occurrences import OccurrenceCondition
from profiles.segments.rules.person import Person, Touch
from profiles.segments.rules.planning import choose_scope, evaluation_order, find_cycle
from profiles.segments.rules.sequences import SequenceCondition
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.windows import Span

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
WEEK = {"amount": 7, "unit": "days"}
MONTH = {"amount": 30, "unit": "days"}
LAST_MONTH = {"kind": "last", "span": MONTH}
LAPSED = {"kind": "between", "nearest": WEEK, "farthest": MONTH}
COLOR = {"property": "color", "test": {"type": "boolean", "operator": "is", "value": True}}
PRICE = {"property": "revenue", "test": {"type": "number", "operator": "at_least", "value": "10"}}


def count(operator, value, **parts):
    return CountCondition.model_validate(
        {"event": "Order", "operator": operator, "value": value, **parts}
    )


def occurrence(which, **parts):
    return OccurrenceCondition.model_validate({"event": "Order", "which": which, **parts})


def sequence(*, happens=True, first=None, then=None, **parts):
    return SequenceCondition.model_validate(
        {
            "first": {"event": "Cart", **(first or {})},
            "then": {"event": "Order", **(then or {})},
            "happens": happens,
            "within": WEEK,
            **parts,
        }
    )


def ago(days):
    return NOW - timedelta(days=days)


def someone(*touches):
    """A person with touchpoints given as (event, days ago, properties)."""
    return Person(
        id=1,
        key="k",
        touches=[
            Touch(id=number, event=event, occurred_at=ago(days), properties=dict(*properties))
            for number, (event, days, *properties) in enumerate(touches)
        ],
    )


@pytest.mark.parametrize(
    ("operator", "value", "often"),
    [
        ("exactly", 0, "never"),
        ("fewer_than", 1, "never"),
        ("at_most", 0, "never"),
        ("at_least", 1, "at least once"),
        ("more_than", 0, "at least once"),
        ("exactly", 1, "exactly 1 time"),
        ("fewer_than", 2000, "fewer than 2,000 times"),
    ],
)
def test_a_count_is_said_as_never_or_once_where_it_means_that(operator, value, often):
    assert count(operator, value).words() == f"did “Order” {often}"


@pytest.mark.parametrize(
    ("window", "when"),
    [
        ({"kind": "ever"}, ""),
        (LAST_MONTH, " in the last 30 days"),
        ({"kind": "last", "span": {"amount": 1, "unit": "hours"}}, " in the last 1 hour"),
        (LAPSED, " between 7 days and 30 days ago"),
        ({"kind": "fixed", "end": "2026-02-01"}, " before 2026-02-01"),
        ({"kind": "fixed", "start": "2026-01-01"}, " since 2026-01-01"),
        (
            {"kind": "fixed", "start": "2026-01-01", "end": "2026-02-01T01:00:00+02:00"},
            " from 2026-01-01 until 2026-01-31",
        ),
    ],
    ids=["ever", "last", "one hour", "between", "open start", "open end", "fixed, in UTC"],
)
def test_a_window_is_said_after_the_count_and_before_the_second_event(window, when):
    assert count("at_least", 1, window=window).words() == f"did “Order” at least once{when}"
    assert (
        sequence(first={"window": window}).words()
        == f"did “Cart”{when} and then “Order” within 7 days"
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            count("at_least", 1, where=[COLOR, PRICE]),
            "did “Order” where color is yes and revenue is at least 10 at least once",
        ),
        (sequence(happens=False), "did “Cart” and then not “Order” within 7 days"),
        (
            sequence(same=[{"first": "cart_id", "then": "cart_id"}]),
            "did “Cart” and then “Order” within 7 days, with the same cart id",
        ),
        (
            sequence(same=[{"first": "cart.id", "then": "basket"}]),
            "did “Cart” and then “Order” within 7 days, with basket equal to the cart / id",
        ),
        (
            occurrence("first", when={"type": "date", "operator": "in_last", "span": WEEK}),
            "the first “Order” is in the last 7 days",
        ),
        (
            occurrence(
                "last",
                when={"type": "date", "operator": "on", "value": "2026-05-01"},
                having=[COLOR, PRICE],
            ),
            "the last “Order” is on 2026-05-01 and had color is yes and had revenue is at least 10",
        ),
    ],
    ids=["filters", "not then", "same property", "two properties", "when", "when and having"],
)
def test_conditions_on_events_read_as_plain_words(condition, words):
    assert condition.words() == words


@pytest.mark.parametrize(
    ("condition", "events"),
    [
        (count("exactly", 0), {"Order"}),
        (occurrence("first", having=[COLOR]), {"Order"}),
        (sequence(), {"Cart", "Order"}),
    ],
    ids=["count", "occurrence", "sequence"],
)
def test_a_condition_depends_on_each_event_it_names(condition, events):
    assert condition.mentions() == {Mention("event", event) for event in events}


def test_an_occurrence_must_ask_something():
    with pytest.raises(ValidationError, match="Ask when it was"):
        occurrence("first")


def answer(condition, person):
    outcome = condition.holds(person, NOW)
    return outcome.holds, outcome.changes_at, outcome.fact


ORDERS = someone(("Order", 29, {}), ("Order", 20, {}), ("Order", 2, {}))


@pytest.mark.parametrize(
    ("operator", "value", "window", "holds", "changes"),
    [
        ("at_least", 2, LAST_MONTH, True, ago(20 - 30)),
        ("at_least", 0, LAST_MONTH, True, None),
        ("more_than", 3, LAST_MONTH, False, None),
        ("at_most", 2, LAST_MONTH, False, ago(29 - 30)),
        ("fewer_than", 3, LAST_MONTH, False, ago(29 - 30)),
        ("exactly", 3, LAST_MONTH, True, ago(29 - 30)),
        ("exactly", 1, LAST_MONTH, False, ago(20 - 30)),
        ("exactly", 4, LAST_MONTH, False, None),
        ("exactly", 2, LAPSED, True, ago(29 - 30)),
        ("exactly", 3, {"kind": "ever"}, True, None),
    ],
)
def test_a_count_changes_when_the_touchpoint_that_decides_it_crosses_an_edge(
    operator, value, window, holds, changes
):
    outcome = count(operator, value, window=window).holds(ORDERS, NOW)
    assert (outcome.holds, outcome.changes_at) == (holds, changes)


@pytest.mark.parametrize(
    ("window", "fact"),
    [
        (LAST_MONTH, "3 times, last on 2026-06-28 12:00"),
        (LAPSED, "2 times, last on 2026-06-10 12:00"),
        ({"kind": "last", "span": {"amount": 1, "unit": "days"}}, "0 times"),
    ],
    ids=["last", "between", "none inside"],
)
def test_the_fact_of_a_count_is_what_lies_inside_the_window(window, fact):
    assert count("at_least", 1, window=window).holds(ORDERS, NOW).fact == fact


@pytest.mark.parametrize(
    ("which", "parts", "expected"),
    [
        ("first", {"having": [COLOR]}, (True, None, "first on 2026-06-20 12:00")),
        ("last", {"having": [COLOR]}, (False, None, "last on 2026-06-28 12:00")),
        (
            "last",
            {"when": {"type": "date", "operator": "in_last", "span": WEEK}},
            (True, ago(2 - 7), "last on 2026-06-28 12:00"),
        ),
        (
            "last",
            {"having": [COLOR], "when": {"type": "date", "operator": "in_last", "span": WEEK}},
            (False, ago(2 - 7), "last on 2026-06-28 12:00"),
        ),
    ],
    ids=["first carried", "last did not", "when", "when but not carried"],
)
def test_an_occurrence_asks_only_the_first_or_the_last_one(which, parts, expected):
    person = someone(("Order", 10, {"color": True}), ("Order", 2, {"color": False}))
    assert answer(occurrence(which, **parts), person) == expected


def test_an_occurrence_of_what_never_happened_does_not_hold():
    assert answer(occurrence("last", having=[COLOR]), someone()) == (
        False,
        None,
        "never happened",
    )


def test_a_filter_on_revenue_reads_the_stored_amount_and_not_the_property():
    touch = Touch(
        id=1,
        event="Order",
        occurred_at=ago(1),
        revenue=Decimal(9),
        properties={"revenue": 99},
    )
    person = Person(id=1, key="k", touches=[touch])
    assert answer(count("at_least", 1, where=[PRICE]), person) == (False, None, "0 times")


@pytest.mark.parametrize(
    ("candidates", "people", "scope"),
    [
        (500, 0, Scope.EACH),
        (501, 1_001, Scope.SET),
        (501, 1_002, Scope.EACH),
        (500_000, 1_000_000, Scope.EACH),
        (500_001, 1_000_000, Scope.SET),
    ],
)
def test_up_to_500_people_or_half_of_all_are_probed_one_by_one(candidates, people, scope):
    assert choose_scope(candidates, people) is scope


def test_a_segment_comes_after_those_it_refers_to_and_others_are_left_out():
    assert evaluation_order({3: {2, 9}, 2: {1}}, [3, 1, 2]) == [1, 2, 3]


@pytest.mark.parametrize(
    ("needs", "circle"),
    [({1: {2}, 2: {3}}, None), ({1: {1}}, {1}), ({1: {2}, 2: {3}, 3: {1}}, {1, 2, 3})],
    ids=["none", "itself", "three"],
)
def test_a_circle_is_named_with_its_first_segment_again_at_the_end(needs, circle):
    found = find_cycle(needs)
    if circle is None:
        assert found is None
    else:
        assert found[0] == found[-1]
        assert (set(found), len(found)) == (circle, len(circle) + 1)


def test_a_span_of_more_than_ten_years_is_refused():
    with pytest.raises(ValidationError, match="ten years at most"):
        Span(amount=3_661, unit="days")
