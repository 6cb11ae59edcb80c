"""The sentence of each condition and test, word for word."""

import pytest
from pydantic import TypeAdapter

from profiles.segments.rules.comparisons import ValueTest
from profiles.segments.rules.tree import parse_rule

TEST = TypeAdapter(ValueTest)
SEGMENT = "00000000-0000-0000-0000-00000000000a"
MONTH = {"amount": 30, "unit": "days"}
OVER_TEN = {"type": "number", "operator": "more_than", "value": "10"}


def table(*cases):
    """A table of examples: the rule it stands for, what is given, what is said."""
    return [pytest.param(*values, id=name) for name, *values in cases]


@pytest.mark.parametrize(
    ("operator", "values", "sentence"),
    table(
        ("is, one value", "is", ["Berlin"], "is “Berlin”"),
        ("is, several", "is", ["a", "b", "c"], "is one of “a”, “b” or “c”"),
        ("is not, one value", "is_not", ["Berlin"], "is not “Berlin”"),
        ("is not, several", "is_not", ["a", "b"], "is none of “a” or “b”"),
        ("contains", "contains", ["a", "b"], "contains “a” or “b”"),
        ("does not contain", "not_contains", ["a"], "does not contain “a”"),
        ("starts with", "starts_with", ["a"], "starts with “a”"),
        ("does not start with", "not_starts_with", ["a"], "does not start with “a”"),
        ("ends with", "ends_with", ["a"], "ends with “a”"),
    ),
)
def test_a_text_test_names_its_values_in_quotation_marks(operator, values, sentence):
    test = {"type": "text", "operator": operator, "values": values}
    assert TEST.validate_python(test).words() == sentence


@pytest.mark.parametrize(
    ("operator", "value", "sentence"),
    table(
        ("is", "is", "7", "is 7"),
        ("is not", "is_not", "-7.50", "is not -7.50"),
        ("less than", "less_than", "1000", "is less than 1,000"),
        ("at most", "at_most", "0.0000001", "is at most 0.0000001"),
        ("more than", "more_than", "1234567.8", "is more than 1,234,567.8"),
        ("at least", "at_least", "1E+3", "is at least 1,000"),
    ),
)
def test_a_number_is_said_in_full_with_thousands_apart(operator, value, sentence):
    test = {"type": "number", "operator": operator, "value": value}
    assert TEST.validate_python(test).words() == sentence


@pytest.mark.parametrize(
    ("test", "sentence"),
    table(
        (
            "both bounds",
            {"type": "number", "operator": "between", "low": "1", "high": "2000"},
            "is between 1 and 2,000",
        ),
        ("yes", {"type": "boolean", "operator": "is", "value": True}, "is yes"),
        ("no", {"type": "boolean", "operator": "is", "value": False}, "is no"),
        ("present", {"type": "presence", "operator": "present"}, "is known"),
        ("missing", {"type": "presence", "operator": "missing"}, "is not known"),
        (
            "any of joins by or",
            {"type": "list", "operator": "any_of", "values": ["a", "b"]},
            "has any of “a” or “b”",
        ),
        (
            "all of joins by and",
            {"type": "list", "operator": "all_of", "values": ["a", "b"]},
            "has all of “a” and “b”",
        ),
        (
            "none of joins by or",
            {"type": "list", "operator": "none_of", "values": ["a", "b"]},
            "has none of “a” or “b”",
        ),
    ),
)
def test_bounds_answers_presence_and_lists_are_said_in_words(test, sentence):
    assert TEST.validate_python(test).words() == sentence


