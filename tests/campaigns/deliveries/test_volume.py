"""Throttles and budgets: what has no room waits or is held back, and no period holds more."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.channels.models import Sender
from campaigns.channels.services import create_sender
from campaigns.content.models import Template
from campaigns.contracts import Channel, MessageClass, SenderDraft
from campaigns.deliveries.models import Decision, Delivery, VolumeLimit, VolumeUse
from campaigns.deliveries.queries import list_due_shards
from campaigns.deliveries.rules import say_numbers
from campaigns.deliveries.services.send import send_shard
from campaigns.deliveries.volume import list_uses, release_waiting
from tests.campaigns.builders import NOW, after, key, make_customer, make_template, plan
from tests.campaigns.deliveries.test_gate import outcome

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sender(db):
    draft = SenderDraft(
        name="Null", channel=Channel.EMAIL, kind="console", from_address="s@shop.example",
        price=Decimal("0.10"),
    )  # fmt: skip
    return create_sender(draft, key=key(1), actor="user:1", now=NOW)


def limit(scope="everything", subject="", *, amount=2, period="minute", **fields):
    return VolumeLimit.objects.create(
        name=fields.pop("name", f"{scope} {subject}"), scope=scope, subject=subject, amount=amount,
        period=period, **fields,
    )  # fmt: skip


def send(now=NOW):
    """Send what is due until nothing more is, as the task does."""
    release_waiting(now=now)
    while sum(send_shard(shard, now=now) for shard in list_due_shards(now=now)):
        release_waiting(now=now)


def statuses(deliveries):
    return [Delivery.objects.get(pk=each.pk).status for each in deliveries]


def planned(count, template=None, email="", **fields):
    template = template or Template.objects.first() or make_template()
    return [
        plan(make_customer(email=f"p{n}@{email}" if email else ""), template, **fields)
        for n in range(count)
    ]


def test_a_domain_s_messages_wait_and_those_of_others_go():
    gmail = limit("domain", "gmail.com")
    template = make_template()
    theirs = planned(5, template, email="GMAIL.com")
    others = planned(3, template)
    send()
    assert Counter(statuses(theirs)) == {"handed_over": 2, "planned": 3}
    assert statuses(others) == ["handed_over"] * 3
    waiting = Delivery.objects.filter(status="planned")
    assert {(each.waits_for_id, each.reason, each.attempts, each.claimed_at) for each in waiting} == {
        (gmail.pk, "throttled", 0, None)
    }  # fmt: skip
    use = list_uses(now=NOW)[gmail.pk]
    assert (use.used, use.waiting) == (2, 3)


def test_what_waits_goes_as_soon_as_there_is_room_with_one_decision_of_the_delay():
    limit()
    deliveries = planned(5)
    for second in range(0, 200, 3):
        send(after(seconds=second))
    assert statuses(deliveries) == ["handed_over"] * 5
    assert VolumeUse.objects.count() == 1
    decisions = Counter(Decision.objects.values_list("delivery_id", "reason"))
    assert Counter(reason for _, reason in decisions) == {"accepted": 5, "throttled": 3}
    assert set(decisions.values()) == {1}
    assert not Delivery.objects.exclude(waits_for=None).exists()


def test_no_sixty_seconds_ever_hold_more_than_the_limit():
    limit(amount=7)
    planned(20)
    for second in range(0, 240, 4):
        send(after(seconds=second))
    left = sorted(
        Delivery.objects.filter(status="handed_over").values_list("claimed_at", flat=True)
    )
    assert len(left) == 20
    for first in left:
        assert sum(first <= at < first + timedelta(seconds=60) for at in left) <= 7


@pytest.mark.parametrize(
    ("scope", "subject", "room"),
    [
        ("channel", "email", 2),
        ("channel", "sms", 4),
        ("sender", str(key(1)), 2),
        ("sender", str(key(2)), 4),
        ("provider", "console", 2),
        ("provider", "smtp", 4),
        ("broadcast", str(key(3)), 4),
    ],
)
def test_a_limit_holds_for_what_it_is_about(scope, subject, room):
    limit(scope, subject)
    deliveries = planned(4)
    send()
    assert Counter(statuses(deliveries))["handed_over"] == room


def test_a_spent_budget_holds_marketing_back_and_receipts_go_and_count():
    budget = limit(name="Mails", amount=2, period="day", policy="hold_back")
    make_template()
    receipt = make_template("Receipt", message_class=MessageClass.TRANSACTIONAL)
    receipts = planned(1, receipt)
    send()
    assert statuses(receipts) == ["handed_over"]
    marketing = planned(3)
    send()
    assert Counter(statuses(marketing)) == {"handed_over": 1, "held_back": 2}
    send_late = planned(1, receipt)
    send()
    assert statuses(send_late) == ["handed_over"]
    assert list_uses(now=NOW)[budget.pk].used == 3
    held = Decision.objects.filter(reason="budget_spent").first()
    assert "Mails: 2 of 2 used in the running day" in say_numbers(held.numbers)


def test_money_is_counted_by_the_price_of_the_sender_and_free_messages_always_go(sender):
    limit(measure="money", amount="0.25", period="month", policy="hold_back")
    deliveries = planned(4)
    send()
    assert Counter(statuses(deliveries)) == {"handed_over": 2, "held_back": 2}
    Sender.objects.update(price=0)
    free = planned(1)
    send()
    assert statuses(free) == ["handed_over"]


def test_a_budget_of_a_day_begins_anew_at_midnight_of_its_zone():
    limit(amount=1, period="day", zone="Asia/Tokyo", policy="hold_back")
    late = datetime(2026, 3, 10, 14, 59, tzinfo=UTC)
    first, second = planned(1, due_at=late), planned(1, due_at=late)
    send(late)
    third = planned(1, due_at=late)
    send(late + timedelta(minutes=1))
    assert Counter(statuses(first + second)) == {"handed_over": 1, "held_back": 1}
    assert statuses(third) == ["handed_over"]


def test_who_waits_at_a_throttle_takes_nothing_of_a_budget():
    """Of three, one has room at the throttle: the budget of two must not refuse the others."""
    limit(name="Throttle", amount=1)
    limit(name="Budget", amount=2, period="day", policy="hold_back")
    deliveries = planned(3)
    send()
    assert Counter(statuses(deliveries)) == {"handed_over": 1, "planned": 2}
    send(after(seconds=67))
    assert Counter(statuses(deliveries)) == {"handed_over": 2, "planned": 1}
    send(after(seconds=134))
    assert Counter(statuses(deliveries)) == {"handed_over": 2, "held_back": 1}


def test_the_higher_priority_takes_the_last_room():
    limit(amount=1)
    template = make_template()
    ada, bob = make_customer(), make_customer()
    while ada.pk % 16 != bob.pk % 16:
        bob = make_customer()
    low, high = plan(ada, template, priority=1), plan(bob, template, priority=2)
    send()
    assert (outcome(high)[2], outcome(low)[2]) == ("accepted", "throttled")


def test_a_limit_that_is_switched_off_holds_nobody():
    limit(amount=0, is_active=False)
    deliveries = planned(2)
    send()
    assert statuses(deliveries) == ["handed_over"] * 2
