"""What one message, one time and one row of a file say: examples of each rule."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from profiles.touchpoints.rules.files import BadRow, in_batches, read_json_line, with_message_ids
from profiles.touchpoints.rules.instants import correct_skew, parse_instant, to_micros
from profiles.touchpoints.rules.messages import (
    Arrival,
    Envelope,
    Refused,
    make_message_id,
    read_message,
)
from profiles.touchpoints.rules.payload import mend_json, splice

SECOND = 1_000_000
DAY = 86_400 * SECOND
NOW = to_micros(datetime(2026, 3, 1, 12, tzinfo=UTC))
TRACK = {"type": "track", "event": "Seen", "userId": "u1"}
IDENTIFY = {"type": "identify", "userId": "u1"}


def read(message: dict[str, Any] | bytes, **envelope: Any) -> Arrival:
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    around = Envelope(**{"source_id": 1, "route": "batch", "received_at": NOW, **envelope})
    return read_message(raw, around, fallback_id="1:0")


@pytest.mark.parametrize(
    ("message", "reason", "field"),
    [
        pytest.param({**TRACK, "context": [1]}, "wrong_type", "context", id="context is a list"),
        pytest.param({**TRACK, "properties": "x"}, "wrong_type", "properties", id="properties are text"),
        pytest.param(b'{"type":"track","event":"Seen","userId":"u1","context":{"traits":{"a":1e999}}}', "wrong_type", "context", id="context holds a number out of range"),
        pytest.param(b'{"type":"identify","userId":"u1","traits":{"a":1e999}}', "wrong_type", "traits", id="traits hold a number out of range"),
        pytest.param({"type": "group", "userId": "u1"}, "missing_group", "groupId", id="group without its id"),
        pytest.param({**TRACK, "event": "e" * 201}, "too_long", "event", id="event name of 201 letters"),
        pytest.param({**TRACK, "userId": "u" * 256}, "too_long", "user_id", id="identifier of 256 letters"),
        pytest.param({**TRACK, "userId": True}, "missing_identifier", "userId", id="yes or no names nobody"),
        pytest.param({**TRACK, "timestamp": "soon"}, "invalid_time", "timestamp", id="time in words"),
        pytest.param({**TRACK, "sentAt": "soon"}, "invalid_time", "sentAt", id="time of sending in words"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_reason_and_field(message, reason, field):
    with pytest.raises(Refused) as refused:
        read(message)
    assert (refused.value.reason, refused.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("context", "refs"),
    [
        pytest.param({"device": {"token": " t1 "}}, {("device_token", "t1")}, id="device token"),
        pytest.param({"device": {"token": "null"}}, set(), id="blocked token"),
        pytest.param({"device": {"token": "t" * 256}}, set(), id="token too long"),
        pytest.param({"device": "phone"}, set(), id="device is no object"),
        pytest.param({"externalIds": [{"type": "crm", "id": 7.0}]}, {("crm", "7")}, id="whole number as id"),
        pytest.param({"externalIds": [{"type": "crm", "id": 7.5}]}, {("crm", "7.5")}, id="broken number as id"),
        pytest.param({"externalIds": ["x", {"type": "crm"}, {"id": "7"}]}, set(), id="incomplete ids"),
        pytest.param({"externalIds": [{"type": "t" * 65, "id": "7"}]}, set(), id="kind too long"),
        pytest.param({"externalIds": [{"type": "crm", "id": "none"}]}, set(), id="blocked id"),
        pytest.param({"externalIds": "x"}, set(), id="ids are no list"),
        pytest.param({"traits": {"email": " A@B.org ", "phone": "+49 (30) 123-4567"}}, {("email", "a@b.org"), ("phone", "+49301234567")}, id="contact traits"),
        pytest.param({"traits": {"email": "a@b", "phone": "030 1234567"}}, set(), id="no address, no country code"),
        pytest.param({"traits": {"email": 1, "phone": 49301234567}}, set(), id="contacts that are no text"),
    ],
)  # fmt: skip
def test_the_context_names_people_beside_the_user_id(context, refs):
    assert set(read({**TRACK, "context": context}).refs) == {("user_id", "u1"), *refs}


def test_traits_of_an_identify_call_win_over_those_of_its_context():
    context = {"traits": {"plan": "free", "city": "Oslo"}}
    arrival = read({**IDENTIFY, "traits": {"plan": "pro"}, "context": context})
    assert arrival.traits == {"plan": "pro", "city": "Oslo"}
    assert json.loads(arrival.properties) == {"plan": "pro", "city": "Oslo"}


def test_the_context_of_a_batch_is_that_of_its_messages_unless_they_have_their_own():
    around = {"locale": "de", "timezone": "Europe/Berlin"}
    arrival = read({**TRACK, "context": {"locale": "fr"}}, context=around)
    assert (arrival.locale, arrival.time_zone) == ("fr", "Europe/Berlin")


def test_a_group_call_keeps_its_group_among_the_properties():
    arrival = read({"type": "group", "userId": "u1", "groupId": 9, "traits": {"size": 3}})
    assert json.loads(arrival.properties) == {"size": 3, "groupId": "9"}


@pytest.mark.parametrize(
    ("previous", "kept"),
    [("a1", "a1"), ("u1", None), ("null", None)],
    ids=["somebody else", "the same user", "blocked"],
)
def test_an_alias_keeps_its_previous_id_when_it_names_somebody_else(previous, kept):
    arrival = read({"type": "alias", "userId": "u1", "previousId": previous})
    assert arrival.previous_id == kept


def test_the_original_timestamp_wins_over_the_timestamp():
    times = {"originalTimestamp": "2026-03-01T11:00:00Z", "timestamp": "2026-03-01T10:00:00Z"}
    assert read({**TRACK, **times}).original_at == NOW - 3_600 * SECOND


@pytest.mark.parametrize(
    ("envelope", "age", "starts"),
    [
        pytest.param({}, 86_400, True, id="one day old"),
        pytest.param({}, 86_401, False, id="a second older"),
        pytest.param({"route": "import"}, 0, False, id="imported"),
        pytest.param({"starts_journeys": False}, 0, False, id="told not to"),
    ],
)
def test_only_events_of_the_last_day_that_were_not_imported_start_journeys(envelope, age, starts):
    message = {**TRACK, "timestamp": NOW // SECOND - age}
    assert read(message, **envelope).starts_journeys is starts


@pytest.mark.parametrize(
    ("event", "properties", "revenue"),
    [
        pytest.param("Seen", '{"revenue":12.30}', Decimal("12.30"), id="to the digit"),
        pytest.param("Seen", '{"revenue":"12.30"}', Decimal("12.30"), id="as text"),
        pytest.param("Order Completed", '{"total":5}', Decimal(5), id="total of an order"),
        pytest.param("Order Completed", '{"revenue":4,"total":5}', Decimal(4), id="revenue before total"),
        pytest.param("Seen", '{"total":5}', None, id="total of something else"),
        pytest.param("Seen", '{"a":{"revenue":5}}', None, id="deeper down"),
        pytest.param("Seen", '{"revenue":true}', None, id="yes or no"),
        pytest.param("Seen", '{"revenue":"12 EUR"}', None, id="with a currency"),
        pytest.param("Seen", '{"revenue":"NaN"}', None, id="not a number"),
        pytest.param("Seen", '{"revenue":-99999999999.99}', Decimal("-99999999999.99"), id="largest loss"),
        pytest.param("Seen", '{"revenue":100000000000}', None, id="too large"),
        pytest.param("Seen", '{}', None, id="none"),
    ],
)  # fmt: skip
def test_revenue_is_an_amount_that_can_be_held_or_nothing(event, properties, revenue):
    raw = f'{{"type":"track","event":"{event}","userId":"u1","properties":{properties}}}'
    assert read(raw.encode()).revenue == revenue


@pytest.mark.parametrize(
    ("context", "ip"),
    [
        pytest.param({"library": {"name": "analytics.js"}}, "9.9.9.9", id="browser"),
        pytest.param({"library": {"name": "analytics-ios"}}, "9.9.9.9", id="telephone"),
        pytest.param({"library": {"name": "analytics-node"}}, None, id="server"),
        pytest.param({"library": "curl"}, None, id="unknown sender"),
        pytest.param({"direct": True}, "9.9.9.9", id="said to be direct"),
        pytest.param({"direct": True, "ip": "1.1.1.1"}, "1.1.1.1", id="told by the message"),
    ],
)
def test_the_address_is_noted_only_when_it_is_that_of_the_persons_own_device(context, ip):
    stored = json.loads(read({**TRACK, "context": context}, ip="9.9.9.9").context)
    assert stored.get("ip") == ip


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        pytest.param(None, None, id="missing"),
        pytest.param("", None, id="empty"),
        pytest.param("1970-01-01T00:00:01", SECOND, id="no zone counts as UTC"),
        pytest.param("1970-01-01T01:00:00.000001+01:00", 1, id="zone and microseconds"),
        pytest.param(99_999_999_999, 99_999_999_999 * SECOND, id="last number in seconds"),
        pytest.param(100_000_000_000, 100_000_000 * SECOND, id="first number in milliseconds"),
        pytest.param("0001-01-02T00:00:00Z", -62_135_510_400 * SECOND, id="earliest"),
        pytest.param("9999-12-30T00:00:00Z", 253_402_128_000 * SECOND, id="latest"),
        pytest.param(1.5, 1_500_000, id="parts of a second"),
    ],
)
def test_a_time_is_read_as_sdks_send_it(value, micros):
    assert parse_instant(value) == micros


@pytest.mark.parametrize(
    "value",
    [True, [], 1e15, float("nan"), "soon", "0001-01-01T00:00:00+23:59", 9 * 10**14],
    ids=["bool", "list", "too large", "nan", "words", "before year 1", "after year 9999"],
)
def test_what_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match=r"not a time|Invalid isoformat"):
        parse_instant(value)


@pytest.mark.parametrize(
    ("original", "sent", "at"),
    [
        pytest.param(None, NOW, NOW, id="no time of its own"),
        pytest.param(NOW - DAY, None, NOW - DAY, id="trusted without a time of sending"),
        pytest.param(NOW + DAY, NOW + DAY + SECOND, NOW - SECOND, id="fast clock corrected"),
        pytest.param(NOW + 300 * SECOND, None, NOW + 300 * SECOND, id="five minutes ahead"),
        pytest.param(NOW + 300 * SECOND + 1, None, NOW, id="further ahead"),
        pytest.param(0, None, NOW, id="unset clock"),
    ],
)
def test_a_wrong_clock_is_corrected_or_the_time_of_receipt_counts(original, sent, at):
    assert correct_skew(original=original, sent=sent, received=NOW) == at


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        pytest.param(b'{"a": 1}', b'{"a": 1}', id="fine, spaces kept"),
        pytest.param('"ü"'.encode(), '"ü"'.encode(), id="fine beyond ASCII"),
        pytest.param(b'"\xff"', '"\ufffd"'.encode(), id="not UTF-8"),
        pytest.param(b'{"a\\u0000":["b\\u0000"]}', b'{"a":["b"]}', id="NUL"),
        pytest.param(b'["\\ud83d"]', '["\ufffd"]'.encode(), id="half an emoji"),
        pytest.param(b'[NaN,Infinity,1.5]', b"[null,null,1.5]", id="numbers that are none"),
    ],
)  # fmt: skip
def test_json_is_mended_only_where_it_is_wrong(body, mended):
    assert mend_json(body) == mended


@pytest.mark.parametrize("start", [b"", b"NaN,"], ids=["as it is", "while it is mended"])
def test_json_nested_too_deeply_is_refused(start):
    with pytest.raises(ValueError, match="nested too deeply"):
        mend_json(b"[" + start + b"[" * 100_000 + b"]" * 100_000 + b"]")


@pytest.mark.parametrize(
    ("document", "members", "spliced"),
    [
        pytest.param(b"{ }", {"a": "1"}, b'{"a":"1"}', id="into an empty object"),
        pytest.param(b'{"b":2} ', {"a": "1"}, b'{"b":2,"a":"1"}', id="after what is there"),
        pytest.param(b'{"a":2} ', {"a": "1"}, b'{"a":2} ', id="what is there stays"),
    ],
)
def test_members_are_added_to_an_object_that_lacks_them(document, members, spliced):
    assert splice(document, **members) == spliced


@pytest.mark.parametrize(
    ("line", "why"),
    [("{", "it is no JSON ("), ("[1]", "it is no JSON object")],
    ids=["broken", "a list"],
)
def test_a_line_that_is_no_json_object_is_a_bad_row(line, why):
    with pytest.raises(BadRow) as bad:
        read_json_line(line)
    assert str(bad.value).startswith(why)


@pytest.mark.parametrize(
    ("count", "most", "most_bytes", "sizes"),
    [
        pytest.param(0, 2, 100, [], id="nothing makes no batch"),
        pytest.param(5, 2, 100, [2, 2, 1], id="by number"),
        pytest.param(3, 9, 20, [2, 1], id="by bytes"),
        pytest.param(2, 9, 1, [1, 1], id="a large message goes alone"),
    ],
)
def test_batches_stay_within_number_and_bytes(count, most, most_bytes, sizes):
    batches = in_batches([{"a": 1}] * count, most=most, most_bytes=most_bytes)
    assert [len(batch) for batch in batches] == sizes


def test_rows_keep_their_own_ids_and_equal_rows_without_one_are_counted():
    rows = [{"a": 1, "messageId": "own"}, {"a": 1}, {"a": 1}, {"a": 2}]
    own, first, second, other = (row["messageId"] for row in with_message_ids(rows))
    assert own == "own"
    assert first.endswith("-0")
    assert second == first.removesuffix("-0") + "-1"
    assert other.endswith("-0")
    assert other != first


def test_the_ledger_knows_a_message_by_the_same_id_for_ever():
    assert make_message_id(7, "order-1").hex() == "8d896b270eeb76cb5971ec505191d86a"
    assert make_message_id(71, "order-1") != make_message_id(7, "order-1")
