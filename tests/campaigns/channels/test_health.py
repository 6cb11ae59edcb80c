"""A sender that fails is left alone, and another one of the channel stands in with the same key."""

from datetime import timedelta

import pytest

from campaigns.channels.health import break_length
from campaigns.channels.models import Sender
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.services.send import send_shard
from tests.campaigns.builders import NOW, after, give_consent, key, make_customer, make_words, plan
from tests.campaigns.channels.http_server import HttpServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def servers(settings):
    """A first server whose answers a test sets, and a second one that takes everything."""
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with (
        HttpServer(lambda _: (201, {}, b'{"sid": "SM1"}')) as first,
        HttpServer(lambda _: (201, {}, b'{"sid": "SM2"}')) as second,
    ):
        yield first, second


def add_sender(number, url, **fields):
    draft = SenderDraft(
        name=f"Texts {number}", channel=Channel.SMS, kind="twilio", from_address=f"+1555010{number}",
        config={"account_sid": f"AC{number}", "auth_token": "t", "api_url": url,
                "timeout_seconds": 0.3},
    )  # fmt: skip
    sender = create_sender(draft, key=key(900 + number), actor="user:1", now=NOW)
    Sender.objects.filter(pk=sender.pk).update(**fields)
    return sender


@pytest.fixture
def send(db):
    template = make_words("Text", Channel.SMS)

    def send_one(now=NOW):
        person = make_customer(consent=None, phone=f"+4915100{Delivery.objects.count():05d}")
        give_consent(person, channel="sms")
        delivery = plan(person, template, due_at=now)
        send_shard(delivery.shard or 0, now=now)
        delivery.refresh_from_db()
        return delivery

    return send_one


def test_a_second_sender_takes_over_what_certainly_never_left(servers, send):
    first, second = servers
    add_sender(1, first.url)
    standing_in = add_sender(2, second.url, stands_in=True)
    first.answer = lambda _: (503, {}, b"")
    delivery = send()
    assert (delivery.status, delivery.sender_id) == ("handed_over", standing_in.pk)
    assert delivery.provider_id == "SM2"
    [refused], [taken] = first.calls, second.calls
    assert refused.headers["idempotency-key"] == taken.headers["idempotency-key"]
    assert taken.form["From"] == "+15550102"


def test_what_may_have_left_is_never_handed_to_another(servers, send):
    first, second = servers
    add_sender(1, first.url)
    add_sender(2, second.url, stands_in=True)
    first.is_slow = True
    assert send().status == "unknown"
    assert second.calls == []


def test_a_refusal_is_final_and_another_sender_that_does_not_stand_in_is_left_out(servers, send):
    first, second = servers
    add_sender(1, first.url)
    other = add_sender(2, second.url, stands_in=True)
    first.answer = lambda _: (400, {}, b'{"code": 21211}')
    assert send().status == "failed"
    Sender.objects.filter(pk=other.pk).update(stands_in=False)
    first.answer = lambda _: (503, {}, b"")
    assert send().status == "planned"
    assert second.calls == []


def test_the_third_failure_breaks_the_circuit_and_time_mends_it(servers, send):
    first, _ = servers
    sender = add_sender(1, first.url)
    first.answer = lambda _: (503, {}, b"")
    for _ in range(3):
        send()
    sender.refresh_from_db()
    assert (sender.failures, sender.failure) == (3, "http_503")
    assert sender.broken_until == after(seconds=30)
    waiting = send()
    assert (waiting.status, len(first.calls)) == ("planned", 3)
    assert Decision.objects.filter(delivery=waiting).values_list("outcome", "reason").get() == (
        "delayed", "senders_broken",
    )  # fmt: skip
    first.answer = lambda _: (201, {}, b'{"sid": "SM1"}')
    assert send(after(seconds=31)).status == "handed_over"
    sender.refresh_from_db()
    assert (sender.failures, sender.broken_until) == (0, None)
    assert sender.sent_at == after(seconds=31)


def test_breaks_grow_to_a_quarter_of_an_hour():
    assert [break_length(n) for n in (0, 2, 3, 4, 5)] == [
        None, None, timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2),
    ]  # fmt: skip
    assert break_length(500) == timedelta(minutes=15)
