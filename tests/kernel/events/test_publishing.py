"""What is published stands in the log once, with a payload that fits its type."""

import pytest
from celery import current_app
from django.db import transaction

from kernel.errors import Invalid, NotFound
from kernel.events import Cause, NewEvent, publish, publish_many, wake
from kernel.events import publishing as publishing_module
from kernel.events.models import Event
from kernel.events.registry import register_event_type

pytestmark = pytest.mark.django_db


def test_an_event_is_stored_with_everything_said_about_it(now):
    number = publish(
        "bells.rung",
        subject="bell:7",
        payload={"bell": "big"},
        now=now,
        key="rung:7:1",
        cause=Cause(hop=2, event_id=41),
    )
    row = Event.objects.values().get()
    assert row.pop("xid").isdigit()
    assert row == {
        "id": number, "type": "bells.rung", "version": 2, "subject": "bell:7",
        "payload": {"bell": "big", "times": 1}, "key": "rung:7:1", "cause_id": 41, "hop": 3,
        "occurred_at": now,
    }  # fmt: skip


def test_an_event_with_the_same_key_is_stored_once(now):
    first = publish("bells.rung", subject="bell:1", payload={"bell": "a"}, now=now, key="k")
    again = publish("bells.rung", subject="bell:2", payload={"bell": "b"}, now=now, key="k")
    assert (first is not None, again) == (True, None)
    assert list(Event.objects.values_list("subject", flat=True)) == ["bell:1"]


def test_many_events_keep_their_order_and_skip_known_keys(now):
    publish("bells.rung", subject="bell:0", payload={"bell": "a"}, now=now, key="known")
    events = [
        NewEvent(subject=f"bell:{n}", payload={"bell": "a"}, key="known" if n == 2 else None)
        for n in range(1, 5)
    ]
    ids = publish_many("bells.rung", events, now=now)
    stored = Event.objects.order_by("id").values_list("id", "subject")
    assert list(stored)[1:] == list(zip(ids, ["bell:1", "bell:3", "bell:4"], strict=True))
    assert publish_many("bells.rung", [], now=now) == []


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"bell": 7}, "Expected `str`, got `int` - at `\\$.bell`"),
        ({}, "missing required field `bell`"),
        ({"bell": "big", "tone": "c"}, "has no tone"),
    ],
    ids=["wrong type", "missing", "unknown"],
)
def test_a_payload_that_does_not_fit_is_refused_and_nothing_is_stored(now, payload, message):
    good = NewEvent(subject="bell:1", payload={"bell": "big"})
    with pytest.raises(Invalid, match=message) as caught:
        publish_many("bells.rung", [good, NewEvent(subject="bell:2", payload=payload)], now=now)
    assert caught.value.field == "payload"
    assert not Event.objects.exists()


def test_an_unknown_type_and_a_badly_named_one_are_refused(now):
    with pytest.raises(NotFound, match=r"no event type “bells\.broken”"):
        publish("bells.broken", subject="bell:1", payload={}, now=now)
    with pytest.raises(ValueError, match="named like"):
        register_event_type("BellRung", version=1, payload=dict)


def test_a_chain_beyond_eight_hops_is_refused_and_recorded_once_a_day(now):
    def ring(hop):
        payload = {"bell": "big"}
        return publish(
            "bells.rung", subject="bell:1", payload=payload, now=now, cause=Cause(hop=hop)
        )

    assert ring(7) is not None
    assert (ring(8), ring(8)) == (None, None)
    rows = Event.objects.order_by("id").values_list("type", "hop", "subject", "payload")
    assert list(rows) == [
        ("bells.rung", 8, "bell:1", {"bell": "big", "times": 1}),
        ("kernel.loop_refused", 0, "bell:1", {"event_type": "bells.rung", "hop": 9}),
    ]


@pytest.fixture
def sent(monkeypatch):
    """The names of the tasks that reach the broker."""
    names = []
    monkeypatch.setattr(publishing_module, "_hinted_at", {})
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    return names


def test_a_hint_is_sent_once_after_the_commit(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        wake("kernel.read_facts")
        wake("kernel.read_facts")
        wake("bells.ring")
        assert sent == []
    assert sent == ["kernel.read_facts", "bells.ring"]


@pytest.mark.django_db(transaction=True)
def test_hints_of_the_same_moment_are_sent_once(sent):
    for _ in range(3):
        wake("kernel.read_facts")
    assert sent == ["kernel.read_facts"]


def test_a_hint_of_a_transaction_that_is_undone_is_not_sent(
    sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        wake("kernel.read_facts")
        transaction.set_rollback(True)
    assert sent == []


def test_a_broker_that_is_down_does_not_fail_the_request(
    sent, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(name, **options):
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        wake("kernel.read_facts")
    assert sent == []
