"""Handing over: retries, uncertain answers, crashes between the steps."""

from datetime import timedelta
from itertools import chain

import pytest

from campaigns.contracts import Channel, MessageClass, SendOutcome, SendResult
from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.services.send import LEASE, MAX_ATTEMPTS, send_shard, settle_stale
from campaigns.extension_points import ProviderConfig, channel_providers, merge_sources
from tests.campaigns.builders import (
    MJML,
    NOW,
    after,
    give_consent,
    make_cap,
    make_customer,
    make_sender,
    make_template,
    plan,
)

pytestmark = pytest.mark.django_db


class Scripted:
    """A provider that answers as it is told and keeps what it got."""

    kind = "scripted"
    channels = (Channel.EMAIL,)
    config_type = ProviderConfig

    def __init__(self):
        self.answers = []
        self.got = []

    def send(self, messages, *, config, now):
        self.got += messages
        answer = self.answers.pop(0) if self.answers else SendOutcome.ACCEPTED
        if isinstance(answer, Exception):
            raise answer
        return [SendResult(outcome=answer, reason="scripted") for _ in messages]


@pytest.fixture
def provider(db):
    with channel_providers.opened():
        scripted = Scripted()
        channel_providers.register("scripted", scripted)
        make_sender("Scripted", kind="scripted")
        yield scripted


def send_all(now=NOW):
    while sum(send_shard(shard, now=now) for shard in queries.list_due_shards(now=now)):
        pass


def test_what_may_mend_is_tried_again_later_each_time_and_then_given_up(provider):
    provider.answers = [SendOutcome.RETRY] * MAX_ATTEMPTS
    delivery = plan(make_customer(), make_template())
    now, waits = NOW, []
    for _ in range(MAX_ATTEMPTS):
        send_all(now)
        delivery.refresh_from_db()
        if delivery.status == "planned":
            waits.append((delivery.due_at - now).total_seconds())
            now = delivery.due_at
    assert delivery.status == "failed"
    assert len(provider.got) == MAX_ATTEMPTS == delivery.attempts
    assert [
        low <= wait <= low * 1.5 for wait, low in zip(waits, (30, 120, 480, 1920), strict=True)
    ] == [True] * 4
    outcomes = list(Decision.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["delayed"] * 4 + ["failed"]
    assert len({message.key for message in provider.got}) == 1


def test_a_message_that_waits_for_its_next_try_takes_no_slot_of_a_cap(provider):
    make_cap(count=1)
    provider.answers = [SendOutcome.RETRY]
    customer, template = make_customer(), make_template()
    first, second = plan(customer, template, priority=9), plan(customer, template)
    send_all()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("planned", "handed_over")
    send_all(first.due_at)
    first.refresh_from_db()
    assert (first.status, first.reason) == ("held_back", "frequency_cap")


def test_an_uncertain_answer_is_never_sent_again(provider):
    provider.answers = [SendOutcome.UNCERTAIN]
    delivery = plan(make_customer(), make_template())
    send_all()
    send_all(after(days=30))
    settle_stale(now=after(days=30))
    delivery.refresh_from_db()
    assert (delivery.status, len(provider.got)) == ("unknown", 1)
    assert Decision.objects.get().outcome == "unknown"


def test_a_provider_that_breaks_its_promise_leaves_the_batch_unknown(provider):
    provider.answers = [RuntimeError("p1@example.com")]
    delivery = plan(make_customer(), make_template())
    send_all()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.reason) == ("unknown", "provider_error")


def claim(delivery, now=NOW):
    queries.lock_shard(delivery.shard)
    return queries.claim_due(delivery.shard, batch=10, now=now)


def test_a_claim_that_never_left_is_planned_again(provider):
    delivery = plan(make_customer(), make_template())
    claim(delivery)
    assert settle_stale(now=NOW + LEASE) == {}
    late = NOW + LEASE + timedelta(seconds=1)
    assert settle_stale(now=late) == {"planned": 1}
    assert settle_stale(now=late) == {}
    send_all(late)
    delivery.refresh_from_db()
    assert (delivery.status, len(provider.got)) == ("handed_over", 1)