@pytest.mark.parametrize(
    ("test", "sentence"),
    table(
        ("before", {"operator": "before", "value": "2026-03-15"}, "is before 2026-03-15"),
        (
            "after includes the day",
            {"operator": "after", "value": "2026-03-15"},
            "is on or after 2026-03-15",
        ),
        (
            "the day in UTC is said",
            {"operator": "on", "value": "2026-03-15T01:00:00+02:00"},
            "is on 2026-03-14",
        ),
        ("in last", {"operator": "in_last", "span": MONTH}, "is in the last 30 days"),
        (
            "in next",
            {"operator": "in_next", "span": {"amount": 1, "unit": "weeks"}},
            "is in the next 1 week",
        ),
        ("ago", {"operator": "more_than_ago", "span": MONTH}, "is more than 30 days ago"),
        ("ahead", {"operator": "more_than_ahead", "span": MONTH}, "is more than 30 days ahead"),
        (
            "anniversary today",
            {"operator": "anniversary", "within_days": 0},
            "has its anniversary today",
        ),
        (
            "anniversary tomorrow",
            {"operator": "anniversary", "within_days": 1},
            "has its anniversary today or in the next day",
        ),
        (
            "anniversary soon",
            {"operator": "anniversary", "within_days": 14},
            "has its anniversary today or in the next 14 days",
        ),
    ),
)
def test_a_date_test_says_its_day_or_its_distance_from_now(test, sentence):
    assert TEST.validate_python({"type": "date", **test}).words() == sentence


def spend(measure, **more):
    return {
        "kind": "aggregate",
        "event": "Order",
        "measure": measure,
        "property": "cart.net_value",
        "test": OVER_TEN,
        **more,
    }


@pytest.mark.parametrize(
    ("condition", "sentence"),
    table(
        (
            "a trait's dots and underscores become readable",
            {"kind": "trait", "key": "address.post_code", "test": OVER_TEN},
            "address / post code is more than 10",
        ),
        (
            "a field",
            {
                "kind": "field",
                "field": "last_seen_at",
                "test": {"type": "presence", "operator": "missing"},
            },
            "last seen at is not known",
        ),
        (
            "a figure over all time names no window",
            spend("sum"),
            "sum of cart / net value over “Order” is more than 10",
        ),
        (
            "a figure inside a window, with a filter",
            spend(
                "distinct",
                window={"kind": "last", "span": MONTH},
                where=[
                    {
                        "property": "gift",
                        "test": {"type": "boolean", "operator": "is", "value": True},
                    }
                ],
            ),
            (
                "number of different values of cart / net value over “Order” where gift is yes"
                " in the last 30 days is more than 10"
            ),
        ),
        (
            "reachable about anything",
            {"kind": "reachable", "channel": "sms"},
            "can be reached by sms",
        ),
        (
            "not reachable about a topic",
            {"kind": "reachable", "channel": "sms", "topic": "news", "value": False},
            "cannot be reached by sms about “news”",
        ),
        (
            "consent to a channel",
            {"kind": "consent", "channel": "email", "states": ["granted"]},
            "email consent is given",
        ),
        (
            "consent states join by or",
            {
                "kind": "consent",
                "channel": "email",
                "topic": "news",
                "states": ["withdrawn", "never", "none"],
            },
            "email consent for “news” is withdrawn or refused from the start or not known",
        ),
        (
            "member",
            {"kind": "segment", "segment": SEGMENT},
            f"is in the segment {SEGMENT}",
        ),
        (
            "not a member",
            {"kind": "segment", "segment": SEGMENT, "member": False},
            f"is not in the segment {SEGMENT}",
        ),
        (
            "member for some time",
            {"kind": "segment", "segment": SEGMENT, "lasting": MONTH},
            f"is in the segment {SEGMENT} for at least 30 days",
        ),
        (
            "a share below one per cent",
            {"kind": "bucket", "salt": "x", "first": 40, "last": 64},
            "is in a random 0.25% of people (“x”)",
        ),
        ("an empty group", {"kind": "group", "rules": []}, "(anybody)"),
        (
            "a group of none",
            {
                "kind": "group",
                "match": "none",
                "rules": [
                    {"kind": "reachable", "channel": "sms"},
                    {"kind": "reachable", "channel": "email"},
                ],
            },
            "(none of: can be reached by sms; can be reached by email)",
        ),
    ),
)
def test_a_condition_says_what_it_asks(condition, sentence):
    assert parse_rule({"root": {"rules": [condition]}}).root.words() == sentence


def test_the_root_says_its_groups_in_brackets_and_itself_without():
    assert parse_rule({"root": {"match": "none", "rules": []}}).root.words() == "anybody"
