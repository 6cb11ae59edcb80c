"""From the inbox to the touchpoints: exactly once, for the right person, with the right time."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from profiles.models import Customer, Identity, InboxItem, QuarantinedMessage, Touchpoint
from profiles.touchpoints import queries
from profiles.touchpoints.services.draining import Drained, drain_inbox, requests_next
from tests.profiles.collecting import Sender, events_of, people


def test_an_event_is_stored_with_person_time_money_and_payload(sender: Sender):
    at = datetime.now(UTC).replace(microsecond=123_000) - timedelta(hours=2)
    done = sender.deliver(
        {
            "type": "track", "messageId": "m1", "userId": "u1", "event": "Order Completed",
            "timestamp": at.isoformat(), "properties": {"revenue": "19.90", "sku": "A-1"},
            "context": {"timezone": "Europe/Vienna", "locale": "de-AT"},
        }
    )  # fmt: skip
    assert done == Drained(requests=1, stored=1, duplicates=0, quarantined=0)
    point, person = Touchpoint.objects.get(), Customer.objects.get()
    assert (point.customer_id, point.recorded_for) == (person.id, person.id)
    assert (point.event.name, point.type) == ("Order Completed", Touchpoint.Type.TRACK)
    assert (point.occurred_at, point.revenue) == (at, Decimal("19.90"))
    assert point.properties == {"revenue": "19.90", "sku": "A-1"}
    assert point.starts_journeys
    assert (person.time_zone, person.locale) == ("Europe/Vienna", "de-AT")
    assert (person.first_seen_at, person.last_seen_at) == (at, at)
    assert not InboxItem.objects.exists()


def test_a_message_that_comes_again_is_stored_once_however_late(sender: Sender):
    message = {"type": "track", "messageId": "m1", "userId": "u1", "event": "Viewed"}
    first = sender.deliver(message, message)
    again = sender.deliver({**message, "event": "Changed"})
    assert (first.stored, first.duplicates) == (1, 1)
    assert (again.stored, again.duplicates) == (0, 1)
    assert events_of("user_id", "u1") == ["Viewed"]


def test_a_crash_before_the_commit_leaves_the_request_in_the_inbox(sender: Sender, monkeypatch):
    sender.send({"type": "track", "messageId": "m1", "userId": "u1", "event": "Viewed"})

    def crash(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(queries, "insert_quarantined", crash)
        with pytest.raises(SystemExit):
            drain_inbox(now=datetime.now(UTC))
    assert InboxItem.objects.count() == 1
    assert not Touchpoint.objects.exists()
    assert drain_inbox(now=datetime.now(UTC)).stored == 1
    assert events_of("user_id", "u1") == ["Viewed"]


def test_a_fast_or_slow_clock_is_corrected_by_the_time_of_sending(sender: Sender):
    wrong = datetime(2031, 5, 1, 12, 0, 30, tzinfo=UTC)
    before = datetime.now(UTC)
    sender.deliver(
        {"type": "track", "userId": "u1", "event": "Viewed", "timestamp": wrong.isoformat()},
        sentAt=(wrong + timedelta(seconds=90)).isoformat(),
    )
    point = Touchpoint.objects.get()
    assert point.occurred_at == point.received_at - timedelta(seconds=90)
    assert point.received_at >= before
    assert (point.original_at, point.sent_at) == (wrong, wrong + timedelta(seconds=90))


@pytest.mark.parametrize("stamp", ["2094-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_impossible_times_become_the_time_of_receipt_and_stay_visible(sender: Sender, stamp):
    sender.deliver({"type": "track", "userId": "u1", "event": "Viewed", "timestamp": stamp})
    point = Touchpoint.objects.get()
    assert point.occurred_at == point.received_at
    assert point.original_at == datetime.fromisoformat(stamp)


def test_history_counts_but_starts_no_journeys(sender: Sender):
    old = (datetime.now(UTC) - timedelta(days=400)).isoformat()
    sender.deliver(
        {"type": "track", "messageId": "old", "userId": "u1", "event": "Bought", "timestamp": old},
        {"type": "track", "messageId": "new", "userId": "u1", "event": "Viewed"},
    )
    assert list(
        Touchpoint.objects.order_by("occurred_at").values_list("starts_journeys", flat=True)
    ) == [False, True]


def test_pages_screens_and_groups_have_names_and_payload(sender: Sender):
    sender.deliver(
        {"type": "page", "userId": "u1", "name": "Home", "category": "Docs", "messageId": "1"},
        {"type": "screen", "userId": "u1", "name": "Start", "messageId": "2"},
        {"type": "group", "userId": "u1", "groupId": "acme", "traits": {"size": 3},
         "messageId": "3"},
    )  # fmt: skip
    assert sorted(events_of("user_id", "u1")) == ["Group", "Page Viewed", "Screen Viewed"]
    stored = {point.type: point.properties for point in Touchpoint.objects.all()}
    assert stored == {
        Touchpoint.Type.PAGE: {"name": "Home", "category": "Docs"},
        Touchpoint.Type.SCREEN: {"name": "Start"},
        Touchpoint.Type.GROUP: {"groupId": "acme", "size": 3},
    }
    assert Customer.objects.get().traits == {}


@pytest.mark.parametrize(
    ("message", "reason", "field"),
    [
        ({"userId": "u1", "event": "X"}, "unknown_type", "type"),
        ({"type": "buy", "userId": "u1"}, "unknown_type", "type"),
        ({"type": ["track"], "userId": "u1"}, "unknown_type", "type"),
        ({"type": "track", "userId": "u1"}, "missing_event", "event"),
        ({"type": "track", "userId": "u1", "event": 7}, "missing_event", "event"),
        ({"type": "track", "userId": "u1", "event": "x" * 201}, "too_long", "event"),
        ({"type": "track", "event": "X"}, "missing_identifier", "userId"),
        ({"type": "track", "userId": "null", "event": "X"}, "missing_identifier", "userId"),
        ({"type": "track", "userId": "0000-0000", "event": "X"}, "missing_identifier", "userId"),
        ({"type": "track", "userId": "x" * 256, "event": "X"}, "too_long", "user_id"),
        ({"type": "track", "userId": "u", "event": "X", "properties": "no"}, "wrong_type",
         "properties"),
        ({"type": "track", "userId": "u", "event": "X", "context": [1]}, "wrong_type", "context"),
        ({"type": "identify", "userId": "u", "traits": [1]}, "wrong_type", "traits"),
        ({"type": "group", "userId": "u"}, "missing_group", "groupId"),
        ({"type": "alias", "userId": "u"}, "missing_previous_id", "previousId"),
        ({"type": "track", "userId": "u", "event": "X", "timestamp": "soon"}, "invalid_time",
         "timestamp"),
        ({"type": "track", "userId": "u", "event": "X", "sentAt": True}, "invalid_time", "sentAt"),
        ("text", "not_an_object", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_kept_with_its_reason(sender: Sender, message, reason, field):
    good = {"type": "track", "userId": "u1", "event": "Fine", "messageId": "good"}
    assert sender.deliver(message, good) == Drained(
        requests=1, stored=1, duplicates=0, quarantined=1
    )
    row = QuarantinedMessage.objects.get()
    assert (row.reason, row.field, row.source_id) == (reason, field, sender.source_id)
    assert row.detail
    assert json.loads(bytes(row.body))["message"] == message
    assert events_of("user_id", "u1") == ["Fine"]


def test_a_bad_message_that_comes_again_is_kept_once(sender: Sender):
    bad = {"type": "track", "messageId": "m", "userId": "u1"}
    sender.deliver(bad)
    sender.deliver(bad)
    assert QuarantinedMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (r'"a\u0000b"', "ab"),
        (r'"\ud83d"', "�"),
        (r'"\ud83d\ude00"', "😀"),
        ("NaN", None),
        ("-Infinity", None),
        ('"\'; DROP TABLE profiles_customer; --"', "'; DROP TABLE profiles_customer; --"),
        ('"%(name)s %s %b"', "%(name)s %s %b"),
        ("1e308", 10**308),
    ],
)
def test_hostile_values_are_stored_as_values(sender: Sender, text, stored):
    body = f'{{"type":"track","userId":"u1","event":"X","properties":{{"p":{text}}}}}'
    answer = sender.client.post("/v1/track", content=body, auth=(sender.write_key, ""))
    assert answer.status_code == 200
    drain_inbox(now=datetime.now(UTC))
    assert Touchpoint.objects.get().properties == {"p": stored}


def test_bytes_that_are_no_text_are_stored_with_a_mark(sender: Sender):
    body = b'{"type":"track","userId":"u1","event":"X","properties":{"p":"a\xffb"}}'
    sender.client.post("/v1/track", content=body, auth=(sender.write_key, ""))
    drain_inbox(now=datetime.now(UTC))
    assert Touchpoint.objects.get().properties == {"p": "a\ufffdb"}


def test_what_postgresql_refuses_stops_only_itself(sender: Sender):
    bad = '{"type":"track","messageId":"bad","userId":"u1","event":"X","properties":{"p":1e400000}}'
    good = '{"type":"track","messageId":"good","userId":"u1","event":"Fine"}'
    sender.client.post(
        "/v1/batch", content=f'{{"batch":[{bad},{good}]}}', auth=(sender.write_key, "")
    )
    assert drain_inbox(now=datetime.now(UTC)) == Drained(
        requests=1, stored=1, duplicates=0, quarantined=1
    )
    assert QuarantinedMessage.objects.get().reason == "not_storable"
    assert events_of("user_id", "u1") == ["Fine"]


def test_anonymous_history_becomes_part_of_the_person_who_signs_up(sender: Sender):
    sender.deliver({"type": "page", "anonymousId": "a1", "messageId": "1"})
    sender.deliver({"type": "track", "userId": "u1", "event": "Bought", "messageId": "2"})
    sender.deliver(
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "3",
         "traits": {"email": "Ada@Example.com", "plan": "pro"}}
    )  # fmt: skip
    assert people() == {
        frozenset({("user_id", "u1"), ("anonymous_id", "a1"), ("email", "ada@example.com")})
    }
    assert events_of("user_id", "u1") == ["Page Viewed", "Bought", "Identify"]
    winner = Customer.objects.get(merged_into=None)
    assert winner.traits == {"email": "Ada@Example.com", "plan": "pro"}
    loser = Customer.objects.exclude(id=winner.id).get()
    assert loser.merged_into_id == winner.id
    moved = Touchpoint.objects.get(recorded_for=loser.id)
    assert moved.customer_id == winner.id


def test_two_known_people_on_one_device_stay_two(sender: Sender):
    for number, user in enumerate(["u1", "u2"]):
        sender.deliver(
            {"type": "identify", "userId": user, "anonymousId": "tablet", "messageId": user,
             "traits": {"email": f"{user}@example.com"},
             "timestamp": f"2026-01-0{number + 1}T10:00:00Z"}
        )  # fmt: skip
    sender.deliver({"type": "page", "anonymousId": "tablet", "messageId": "later"})
    assert people() == {
        frozenset({("user_id", "u1"), ("email", "u1@example.com")}),
        frozenset({("user_id", "u2"), ("email", "u2@example.com"), ("anonymous_id", "tablet")}),
    }
    assert events_of("user_id", "u1") == ["Identify"]
    assert events_of("user_id", "u2") == ["Identify", "Page Viewed"]


def test_alias_joins_the_earlier_anonymous_id_but_never_another_user(sender: Sender):
    sender.deliver({"type": "page", "anonymousId": "a1", "messageId": "1"})
    sender.deliver({"type": "alias", "userId": "u1", "previousId": "a1", "messageId": "2"})
    sender.deliver({"type": "track", "userId": "u2", "event": "X", "messageId": "3"})
    sender.deliver({"type": "alias", "userId": "u1", "previousId": "u2", "messageId": "4"})
    sender.deliver({"type": "alias", "userId": "u1", "previousId": "u1", "messageId": "5"})
    assert people() == {
        frozenset({("user_id", "u1"), ("anonymous_id", "a1")}),
        frozenset({("user_id", "u2")}),
    }


def test_the_newest_value_of_a_trait_stays_whatever_the_order_of_arrival(sender: Sender):
    sender.deliver(
        {"type": "identify", "userId": "u1", "messageId": "1", "timestamp": "2026-01-02T00:00Z",
         "traits": {"plan": "pro", "city": "Linz"}}
    )  # fmt: skip
    sender.deliver(
        {"type": "identify", "userId": "u1", "messageId": "2", "timestamp": "2026-01-01T00:00Z",
         "traits": {"plan": "free", "age": 40}},
        {"type": "identify", "userId": "u1", "messageId": "3", "timestamp": "2026-01-03T00:00Z",
         "traits": {"city": None}},
    )  # fmt: skip
    assert Customer.objects.get().traits == {"plan": "pro", "age": 40}


def test_an_identifier_is_stored_with_the_source_that_brought_it(sender: Sender):
    sender.deliver({"type": "track", "anonymousId": 17, "event": "X"})
    assert list(Identity.objects.values_list("kind", "value", "source_id")) == [
        ("anonymous_id", "17", sender.source_id)
    ]


@pytest.mark.parametrize(
    ("messages", "body_bytes", "requests"),
    [
        (5_000, 2_500_000, 200),
        (50, 25_000, 5_000),
        (700, 25 * 1024 * 1024, 128),
        (100_000, 50_000_000, 10),
        (0, 0, 5_000),
    ],
)
def test_the_next_batch_has_room_in_time_and_in_memory(messages, body_bytes, requests):
    batch = Drained(requests=50, stored=messages, duplicates=0, quarantined=0)

    assert requests_next(batch, body_bytes=body_bytes) == requests
