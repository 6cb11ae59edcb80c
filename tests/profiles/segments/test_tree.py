"""Reading authored rules: every error at once, each with its path."""

import pytest

from profiles.segments.rules.tree import InvalidRule, parse_rule


def errors_of(*rules, **root):
    with pytest.raises(InvalidRule) as caught:
        parse_rule({"root": {"rules": list(rules), **root}})
    return [(one.path, one.message) for one in caught.value.errors]


def test_every_error_is_reported_at_its_path():
    assert errors_of(
        {"kind": "trait", "key": "x", "test": {"type": "date", "operator": "in_last", "spam": 1}},
        {
            "kind": "count",
            "event": "",
            "operator": "at_least",
            "value": "many",
            "where": [
                {"property": "p", "test": {"type": "number", "operator": "is", "value": "x"}}
            ],
        },
    ) == [
        ("root.rules.0.test.span", "Fill this in."),
        ("root.rules.0.test.spam", "There is no such field here."),
        ("root.rules.1.event", "Fill this in."),
        ("root.rules.1.where.0.test.value", "Give a number."),
        ("root.rules.1.value", "Give a whole number."),
    ]


def test_unknown_keys_and_kinds_are_refused():
    [(path, message)] = errors_of({"kind": "magic"})
    assert path == "root.rules.0"
    assert "magic" in message
    assert errors_of(tint="red") == [("root.tint", "There is no such field here.")]


@pytest.mark.parametrize(
    "window",
    [
        {"kind": "last", "span": {"amount": 0, "unit": "days"}},
        {"kind": "last", "span": {"amount": 11 * 366, "unit": "days"}},
        {
            "kind": "between",
            "nearest": {"amount": 9, "unit": "days"},
            "farthest": {"amount": 9, "unit": "days"},
        },
        {"kind": "fixed"},
        {"kind": "fixed", "start": "2026-02-01", "end": "2026-01-01"},
    ],
    ids=["nothing", "beyond ten years", "edges equal", "no edge", "end before start"],
)
def test_windows_that_hold_nothing_or_too_much_are_refused(window):
    rule = {"kind": "count", "event": "E", "operator": "at_least", "value": 1, "window": window}
    [(path, _)] = errors_of(rule)
    assert path.startswith("root.rules.0.window")


def test_a_property_test_may_not_move_with_the_clock():
    test = {"type": "date", "operator": "in_last", "span": {"amount": 1, "unit": "days"}}
    rule = {
        "kind": "count",
        "event": "E",
        "operator": "at_least",
        "value": 1,
        "where": [{"property": "p", "test": test}],
    }
    assert errors_of(rule)[0][0].startswith("root.rules.0.where.0.test")


def test_rules_have_a_limit_of_conditions_and_of_depth():
    bucket = {"kind": "bucket", "salt": "s", "first": 0, "last": 1}
    parts = [{"kind": "group", "rules": [bucket] * 29} for _ in range(3)]
    assert errors_of(*parts) == [("root", "A rule may hold 60 conditions; this one holds 91.")]
    deep = bucket
    for _ in range(9):
        deep = {"kind": "group", "rules": [deep]}
    assert errors_of(deep) == [("root", "Groups may be nested 8 deep.")]


def test_the_sentence_says_the_rule_in_plain_words():
    rule = parse_rule(
        {
            "root": {
                "match": "all",
                "rules": [
                    {
                        "kind": "count",
                        "event": "Order Completed",
                        "operator": "exactly",
                        "value": 0,
                        "window": {"kind": "last", "span": {"amount": 30, "unit": "days"}},
                    },
                    {
                        "kind": "group",
                        "match": "any",
                        "rules": [
                            {"kind": "reachable", "channel": "email", "topic": "news"},
                            {"kind": "bucket", "salt": "x", "first": 0, "last": 999},
                        ],
                    },
                ],
            }
        }
    )
    assert rule.root.words() == (
        "did “Order Completed” never in the last 30 days and "
        "(can be reached by email about “news” or is in a random 10% of people (“x”))"
    )
