"""The rollups equal the facts, whatever the order in which facts arrive and people merge."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics.metrics.queries import find_active_people, list_points
from analytics.metrics.reconciliation import reconcile
from analytics.metrics.services import count_active_people, refresh_people
from analytics.models import CustomerDay, RollupPoint
from campaigns.deliveries.models import Decision, DeliveryEvent
from kernel.testing.facts import drain_facts
from profiles.contracts import CustomerId
from profiles.facade import set_traits
from profiles.identities.services.merging import merge_people
from profiles.models import Identity, Merge
from tests.campaigns.builders import make_customer, make_template, plan

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
NAMES = ("Order Completed", "Product Viewed", "Signed In")


def message(rng, *, who=None, **fields):
    at = TODAY - timedelta(minutes=rng.randrange(1, 12 * 24 * 60))
    who = who or {"userId": f"u{rng.randrange(9)}"}
    properties = {"revenue": rng.randrange(100, 9_999) / 100} if rng.random() < 0.4 else {}
    return {
        "type": "track", "event": rng.choice(NAMES), "messageId": f"m-{rng.random()}",
        "timestamp": at.isoformat(), "properties": properties, **who, **fields,
    }  # fmt: skip


def day_values(metric, **chosen):
    rows = RollupPoint.objects.filter(
        metric=metric, granularity="day", breakdown="", **chosen
    ).exclude(value=0)
    return {row.bucket_start: row.value for row in rows}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_loads_with_late_facts_and_merges_reconcile(sender, seed):
    rng = Random(seed)
    sent = []
    for _ in range(12):
        batch = [message(rng) for _ in range(rng.randrange(1, 9))]
        batch += [message(rng, who={"anonymousId": f"a{rng.randrange(6)}"}) for _ in range(3)]
        if rng.random() < 0.6:
            person = {"userId": f"u{rng.randrange(9)}", "anonymousId": f"a{rng.randrange(6)}"}
            batch.append({"type": "identify", "messageId": f"i-{rng.random()}", **person,
                          "timestamp": (TODAY - timedelta(days=1)).isoformat()})  # fmt: skip
        sent += batch
        sender.deliver(*batch)
        if rng.random() < 0.5:
            drain_facts(timezone.now())
    sender.deliver(message(rng))
    drain_facts(timezone.now())
    refresh_people()
    assert Merge.objects.count() > 0
    assert reconcile(days=20, now=timezone.now()) == []
    tracked = [each for each in sent if each["type"] == "track"]
    total = sum(day_values("touchpoint.count").values())
    assert total == len(sent) + 1
    assert sum(RollupPoint.objects.filter(
        metric="touchpoint.count", breakdown="event", granularity="hour", member__in=NAMES
    ).values_list("value", flat=True)) == len(tracked) + 1  # fmt: skip


def test_an_attribute_set_by_staff_is_no_activity(sender):
    sender.deliver({"type": "identify", "userId": "u1", "messageId": "1",
                    "timestamp": (TODAY - timedelta(days=5)).isoformat()})  # fmt: skip
    drain_facts(timezone.now())
    refresh_people()
    before = [day_values(metric) for metric in ("touchpoint.count", "customer.active")]
    person = Identity.objects.get(value="u1").customer_id
    set_traits({CustomerId(person): {"tier": "gold"}}, now=timezone.now())
    drain_facts(timezone.now())
    refresh_people()
    assert [day_values(metric) for metric in ("touchpoint.count", "customer.active")] == before
    assert [set(values.values()) for values in before] == [{1}, {1}]
    assert reconcile(days=20, now=timezone.now()) == []


def test_revenue_and_people_are_counted_on_the_day_of_the_fact(sender):
    early, late = TODAY - timedelta(days=5, hours=3), TODAY - timedelta(hours=1)
    order = {"type": "track", "event": "Order Completed", "userId": "ada"}
    sender.deliver({**order, "messageId": "1", "timestamp": late.isoformat(),
                    "properties": {"revenue": 10.5}})  # fmt: skip
    drain_facts(timezone.now())
    yesterday, before = TODAY - timedelta(days=1), TODAY - timedelta(days=6)
    assert day_values("customer.new") == {yesterday: 1}
    sender.deliver({**order, "messageId": "2", "timestamp": early.isoformat(),
                    "properties": {"revenue": 2}})  # fmt: skip
    sender.deliver({**order, "messageId": "2", "timestamp": early.isoformat(),
                    "properties": {"revenue": 2}})  # fmt: skip
    drain_facts(timezone.now())
    assert day_values("customer.new") == {before: 1}
    assert day_values("customer.active") == {before: 1, yesterday: 1}
    assert day_values("touchpoint.revenue") == {before: 2, yesterday: Decimal("10.50")}


def test_a_merge_counts_one_person_on_a_day_and_its_undoing_counts_two(sender):
    for name in ("ada", "bob"):
        for days in (1, 2) if name == "ada" else (2, 3):
            at = TODAY - timedelta(days=days)
            sender.deliver({"type": "track", "event": "Seen", "userId": name,
                            "messageId": f"{name}{days}", "timestamp": at.isoformat()})  # fmt: skip
    drain_facts(timezone.now())
    days = [TODAY - timedelta(days=back) for back in (1, 2, 3)]
    assert [day_values("customer.active")[day] for day in days] == [1, 2, 1]
    ada, bob = (Identity.objects.get(value=name).customer_id for name in ("ada", "bob"))
    merge_people([(ada, bob)], kind=Merge.Kind.EXPLICIT, reason="same", actor="user:1", now=TODAY)
    refresh_people()
    assert [day_values("customer.active")[day] for day in days] == [1, 1, 1]
    assert day_values("customer.new") == {days[2]: 1}
    assert set(CustomerDay.objects.values_list("customer_id", flat=True)) == {ada}
    assert reconcile(days=10, now=timezone.now()) == []


def test_active_people_of_a_window_are_different_people(sender):
    now = TODAY + timedelta(hours=1)
    for name, days in (("ada", 0), ("ada", 3), ("bob", 6), ("cem", 7), ("dov", 20)):
        at = TODAY - timedelta(days=days)
        sender.deliver({"type": "track", "event": "Seen", "userId": name,
                        "messageId": f"{name}{days}", "timestamp": at.isoformat()})  # fmt: skip
    drain_facts(now)
    assert find_active_people(days=7, now=now, zone="UTC") is None
    count_active_people(now=now)
    count_active_people(now=now)
    found = {days: find_active_people(days=days, now=now, zone="UTC") for days in (7, 30, 90)}
    assert {days: (each.people, each.people_before) for days, each in found.items()} == {
        7: (2, 1),
        30: (4, 0),
        90: (4, 0),
    }


def test_decisions_are_counted_by_outcome_and_reason_once(db):
    template = make_template()
    at = TODAY - timedelta(hours=5)
    for outcome, reason in (("sent", "allowed"), ("sent", "allowed"), ("held_back", "no_consent")):
        delivery = plan(make_customer(), template)
        Decision.objects.create(
            customer=delivery.customer, delivery=delivery, outcome=outcome, reason=reason,
            decided_at=at,
        )  # fmt: skip
    drain_facts(timezone.now())
    drain_facts(timezone.now())
    rows = RollupPoint.objects.filter(metric__startswith="message.", granularity="day")
    assert Counter({(r.metric, r.breakdown, r.member): int(r.value) for r in rows}) == Counter(
        {
            ("message.sent", "", ""): 2,
            ("message.sent", "reason", "allowed"): 2,
            ("message.sent", "channel", "email"): 2,
            ("message.held_back", "", ""): 1,
            ("message.held_back", "reason", "no_consent"): 1,
            ("message.held_back", "channel", "email"): 1,
        }
    )
    assert reconcile(days=3, now=timezone.now()) == []


def test_a_message_counts_once_for_each_report_and_machines_not_at_all(db):
    delivery, other = (plan(make_customer(), make_template(name)) for name in ("A", "B"))

    def report(which, kind, *, minutes, is_bot=False):
        DeliveryEvent.objects.create(
            delivery=which, kind=kind, at=TODAY - timedelta(days=2, minutes=minutes),
            key=str(uuid4()), is_bot=is_bot,
        )  # fmt: skip
        drain_facts(timezone.now())

    report(delivery, "opened", minutes=9, is_bot=True)
    assert day_values("message.opened") == {}
    report(delivery, "opened", minutes=8)
    report(delivery, "opened", minutes=7)
    report(delivery, "clicked", minutes=6)
    report(other, "opened", minutes=5)
    report(other, "deferred", minutes=4)
    day = TODAY - timedelta(days=3)
    assert day_values("message.opened") == {day: 2}
    assert day_values("message.clicked") == {day: 1}
    assert not RollupPoint.objects.filter(metric="message.deferred").exists()
    assert reconcile(days=9, now=timezone.now()) == []


def test_the_command_prints_what_differs_and_fails(sender, capsys):
    sender.deliver(message(Random(5)))
    drain_facts(timezone.now())
    call_command("reconcile_metrics", days=20)
    assert "The figures of 20 days equal the facts." in capsys.readouterr().out
    RollupPoint.objects.filter(metric="touchpoint.count", breakdown="").update(value=7)
    with pytest.raises(CommandError, match="1 figures differ"):
        call_command("reconcile_metrics", days=20)
    assert "touchpoint.count  shown 7.00, counted 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="between 1 and 3660"):
        call_command("reconcile_metrics", days=0)


def test_points_are_listed_by_metric_and_time(sender):
    rng = Random(9)
    sender.deliver(*(message(rng) for _ in range(20)))
    drain_facts(timezone.now())
    points = list_points(
        ["touchpoint.count", "customer.new"], granularity="day",
        start=TODAY - timedelta(days=30), end=TODAY,
    )  # fmt: skip
    assert points == sorted(points, key=lambda point: (point.metric, point.at))
    assert sum(point.value for point in points if point.metric == "touchpoint.count") == 20
