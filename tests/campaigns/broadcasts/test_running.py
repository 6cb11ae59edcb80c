"""Broadcasts from the start to the end: everybody once, in shares, stopped by limits."""

from collections import Counter
from datetime import date, time, timedelta

import pytest

from campaigns.broadcasts import queries
from campaigns.broadcasts.models import Broadcast, Recipient
from campaigns.broadcasts.rules import PLACES
from campaigns.broadcasts.selectors import estimate
from campaigns.broadcasts.services import drafting, running
from campaigns.contracts import EventKind, ProviderEvent
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.queries import list_due_shards
from campaigns.deliveries.services.feedback import record_events
from campaigns.deliveries.services.send import send_shard
from kernel.errors import Conflict, Invalid
from profiles.consent.models import Suppression
from profiles.segments.models import Segment, SegmentMember
from profiles.segments.services.listing import create_list
from tests.campaigns.builders import (
    NOW,
    after,
    key,
    make_cap,
    make_customer,
    make_sender,
    make_template,
    plan,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _null_sender(db):
    make_sender()


def make_segment(name, people):
    made = create_list(name=name, description="", now=NOW)
    segment = Segment.objects.get(pk=made.pk)
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, customer=person, since=NOW) for person in people
    )
    return segment


def draft(segments, *, excluded=(), name="Sale", **parts):
    template = parts.pop("template", None) or make_template(f"Template of {name}")
    template.refresh_from_db()
    number = 200 + Broadcast.objects.count()
    return drafting.create_broadcast(
        name, key=key(number), actor="user:1", now=NOW,
        parts={
            "included": [each.pk for each in segments], "excluded": [each.pk for each in excluded],
            "template": template, "holdout_percent": 0, **parts,
        },
    )  # fmt: skip


def start(broadcast, now=NOW):
    return drafting.start_broadcast(broadcast.key, actor="user:1", now=now)


def advance(broadcast, now=NOW):
    """Take all the steps that can be taken at an instant."""
    while running.advance_broadcasts(now=now):
        pass
    broadcast.refresh_from_db()


def send_all(now=NOW):
    while sum(send_shard(shard, now=now) for shard in list_due_shards(now=now)):
        pass


def test_everybody_in_the_included_and_not_in_the_excluded_segments_is_planned_once():
    people = [make_customer() for _ in range(5)]
    first, second = make_segment("A", people[:3]), make_segment("B", people[2:])
    broadcast = draft([first, second], excluded=[make_segment("C", people[4:])])
    start(broadcast)
    advance(broadcast)
    advance(broadcast)
    planned = Delivery.objects.order_by("customer_id").values_list("customer_id", "broadcast_id")
    assert list(planned) == [(person.pk, broadcast.pk) for person in people[:4]]
    assert broadcast.status == "running"


def test_a_crash_after_each_step_plans_nobody_twice_and_leaves_nobody_out(monkeypatch):
    monkeypatch.setattr(running, "_BATCH", 2)
    people = [make_customer() for _ in range(7)]
    broadcast = draft([make_segment("A", people)])
    start(broadcast)
    for _ in range(5):
        running.advance_broadcasts(now=NOW)
    upto = Broadcast.objects.get().upto
    # A worker that lost its transaction gathers the same page again.
    Broadcast.objects.update(status="gathering", upto=0, gathered_at=None)
    assert upto == people[-1].pk
    advance(broadcast)
    assert Recipient.objects.count() == 7
    assert Counter(Delivery.objects.values_list("customer_id", flat=True)) == {
        person.pk: 1 for person in people
    }


