"""The language of mappings: what is read, what it becomes, and how errors name their place."""

import json

import pytest

from profiles.identities.rules import Refused
from profiles.webhooks.rules.applying import map_request
from profiles.webhooks.rules.bodies import keep_request, read_request
from profiles.webhooks.rules.mapping import BadMapping, check_mapping, read_mapping

BODY = {
    "id": 7, "kind": "paid", "who": {"mail": "ada@example.com", "tel": "whatsapp:+4940123456"},
    "total": "59.90", "minor": 1050, "currency": "jpy", "when": 1773476467, "flag": "yes",
    "items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}], "empty": "", "nothing": None,
}  # fmt: skip
EMAIL = {"email": "$.who.mail"}


def mapped(rule: dict, body: object = BODY, **headers: str) -> list[dict]:
    mapping = check_mapping({"rules": [rule], "otherwise": "ignore"})
    return map_request(
        mapping, read_request(keep_request(json.dumps(body).encode(), headers=headers))
    )


def value_of(value: object, body: object = BODY, **headers: str) -> object:
    rule = {"event": "E", "identities": EMAIL, "properties": {"v": value}}
    [message] = mapped(rule, body, **headers)
    return message["properties"].get("v", "nothing")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$.kind", "paid"), ("just words", "just words"), (12, 12), (True, True),
        ({"text": "$5 off"}, "$5 off"),
        ({"path": "$.total", "as": "number"}, 59.9),
        ({"path": "$.minor", "as": "minor_units", "currency": "$.currency"}, 1050),
        ({"path": "$.minor", "as": "minor_units"}, 10.5),
        ({"path": "$.id", "as": "text"}, "7"),
        ({"path": "$.kind", "values": {"paid": "Paid!"}}, "Paid!"),
        ({"path": "$.kind", "values": {"open": "Open"}}, "nothing"),
        ({"path": "$.kind", "values": {"open": "Open"}, "default": "Other"}, "Other"),
        ({"path": "$.flag", "as": "boolean"}, True),
        ({"path": "$.when", "as": "time"}, "2026-03-14T08:21:07+00:00"),
        ({"path": "$.items[*].sku", "as": "list"}, ["A", "B"]),
        ({"path": "$.items[?@.n > 1].sku"}, "B"),
        ({"path": "$.items", "as": "list"}, BODY["items"]),
        ({"path": "$.who.tel", "strip": "whatsapp:"}, "+4940123456"),
        ({"first": ["$.nothing", "$.empty", "$.kind"]}, "paid"),
        ({"join": ["$.id", "$.nothing", "$.kind"], "with": "-"}, "7-paid"),
        ({"path": "$.gone", "default": 0}, 0),
        ("$.gone", "nothing"), ("$.empty", "nothing"), ("$.nothing", "nothing"),
        ({"header": "X-Topic"}, "orders/paid"),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_is_found_and_turned_into_what_is_asked(value, expected):
    assert value_of(value, **{"x-topic": "orders/paid"}) == expected