def test_a_claim_that_may_have_left_becomes_unknown(provider):
    delivery = plan(make_customer(), make_template())
    claim(delivery)
    queries.begin_hand_over({delivery.pk: {}}, claimed_at=NOW, now=NOW)
    assert settle_stale(now=NOW + LEASE + timedelta(seconds=1)) == {"unknown": 1}
    send_all(after(days=1))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.reason, provider.got) == ("unknown", "worker_lost", [])


def test_a_slow_worker_whose_claim_was_taken_back_sends_nothing(provider):
    delivery = plan(make_customer(), make_template())
    claim(delivery)
    late = NOW + LEASE + timedelta(seconds=1)
    settle_stale(now=late)
    claim(delivery, now=late)
    assert queries.begin_hand_over({delivery.pk: {}}, claimed_at=NOW, now=late) == set()
    assert queries.begin_hand_over({delivery.pk: {}}, claimed_at=late, now=late) == {delivery.pk}
    assert queries.begin_hand_over({delivery.pk: {}}, claimed_at=late, now=late) == set()


def test_a_late_answer_settles_what_was_declared_unknown(provider):
    delivery = plan(make_customer(), make_template())
    claim(delivery)
    queries.begin_hand_over({delivery.pk: {}}, claimed_at=NOW, now=NOW)
    settle_stale(now=NOW + LEASE + timedelta(seconds=1))
    result = queries.Result(delivery_id=delivery.pk, outcome="accepted", reason="accepted")
    assert queries.record_results([result], max_attempts=5, now=NOW) == 1
    assert queries.record_results([result], max_attempts=5, now=NOW) == 0
    assert Delivery.objects.get().status == "handed_over"


def test_without_a_sender_the_message_is_held_back(db):
    template = make_template()
    template.channel = "sms"
    template.save()
    customer = make_customer(phone="+4915112345678")
    give_consent(customer, channel="sms")
    delivery = plan(customer, template)
    send_all()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.reason) == ("held_back", "no_sender")


class Link:
    key = "gift"
    samples = {"link": "https://r.example/abc"}

    def __init__(self):
        self.calls = []

    def values(self, customer_ids, *, now):
        self.calls.append(list(customer_ids))
        return {customer_ids[0]: {"link": f"https://r.example/{customer_ids[0]}"}}


def test_merge_values_are_asked_for_once_a_batch_and_only_when_read(provider):
    with merge_sources.opened(emptied=True):
        source = Link()
        merge_sources.register(source.key, source)
        plain = make_template()
        with_link = make_template(
            "Invite",
            source=MJML.replace("https://shop.example/new?a=1&amp;b=2", "{{ gift.link }}"),
        )
        people = [make_customer() for _ in range(40)]
        for customer in people:
            plan(customer, plain)
        send_all()
        assert source.calls == []
        rows = [plan(customer, with_link) for customer in people]
        shards = {row.customer_id % 16 for row in rows}
        send_all()
        assert len(source.calls) == len(shards)
        assert sorted(chain.from_iterable(source.calls)) == [customer.pk for customer in people]
        reasons = Delivery.objects.filter(template_version=with_link.live_version)
        assert reasons.filter(status="handed_over").count() == len(shards)
        assert reasons.filter(reason="missing_value:gift.link").count() == 40 - len(shards)


def test_a_marketing_mail_carries_one_click_headers_and_a_receipt_does_not(provider):
    plan(make_customer(), make_template())
    plan(make_customer(), make_template("Receipt", message_class=MessageClass.TRANSACTIONAL))
    send_all()
    headers = {len(message.headers): message.headers for message in provider.got}
    assert set(headers) == {0, 2}
    assert headers[2]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers[2]["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/e/u/")
