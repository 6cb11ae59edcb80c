"""What a condition answers about one person: yes or no, until when, and the fact behind it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from kernel.buckets import bucket
from profiles.segments.rules.comparisons import ValueTest
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person, Reach, Touch
from profiles.segments.rules.tree import InvalidRule, parse_rule
from profiles.segments.rules.values import at_path, boolean_of, number_of, text_of, texts_of

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TEST = TypeAdapter(ValueTest)
SEGMENT = "00000000-0000-0000-0000-00000000000a"


def table(*cases):
    """A table of examples: the rule it stands for, what is given, what comes out."""
    return [pytest.param(*values, id=name) for name, *values in cases]


def only(condition):
    """The one condition of a rule."""
    return parse_rule({"root": {"rules": [condition]}}).root.rules[0]


def answer(condition, **known):
    return only(condition).holds(Person(id=1, key="ada", **known), NOW)


@pytest.mark.parametrize(
    ("reader", "value", "read"),
    table(
        ("a text as it is", text_of, "a", "a"),
        ("yes as in JSON", text_of, True, "true"),
        ("no as in JSON", text_of, False, "false"),
        ("a whole number as text", text_of, 7, "7"),
        ("a decimal keeps its zeros", text_of, Decimal("7.50"), "7.50"),
        ("a list is no text", text_of, ["a"], None),
        ("yes is no number", number_of, True, None),
        ("a number in a text", number_of, "12.50", Decimal("12.50")),
        ("spaces make it no number", number_of, " 12", None),
        ("a list is no number", number_of, [1], None),
        ("yes in a text", boolean_of, "true", True),
        ("other words are neither", boolean_of, "yes", None),
        ("a number is neither", boolean_of, 1, None),
        ("nested elements are left out", texts_of, ["a", 1, ["b"], None], ["a", "1"]),
        ("a text is no list", texts_of, "abc", None),
        ("an object is no list", texts_of, {"a": 1}, None),
        ("nothing is no list", texts_of, None, None),
    ),
)
def test_a_value_is_read_as_asked_or_is_missing(reader, value, read):
    assert reader(value) == read
    assert type(reader(value)) is type(read)


@pytest.mark.parametrize(
    ("path", "value"),
    table(
        ("into an object", "a.b", 1),
        ("into a list", "list.1", "second"),
        ("behind the end of a list", "list.2", None),
        ("a list has no names", "list.first", None),
        ("a text has no parts", "text.0", None),
        ("nothing has no parts", "nothing.0", None),
    ),
)
def test_a_path_leads_to_a_value_or_to_nothing(path, value):
    document = {"a": {"b": 1}, "list": ["first", "second"], "text": "x", "nothing": None}
    assert at_path(document, path) == value


@pytest.mark.parametrize(
    ("test", "passing", "failing"),
    table(
        (
            "is one of",
            {"type": "text", "operator": "is", "values": ["a", "b"]},
            ["a", "b"],
            ["A", "ab", "", None],
        ),
        (
            "a negative text test lets missing values through",
            {"type": "text", "operator": "not_starts_with", "values": ["a"]},
            ["da", "A", None, ["a"]],
            ["a", "ab"],
        ),
        (
            "is not lets missing numbers through",
            {"type": "number", "operator": "is_not", "value": "2"},
            [1, "2.1", None, "two"],
            [2, "2", Decimal("2.0")],
        ),
        (
            "no other number test does",
            {"type": "number", "operator": "at_most", "value": "2"},
            [2, -5],
            [3, None, "two"],
        ),
        (
            "both bounds are included",
            {"type": "number", "operator": "between", "low": "1", "high": "2"},
            [1, 2, "1.5"],
            [0, "2.1", None],
        ),
        (
            "missing is neither yes nor no",
            {"type": "boolean", "operator": "is", "value": False},
            [False, "false"],
            [True, None, 0],
        ),
        (
            "all of the list",
            {"type": "list", "operator": "all_of", "values": ["a", "b"]},
            [["b", "a", "c"]],
            [["a"], [], None, "ab"],
        ),
        (
            "any of the list",
            {"type": "list", "operator": "any_of", "values": ["a", "b"]},
            [["b", "c"]],
            [["c"], None],
        ),
        (
            "none of the list",
            {"type": "list", "operator": "none_of", "values": ["a", "b"]},
            [["c"], [], None],
            [["b", "c"]],
        ),
        (
            "an empty value is present",
            {"type": "presence", "operator": "present"},
            ["", 0, False, []],
            [None],
        ),
        ("only nothing is missing", {"type": "presence", "operator": "missing"}, [None], ["", 0]),
        (
            "after includes the moment",
            {"type": "date", "operator": "after", "value": "2026-03-15T10:00:00Z"},
            ["2026-03-15T10:00:00Z"],
            ["2026-03-15T09:59:59Z", None, "soon"],
        ),
        (
            "before leaves it out",
            {"type": "date", "operator": "before", "value": "2026-03-15T10:00:00Z"},
            ["2026-03-15T09:59:59Z"],
            ["2026-03-15T10:00:00Z", None],
        ),
        (
            "on is the whole day in UTC",
            {"type": "date", "operator": "on", "value": "2026-03-15T10:00:00Z"},
            ["2026-03-15", "2026-03-15T23:59:59.999999Z"],
            ["2026-03-14T23:59:59Z", "2026-03-16", None],
        ),
    ),
)
def test_which_values_pass_a_test_that_time_does_not_move(test, passing, failing):
    read = TEST.validate_python(test)
    assert [value for value in passing + failing if read.check(value, NOW).holds] == passing
    assert {read.check(value, NOW).changes_at for value in passing + failing} == {None}


@pytest.mark.parametrize(
    ("operator", "value", "holds", "changes_at"),
    table(
        ("in last, until it is too old", "in_last", NOW - DAY, True, NOW + DAY),
        ("in last, at its edge", "in_last", NOW - 2 * DAY, False, None),
        ("in last, still to come", "in_last", NOW + DAY, False, NOW + DAY),
        ("in next, until it comes", "in_next", NOW + DAY, True, NOW + DAY),
        ("in next, too far", "in_next", NOW + 3 * DAY, False, NOW + DAY),
        ("in next, it came", "in_next", NOW, False, None),
        ("ago, for good", "more_than_ago", NOW - 2 * DAY, True, None),
        ("ago, not yet", "more_than_ago", NOW - DAY, False, NOW + DAY),
        ("ahead, until it is near", "more_than_ahead", NOW + 3 * DAY, True, NOW + DAY),
        ("ahead, near already", "more_than_ahead", NOW + 2 * DAY, False, None),
        ("missing never passes", "more_than_ahead", None, False, None),
    ),
)
def test_a_relative_date_tells_when_the_clock_changes_it(operator, value, holds, changes_at):
    span = {"amount": 2, "unit": "days"}
    passed = TEST.validate_python({"type": "date", "operator": operator, "span": span}).check(
        value, NOW
    )
    assert (passed.holds, passed.changes_at) == (holds, changes_at)


@pytest.mark.parametrize(
    ("born", "holds", "changes_at"),
    table(
        ("today, until midnight", "1990-03-15", True, datetime(2026, 3, 16, tzinfo=UTC)),
        ("within the days", "1990-03-18", True, datetime(2026, 3, 19, tzinfo=UTC)),
        ("a day too early", "1990-03-19", False, datetime(2026, 3, 16, tzinfo=UTC)),
        ("over, until next year", "1990-03-14", False, datetime(2027, 3, 11, tzinfo=UTC)),
        ("missing never passes", None, False, None),
    ),
)
def test_an_anniversary_tells_when_it_comes_near_or_is_over(born, holds, changes_at):
    passed = TEST.validate_python(
        {"type": "date", "operator": "anniversary", "within_days": 3}
    ).check(born, NOW)
    assert (passed.holds, passed.changes_at) == (holds, changes_at)


def orders(*amounts):
    return [
        Touch(id=place, event="Order", occurred_at=NOW - DAY, properties={"net": amount})
        for place, amount in enumerate(amounts, start=1)
    ]


@pytest.mark.parametrize(
    ("measure", "amounts", "fact"),
    table(
        ("sum", "sum", ["1000", "0.50", "x"], "sum is 1,000.50"),
        ("sum of nothing", "sum", [], "sum is 0"),
        ("average leaves out what is no number", "average", [1, 2, None], "average is 1.5"),
        ("average of nothing", "average", ["x"], "average is nothing"),
        ("minimum", "minimum", [3, "2.5"], "minimum is 2.5"),
        ("maximum", "maximum", [3, "2.5"], "maximum is 3"),
        ("maximum of nothing", "maximum", [], "maximum is nothing"),
        ("equal as text is the same", "distinct", ["a", "a", 1, "1", None], "distinct is 2"),
    ),
)
def test_the_fact_behind_a_figure(measure, amounts, fact):
    test = {"type": "number", "operator": "is_not", "value": "999"}
    condition = {"kind": "aggregate", "event": "Order", "measure": measure, "property": "net"}
    told = answer({**condition, "test": test}, touches=orders(*amounts))
    assert told == Outcome(holds=True, fact=fact)


@pytest.mark.parametrize(
    ("value", "fact"),
    table(
        ("missing", None, "the plan is not known"),
        ("yes", True, "the plan is yes"),
        ("no", False, "the plan is no"),
        ("text in quotation marks", "gold", "the plan is “gold”"),
        ("number", Decimal("1.50"), "the plan is 1.50"),
    ),
)
def test_the_fact_behind_a_trait_or_a_field_is_its_value(value, fact):
    test = {"type": "presence", "operator": "present"}
    expected = Outcome(holds=value is not None, fact=fact)
    trait = {"kind": "trait", "key": "the_plan", "test": test}
    assert answer(trait, traits={"the_plan": value}) == expected
    field = {"kind": "field", "field": "the_plan", "test": test}
    assert answer(field, fields={"the_plan": value}) == expected


WEEK = {"amount": 1, "unit": "weeks"}


@pytest.mark.parametrize(
    ("more", "since", "outcome"),
    table(
        ("outside", {}, None, Outcome(holds=False, fact="not a member")),
        ("outside as asked", {"member": False}, None, Outcome(holds=True, fact="not a member")),
        ("inside", {}, NOW, Outcome(holds=True, fact="member since 2026-03-15 12:00")),
        (
            "inside, against the wish",
            {"member": False},
            NOW,
            Outcome(holds=False, fact="member since 2026-03-15 12:00"),
        ),
        (
            "not long enough yet",
            {"lasting": WEEK},
            NOW - DAY,
            Outcome(holds=False, changes_at=NOW + 6 * DAY, fact="member since 2026-03-14 12:00"),
        ),
        (
            "just long enough",
            {"lasting": WEEK},
            NOW - 7 * DAY,
            Outcome(holds=True, fact="member since 2026-03-08 12:00"),
        ),
        (
            "never inside never lasts",
            {"lasting": WEEK},
            None,
            Outcome(holds=False, fact="not a member"),
        ),
    ),
)
def test_membership_and_how_long_it_lasts(more, since, outcome):
    known = {SEGMENT: since} if since else {}
    assert answer({"kind": "segment", "segment": SEGMENT, **more}, member_since=known) == outcome


def test_a_bucket_holds_both_its_edges():
    place = bucket("split", "ada")
    edges = [(place, place), (0, place), (place, 9_999), (0, place - 1), (place + 1, 9_999)]
    told = [
        answer({"kind": "bucket", "salt": "split", "first": first, "last": last})
        for first, last in edges
    ]
    assert [one.holds for one in told] == [True, True, True, False, False]
    assert {one.fact for one in told} == {f"bucket {place:,}"}


@pytest.mark.parametrize(
    ("condition", "outcome"),
    table(
        (
            "reachable",
            {"kind": "reachable", "channel": "email"},
            Outcome(holds=True, fact="allowed"),
        ),
        (
            "not reachable, and why",
            {"kind": "reachable", "channel": "sms", "value": False},
            Outcome(holds=True, fact="no address"),
        ),
        (
            "an unknown topic has no consent",
            {"kind": "reachable", "channel": "email", "topic": "news"},
            Outcome(holds=False, fact="no consent"),
        ),
        (
            "consent as said",
            {"kind": "consent", "channel": "sms", "states": ["never"]},
            Outcome(holds=True, fact="consent is never"),
        ),
        (
            "nothing said is none",
            {"kind": "consent", "channel": "fax", "states": ["none"]},
            Outcome(holds=True, fact="consent is none"),
        ),
    ),
)
def test_reach_and_consent_give_the_reason(condition, outcome):
    reach = {
        ("email", ""): Reach(reason="allowed", consent="granted"),
        ("sms", ""): Reach(reason="no_address", consent="never"),
    }
    assert answer(condition, reach=reach) == outcome


@pytest.mark.parametrize(
    ("match", "wanted", "holds", "fact"),
    table(
        ("nobody is kept out by an empty group", "any", [], True, "0 of 0 hold"),
        ("an empty none lets everybody through", "none", [], True, "0 of 0 hold"),
        ("all", "all", ["granted", "never"], False, "1 of 2 hold"),
        ("any", "any", ["granted", "never"], True, "1 of 2 hold"),
        ("none", "none", ["never", "never"], True, "0 of 2 hold"),
    ),
)
def test_a_group_counts_the_rules_that_hold(match, wanted, holds, fact):
    rules = [{"kind": "consent", "channel": "email", "states": [state]} for state in wanted]
    told = answer(
        {"kind": "group", "match": match, "rules": rules},
        reach={("email", ""): Reach(reason="allowed", consent="granted")},
    )
    assert told == Outcome(holds=holds, fact=fact)


PRESENT = {"type": "presence", "operator": "present"}


@pytest.mark.parametrize(
    ("condition", "mentions"),
    table(
        (
            "a trait and its root",
            {"kind": "trait", "key": "a.b", "test": PRESENT},
            {Mention("trait", "a"), Mention("trait", "a.b")},
        ),
        (
            "a field",
            {"kind": "field", "field": "locale", "test": PRESENT},
            {Mention("field", "locale")},
        ),
        ("a channel", {"kind": "reachable", "channel": "sms"}, {Mention("consent", "sms")}),
        (
            "a channel's consent",
            {"kind": "consent", "channel": "sms", "states": ["none"]},
            {Mention("consent", "sms")},
        ),
        ("a segment", {"kind": "segment", "segment": SEGMENT}, {Mention("segment", SEGMENT)}),
        (
            "a bucket mentions nothing",
            {"kind": "bucket", "salt": "s", "first": 0, "last": 1},
            set(),
        ),
        (
            "a figure's event",
            {
                "kind": "aggregate",
                "event": "Order",
                "measure": "sum",
                "property": "net",
                "test": {"type": "number", "operator": "is", "value": "1"},
            },
            {Mention("event", "Order")},
        ),
    ),
)
def test_a_condition_mentions_what_it_depends_on(condition, mentions):
    group = {"kind": "group", "rules": [condition]}
    assert only(group).mentions() == mentions


@pytest.mark.parametrize(
    ("condition", "path", "message"),
    table(
        (
            "bounds out of order",
            {
                "kind": "trait",
                "key": "x",
                "test": {"type": "number", "operator": "between", "low": "2", "high": "1"},
            },
            "root.rules.0.test",
            "The lower bound is above the upper bound.",
        ),
        (
            "buckets out of order",
            {"kind": "bucket", "salt": "s", "first": 2, "last": 1},
            "root.rules.0",
            "The first bucket is behind the last one.",
        ),
        (
            "lasting absence",
            {"kind": "segment", "segment": SEGMENT, "member": False, "lasting": WEEK},
            "root.rules.0",
            "Only membership has a beginning; drop `lasting` or ask for members.",
        ),
        (
            "a signed part of a path",
            {"kind": "trait", "key": "a.-1", "test": PRESENT},
            "root.rules.0.key",
            "A part of a path may not start with a sign or be padded with spaces.",
        ),
        (
            "no segment chosen",
            {"kind": "segment", "segment": ""},
            "root.rules.0.segment",
            "Choose a segment.",
        ),
        (
            "no values",
            {
                "kind": "trait",
                "key": "x",
                "test": {"type": "list", "operator": "any_of", "values": []},
            },
            "root.rules.0.test.values",
            "Give at least one value.",
        ),
    ),
)
def test_a_rule_that_contradicts_itself_is_refused_in_words(condition, path, message):
    with pytest.raises(InvalidRule) as caught:
        parse_rule({"root": {"rules": [condition]}})
    assert [(one.path, one.message) for one in caught.value.errors] == [(path, message)]
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("document", "path"),
    table(("a text", "rule", "root"), ("a root that is a list", {"root": []}, "root")),
)
def test_what_is_no_rule_at_all_is_refused_at_its_root(document, path):
    with pytest.raises(InvalidRule) as caught:
        parse_rule(document)
    assert [one.path for one in caught.value.errors] == [path]