@pytest.mark.parametrize(
    ("value", "field", "detail"),
    [
        ({"path": "$.kind", "as": "number"}, "properties.v", "It is no number."),
        ({"path": "$.kind", "as": "boolean"}, "properties.v", "It is neither true nor false."),
        ({"path": "$.kind", "as": "time"}, "properties.v", "It is no time"),
        ({"path": "$.items", "as": "text"}, "properties.v", "It is an object or a list"),
        ({"path": "$.gone", "required": True}, "properties.v", "Nothing was found at $.gone."),
        ({"first": ["$.gone", {"path": "$.kind", "as": "number"}]}, "properties.v.first[1]",
         "It is no number."),
        ({"join": ["$.id", "$.who"]}, "properties.v", "It is an object or a list"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_turned_is_refused_with_the_way_to_it(value, field, detail):
    with pytest.raises(Refused) as refused:
        value_of(value)
    assert refused.value.field == f"rules[0].{field}"
    assert refused.value.detail.startswith(detail)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"path": "$.kind", "is": "paid"}, True), ({"path": "$.kind", "is": "open"}, False),
        ({"path": "$.id", "is": 7}, True), ({"path": "$.id", "is": "7"}, True),
        ({"path": "$.gone", "is": "None"}, False), ({"path": "$.gone", "is_not": "x"}, True),
        ({"path": "$.kind", "is_not": "paid"}, False),
        ({"path": "$.kind", "is_one_of": ["open", "paid"]}, True),
        ({"path": "$.kind", "starts_with": "pa"}, True),
        ({"path": "$.id", "starts_with": "7"}, False),
        ({"path": "$.gone", "exists": False}, True), ({"path": "$.nothing", "exists": True}, False),
        ({"header": "X-Topic", "is": "a"}, True), ({"header": "X-Other", "is": "a"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_applies_when_its_conditions_hold(condition, holds):
    rule = {"when": [condition], "event": "E", "identities": EMAIL}
    assert bool(mapped(rule, **{"x-topic": "a"})) is holds


def test_each_item_of_a_list_becomes_an_event_and_may_look_at_the_whole():
    rule = {
        "each": "$.items[*]", "when": [{"path": "$.n", "is": 2}], "event": "$.sku",
        "identities": {"email": {"path": "$.who.mail", "of": "body"}}, "message_id": "$.sku",
    }  # fmt: skip
    [message] = mapped(rule)
    assert (message["event"], message["messageId"]) == ("B", "B:track:B")
    assert message["context"]["traits"] == {"email": "ada@example.com"}


def test_event_and_traits_become_two_messages_with_ids_of_their_own():
    rule = {"event": "E", "identities": EMAIL, "message_id": "$.id", "traits": {"plan": "pro"}}
    identify, track = mapped(rule)
    assert identify["traits"] == {"email": "ada@example.com", "plan": "pro"}
    assert (identify["type"], track["type"]) == ("identify", "track")
    assert [m["messageId"] for m in (identify, track)] == ["7:identify:", "7:track:E"]


def test_without_an_id_the_same_content_is_the_same_event():
    rule = {"event": "E", "identities": EMAIL}
    first, second = mapped(rule), mapped(rule, dict(reversed(BODY.items())))
    other = mapped(rule, {**BODY, "id": 8})
    assert first[0]["messageId"] == second[0]["messageId"] != other[0]["messageId"]


def test_two_alike_events_of_one_request_differ_in_their_ids():
    rule = {"event": "E", "identities": EMAIL, "message_id": "$.id"}
    mapping = check_mapping({"rules": [rule, rule]})
    request = read_request(keep_request(json.dumps(BODY).encode(), headers={}))
    assert [m["messageId"] for m in map_request(mapping, request)] == ["7:track:E", "7:track:E:2"]


def test_a_star_takes_all_members_and_named_ones_win():
    rule = {"event": "E", "identities": EMAIL, "properties": {"*": "$.items[0]", "n": 9}}
    assert mapped(rule)[0]["properties"] == {"sku": "A", "n": 9}


def test_a_whole_message_is_taken_as_it_is_but_for_times_that_were_corrected():
    whole = {"type": "track", "event": "E", "userId": "u1", "timestamp": "2026-03-14T08:00:00Z",
             "sentAt": "2026-03-14T08:00:09Z"}  # fmt: skip
    [message] = mapped({"message": "$"}, whole)
    assert message.pop("messageId")
    assert message == {k: v for k, v in whole.items() if k != "sentAt"}
    with pytest.raises(Refused, match="no message"):
        mapped({"message": "$.type"}, whole)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{", [("line 1, column 2", "This is no JSON")]),
        ("[" * 100_000, [("", "")]),
        ("{}", [("rules", "It is missing.")]),
        ('{"rules": []}', [("rules", "List should have at least 1 item")]),
        ('{"rules": [{"event": "$..a", "identities": {"e_mail": "$.a"}}]}',
         [("rules[0].event.path", "“..” is not allowed"),
          ("rules[0].identities.e_mail", "There is no such member here")]),
        ('{"rules": [{"event": "E"}]}', [("rules[0]", "A rule needs “identities”")]),
        ('{"rules": [{"identities": {"email": "$.a"}}]}', [("rules[0]", "A rule needs an “event”")]),
        ('{"rules": [{"event": "E", "identities": {}}]}',
         [("rules[0].identities", "Name at least one identifier")]),
        ('{"rules": [{"event": {"a": 1}, "identities": {"email": "$.a"}}]}',
         [("rules[0].event", "A value is a text")]),
        ('{"rules": [{"message": "$", "event": "E"}]}', [("rules[0]", "“message” takes a whole")]),
        ('{"rules": [{"message": "$", "when": [{"path": "$.a"}]}]}',
         [("rules[0].when[0]", "A condition has one of")]),
        ('{"rules": [{"message": "$", "when": [{"is": 1}]}]}',
         [("rules[0].when[0]", "A condition looks at")]),
        ('{"rules": [{"event": "E", "identities": {"external": {"email": "$.a"}}}]}',
         [("rules[0].identities.external.email", "An external id has a name of its own")]),
        ('{"rules": [{"traits": {"a": 1}, "properties": {"b": 1}, "identities": {"email": "$.a"}}]}',
         [("rules[0]", "“properties” belong to an “event”")]),
        ('{"rules": [{"event": {"first": ["$.a", {"header": "a b"}]}, "identities": {"email": "$.a"}}]}',
         [("rules[0].event.first[1].header", "A header has letters")]),
        ('{"version": 2, "rules": [{"message": "$"}]}', [("version", "Input should be 1.")]),
        ('{"rules": [{"message": "$[?match(@.a, \'x\')]"}]}',
         [("rules[0].message", "“$[?match(@.a, 'x')]” is no JSONPath")]),
        ('{"rules": [{"message": "$[?@.a == $.b]"}]}',
         [("rules[0].message", "A filter may not refer to “$”")]),
    ],
    ids=range(18),
)  # fmt: skip
def test_every_problem_of_a_mapping_names_its_place(text, problems):
    with pytest.raises(BadMapping) as bad:
        read_mapping(text)
    found = bad.value.problems
    assert [problem.path for problem in found] == [path for path, _ in problems]
    for problem, (_, message) in zip(found, problems, strict=True):
        assert problem.message.startswith(message)


def test_a_dollar_or_dots_inside_quotes_are_no_reference():
    assert value_of("$['a..$']", {**BODY, "a..$": 5}) == 5
    assert value_of(r"$['it\'s']", {**BODY, "it's": 6}) == 6


def test_headers_that_carry_secrets_are_not_kept():
    kept = keep_request(b"{}", headers={"authorization": "Basic x", "cookie": "a", "x-topic": "t",
                                        "x-forwarded-for": "203.0.113.9"})  # fmt: skip
    assert read_request(kept).headers == {"x-topic": "t"}


def test_fields_of_a_form_that_come_twice_are_a_list():
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    kept = keep_request(b"a=1&b=2&a=3&a=&c=%00x", headers=form)
    assert read_request(kept).body == {"a": ["1", "3", ""], "b": "2", "c": "x"}
