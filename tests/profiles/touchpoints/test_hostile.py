"""What nobody should send: the right answer, nothing else lost, and the next event still works."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from profiles.models import Customer, InboxItem, QuarantinedMessage, Touchpoint
from profiles.touchpoints.services.draining import Drained, drain_inbox
from tests.profiles.collecting import Sender, events_of

NOW = datetime.now(UTC)
INJECTION = "'); DROP TABLE profiles_touchpoint; --"
GOOD = {"type": "track", "messageId": "good", "userId": "good", "event": "Fine"}


def post(sender: Sender, body: bytes, **headers: str) -> int:
    return sender.client.post(
        "/v1/batch", content=body, headers=headers, auth=(sender.write_key, "")
    ).status_code


@pytest.fixture(autouse=True)
def healthy_afterwards(sender: Sender):
    yield
    before = Touchpoint.objects.count()
    assert sender.deliver(GOOD).stored == 1
    assert Touchpoint.objects.count() == before + 1
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(b'{"batch":[' + b" " * 50_000_000 + b"]}"), id="zip bomb"),
        pytest.param(gzip.compress(gzip.compress(b"[" * 10_000_000)), id="zip bomb in a zip"),
        pytest.param(b'{"batch":[' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"]}", id="deep lists"),
        pytest.param(b'{"a":' * 80_000 + b"1" + b"}" * 80_000, id="deep objects"),
        pytest.param(b'{"batch":[{"event":"' + b"x" * 10_000_000 + b'"}]}', id="long text"),
        pytest.param(b'{"batch":"no list"}', id="wrong type"),
        pytest.param(b'{"batch":[', id="cut off"),
        pytest.param(b"\x00" * 100, id="zeros"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_and_stores_nothing(sender: Sender, body: bytes):
    assert post(sender, body) in {400, 413}
    assert not InboxItem.objects.exists()


def test_sql_in_every_field_is_text(sender: Sender):
    message = {
        "type": "identify", "messageId": INJECTION, "userId": INJECTION, "anonymousId": INJECTION + "2",
        "traits": {INJECTION: INJECTION, "email": INJECTION}, "timestamp": "2026-01-01T00:00:00Z",
        "context": {"timezone": INJECTION, "locale": INJECTION, "ip": INJECTION, INJECTION: INJECTION,
                    "device": {"token": INJECTION}, "externalIds": [{"type": INJECTION, "id": INJECTION}]},
    }  # fmt: skip
    track = message | {"type": "track", "messageId": "t", "event": INJECTION,
                       "properties": {INJECTION: INJECTION}}  # fmt: skip
    assert sender.deliver(message, track) == Drained(
        requests=1, stored=2, duplicates=0, quarantined=0
    )
    assert sorted(events_of("user_id", INJECTION)) == sorted([INJECTION, "Identify"])
    assert Customer.objects.get().traits == {INJECTION: INJECTION, "email": INJECTION}


@pytest.mark.parametrize("field", ["type", "messageId", "userId", "anonymousId", "event",
                                   "properties", "context", "timestamp", "sentAt"])  # fmt: skip
@pytest.mark.parametrize("value", [None, True, 7, -1e300, [1], {"a": 1}, "", "x" * 5_000, "\x00"])
def test_a_wrong_type_in_any_field_is_stored_or_kept_with_its_reason_beside_good_events(
    sender: Sender, field: str, value: object
):
    odd = {"type": "track", "messageId": "odd", "userId": "odd", "event": "Odd"} | {field: value}
    beside = {"type": "track", "messageId": "beside", "userId": "beside", "event": "Beside"}
    assert post(sender, json.dumps({"batch": [odd, beside]}).encode()) == 200
    done = drain_inbox(now=NOW)
    assert (done.stored + done.quarantined, done.stored >= 1) == (2, True)
    assert events_of("user_id", "beside") == ["Beside"]
    assert all(row.reason and row.detail for row in QuarantinedMessage.objects.all())


@pytest.mark.parametrize("stamp", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
                                   "1e18", -62135596801, 10**14, 9 * 10**14, "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00+23:59"])  # fmt: skip
def test_impossible_times_are_corrected_or_refused_by_name(sender: Sender, stamp: object):
    odd = {"type": "track", "userId": "odd", "event": "Odd", "timestamp": stamp, "messageId": "odd"}
    done = sender.deliver(odd, GOOD | {"messageId": "beside"})
    assert done.stored + done.quarantined == 2
    for row in QuarantinedMessage.objects.all():
        assert (row.reason, row.field) == ("invalid_time", "timestamp")
    for point in Touchpoint.objects.all():
        assert 1990 <= point.occurred_at.year <= NOW.year + 1