def test_the_sums_by_outcome_are_the_audience_and_agree_with_the_estimate():
    make_cap(count=1)
    capped, bounced = make_customer(), make_customer()
    plan(capped, make_template("Earlier"))
    send_all()
    Suppression.objects.create(
        channel="email", address=bounced.traits["email"], reason="hard_bounce", created_at=NOW
    )
    people = [
        *(make_customer() for _ in range(6)),
        *(make_customer(consent=None) for _ in range(3)),
        *(make_customer(consent="withdrawn") for _ in range(2)),
        make_customer(email=None), capped, bounced,
    ]  # fmt: skip
    broadcast = draft([make_segment("A", people)])
    told = estimate(broadcast, now=NOW)
    assert (told.judged, told.audience, told.is_sampled) == (14, 14, False)
    expected = {
        "allowed": 6, "no_consent": 3, "consent_withdrawn": 2, "no_address": 1,
        "frequency_cap": 1, "suppressed": 1,
    }  # fmt: skip
    assert {row.reason: row.people for row in told.rows} == expected
    start(broadcast)
    advance(broadcast)
    send_all()
    advance(broadcast, after(seconds=6))
    figures = broadcast.figures
    assert broadcast.status == "finished"
    assert figures["audience"] == 14 == sum(figures[place] for place in PLACES)
    assert (figures["sent"], figures["held_back"], figures["queued"]) == (6, 8, 0)
    reasons = {reason: people for _, reason, people in figures["reasons"]}
    assert reasons == {name: number for name, number in expected.items() if name != "allowed"}


def test_a_large_audience_is_sampled_and_scaled_up(monkeypatch):
    monkeypatch.setattr("campaigns.broadcasts.selectors.MOST_JUDGED", 10)
    people = [make_customer(consent="granted" if n % 2 else None) for n in range(40)]
    told = estimate(draft([make_segment("A", people)]), now=NOW)
    assert (told.audience, told.is_sampled) == (40, True)
    assert told.judged == 10
    assert sum(row.people for row in told.rows) == 40


def test_the_holdout_gets_nothing_and_is_measured():
    people = [make_customer() for _ in range(40)]
    broadcast = draft([make_segment("A", people)], holdout_percent=50, goal_event="Bought")
    start(broadcast)
    advance(broadcast)
    held_out = set(Recipient.objects.filter(is_held_out=True).values_list("customer_id", flat=True))
    planned = set(Delivery.objects.values_list("customer_id", flat=True))
    assert 5 < len(held_out) < 35
    assert held_out | planned == {person.pk for person in people}
    assert held_out & planned == set()
    assert (broadcast.figures["control"], broadcast.figures["treated"]) == (
        len(held_out), len(planned),
    )  # fmt: skip


def test_shares_follow_each_other_after_the_wait():
    people = [make_customer() for _ in range(30)]
    broadcast = draft([make_segment("A", people)], rollout=[20, 100], step_minutes=60)
    start(broadcast)
    advance(broadcast)
    first = Delivery.objects.count()
    assert first == Recipient.objects.filter(bucket__lt=2_000).count()
    assert 0 < first < 30
    send_all()
    advance(broadcast, after(minutes=59))
    assert Delivery.objects.count() == first
    advance(broadcast, after(minutes=60))
    assert Delivery.objects.count() == 30


def bounce(deliveries):
    record_events(
        [
            ProviderEvent(
                delivery_key=each.key, kind=EventKind.BOUNCED, at=NOW, key=f"bounced:{each.pk}"
            )
            for each in deliveries
        ],
        now=NOW,
    )


def test_a_share_that_bounces_stops_the_rest_and_says_so():
    people = [make_customer() for _ in range(30)]
    broadcast = draft([make_segment("A", people)], rollout=[50, 100], most_bounced=5)
    start(broadcast)
    advance(broadcast)
    send_all()
    first = list(Delivery.objects.all())
    bounce(first[:5])
    advance(broadcast, after(minutes=61))
    assert broadcast.status == "stopped"
    assert broadcast.stop_reason.startswith(f"5 of {len(first)} messages bounced")
    assert "The limit is 5%." in broadcast.stop_reason
    assert Delivery.objects.count() == len(first)
    assert broadcast.figures["waiting"] == 30 - len(first)


def test_one_bounce_of_a_few_messages_stops_nothing():
    people = [make_customer() for _ in range(10)]
    broadcast = draft([make_segment("A", people)], rollout=[50, 100], most_bounced=25)
    start(broadcast)
    advance(broadcast)
    send_all()
    bounce(list(Delivery.objects.all())[:1])
    advance(broadcast, after(minutes=61))
    assert broadcast.status == "running"
    assert Delivery.objects.count() == 10


def test_stopping_holds_back_what_is_in_the_queue_with_a_decision_each():
    people = [make_customer() for _ in range(4)]
    broadcast = draft([make_segment("A", people)])
    start(broadcast)
    advance(broadcast)
    send_shard(people[0].pk % 16, now=NOW)
    drafting.stop_broadcast(broadcast.key, reason="Wrong price", actor="user:1", now=NOW)
    send_all()
    advance(broadcast)
    assert broadcast.figures["sent"] == 1
    assert broadcast.figures["reasons"] == [["held_back", "broadcast_stopped", 3]]
    assert Decision.objects.filter(reason="broadcast_stopped", outcome="held_back").count() == 3
    with pytest.raises(Conflict):
        drafting.stop_broadcast(broadcast.key, reason="Again", actor="user:1", now=NOW)


def test_the_gate_sends_nothing_of_a_stopped_broadcast_even_before_the_job_came():
    broadcast = draft([make_segment("A", [make_customer()])])
    start(broadcast)
    advance(broadcast)
    drafting.stop_broadcast(broadcast.key, reason="Wrong price", actor="user:1", now=NOW)
    send_all()
    assert Decision.objects.get().reason == "broadcast_stopped"


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("Asia/Tokyo", 0), ("Europe/Berlin", 8), (None, 9), ("Mars/Olympus", 9)],
)
def test_each_person_gets_it_at_the_time_of_day_where_they_are(zone, hours):
    """9:00 on 12 March: midnight UTC in Tokyo, 8:00 UTC in Berlin, else the zone of the draft."""
    broadcast = draft(
        [make_segment("A", [make_customer(time_zone=zone)])],
        timing="local", local_on=date(2026, 3, 12), local_time=time(9), default_zone="UTC",
    )  # fmt: skip
    started = start(broadcast)
    midnight = NOW + timedelta(hours=36)
    assert started.starts_at == midnight + timedelta(hours=9 - 14)
    advance(broadcast)
    assert Delivery.objects.count() == 0
    advance(broadcast, started.starts_at)
    assert Delivery.objects.get().due_at == midnight + timedelta(hours=hours)


def test_two_people_who_merged_before_their_turn_get_one_message():
    ada, twin, other = (make_customer() for _ in range(3))
    broadcast = draft([make_segment("A", [ada, twin, other])])
    start(broadcast)
    while queries.gather(broadcast.pk, batch=10):
        pass
    Recipient.objects.filter(customer=twin).update(customer=ada)
    Broadcast.objects.update(status="gathering")
    advance(broadcast)
    planned = Delivery.objects.order_by("customer_id").values_list("customer_id", flat=True)
    assert list(planned) == [ada.pk, other.pk]
    assert broadcast.figures["twice"] == 1
    assert sum(broadcast.figures[place] for place in PLACES) == 3


def test_a_started_broadcast_cannot_be_changed_or_started_again():
    broadcast = draft([make_segment("A", [make_customer()])])
    start(broadcast)
    with pytest.raises(Conflict):
        start(broadcast)
    with pytest.raises(Conflict):
        drafting.change_broadcast(
            broadcast.key, parts={"priority": 5}, actor="user:1", now=NOW
        )  # fmt: skip
    assert Broadcast.objects.get().priority == 0


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"included": []}, "included"),
        ({"template": None}, "template"),
        ({"timing": "at", "send_at": NOW - timedelta(seconds=1)}, "send_at"),
        ({"timing": "local", "local_on": None}, "local_on"),
    ],
)
def test_an_unfinished_draft_is_not_started_and_says_what_lacks(parts, field):
    broadcast = draft([make_segment("A", [make_customer()])])
    Broadcast.objects.update(**parts)
    with pytest.raises(Invalid) as refused:
        start(broadcast)
    assert refused.value.field == field
    assert Broadcast.objects.get().status == "draft"
