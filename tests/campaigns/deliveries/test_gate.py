from datetime import timedelta

import pytest

from campaigns.content.models import TemplateVersion
from campaigns.contracts import MessageClass
from campaigns.deliveries import queries
from campaigns.deliveries.models import SHARDS, Decision, Delivery
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys.models import Enrollment, Journey
from profiles.consent.models import Suppression
from tests.campaigns.builders import (
    NOW,
    after,
    entry,
    give_consent,
    make_cap,
    make_customer,
    make_quiet_hours,
    make_sender,
    make_template,
    plan,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _null_sender(db):
    make_sender()


def send_all(now=NOW):
    """Send until nothing is due, as the task does."""
    while sum(send_shard(shard, now=now) for shard in queries.list_due_shards(now=now)):
        pass


def outcome(delivery):
    decision = Decision.objects.filter(delivery=delivery).order_by("-id").first()
    delivery.refresh_from_db()
    return delivery.status, decision and decision.outcome, decision and decision.reason


def test_an_allowed_message_is_handed_over_once_with_its_decision():
    delivery = plan(make_customer(), make_template())
    send_all()
    send_all()
    assert outcome(delivery) == ("handed_over", "sent", "accepted")
    assert Decision.objects.count() == 1
    assert delivery.attempts == 1


@pytest.mark.parametrize(
    ("states", "topic", "expected"),
    [
        pytest.param([], "", "no_consent", id="nothing said"),
        pytest.param([("", "never")], "", "no_consent", id="never given"),
        pytest.param([("", "withdrawn")], "", "consent_withdrawn", id="withdrawn"),
        pytest.param([("", "granted")], "news", "accepted", id="channel covers topic"),
        pytest.param([("news", "granted")], "news", "accepted", id="topic alone"),
        pytest.param([("news", "granted")], "", "no_consent", id="topic is not the channel"),
        pytest.param(
            [("", "granted"), ("news", "withdrawn")], "news", "consent_withdrawn", id="topic off"
        ),
        pytest.param(
            [("", "granted"), ("news", "never")], "news", "no_consent", id="topic refused"
        ),
        pytest.param(
            [("", "withdrawn"), ("news", "granted")],
            "news",
            "consent_withdrawn",
            id="channel off beats topic",
        ),
    ],
)
def test_marketing_needs_consent(states, topic, expected):
    customer = make_customer(consent=None)
    for name, state in states:
        give_consent(customer, topic=name, state=state)
    delivery = plan(customer, make_template(topic=topic))
    send_all()
    assert outcome(delivery)[2] == expected


def test_consent_belongs_to_the_address():
    customer = make_customer(consent=None, email="new@example.com")
    give_consent(customer, address="old@example.com")
    delivery = plan(customer, make_template())
    send_all()
    assert outcome(delivery) == ("held_back", "held_back", "no_consent")
    give_consent(customer, address="new@example.com")
    second = plan(customer, make_template("Second"))
    send_all()
    assert outcome(second)[2] == "accepted"


def test_a_transactional_message_needs_no_consent_but_never_passes_a_suppression():
    receipt = make_template("Receipt", message_class=MessageClass.TRANSACTIONAL)
    plain, bounced = make_customer(consent=None), make_customer(consent=None)
    Suppression.objects.create(
        channel="email", address=bounced.traits["email"], reason="hard_bounce", created_at=NOW
    )
    sent, held = plan(plain, receipt), plan(bounced, receipt)
    send_all()
    assert outcome(sent)[2] == "accepted"
    assert outcome(held) == ("held_back", "held_back", "suppressed")
    assert Decision.objects.get(delivery=held).numbers["suppression"] == "hard_bounce"


def test_a_released_suppression_holds_nobody_back():
    customer = make_customer()
    Suppression.objects.create(
        channel="email", address=customer.traits["email"], reason="complaint", released_at=NOW
    )
    delivery = plan(customer, make_template())
    send_all()
    assert outcome(delivery)[2] == "accepted"


@pytest.mark.parametrize("address", [None, "not an address", "a@b", "two words@example.com"])
def test_without_a_usable_address_nothing_is_sent(address):
    delivery = plan(make_customer(email=address), make_template())
    send_all()
    assert outcome(delivery) == ("held_back", "held_back", "no_address")


def test_an_erased_person_gets_nothing():
    customer = make_customer()
    delivery = plan(customer, make_template())
    customer.erased_at = NOW
    customer.save()
    send_all()
    assert outcome(delivery)[2] == "erased"


def test_a_missing_value_holds_back_with_its_name():
    delivery = plan(make_customer(None), make_template())
    send_all()
    assert outcome(delivery) == ("held_back", "held_back", "missing_value:first_name")
    assert delivery.claimed_at is None


def test_a_cap_lets_as_many_through_as_it_says_and_the_higher_priority_first():
    make_cap(count=2)
    customer, template = make_customer(), make_template()
    low, high, mid = (plan(customer, template, priority=number) for number in (1, 9, 5))
    send_all()
    assert [outcome(d)[2] for d in (high, mid, low)] == ["accepted", "accepted", "frequency_cap"]
    numbers = Decision.objects.get(delivery=low).numbers
    assert numbers["cap"] == "Weekly"
    assert numbers["caps"] == {"Weekly": {"count": 2, "max": 2, "days": 7, "period": "rolling"}}


def test_a_cap_rolls_and_counts_only_its_channel_class_and_what_was_sent():
    make_cap(count=1, days=7)
    customer, template = make_customer(), make_template()
    receipt = make_template("Receipt", message_class=MessageClass.TRANSACTIONAL)
    held = plan(make_customer(None), template)
    old = plan(customer, template)
    send_all()
    assert outcome(old)[2] == "accepted"
    transactional, capped = plan(customer, receipt), plan(customer, template)
    send_all(after(days=6, hours=23))
    assert outcome(transactional)[2] == "accepted"
    assert outcome(capped)[2] == "frequency_cap"
    again = plan(customer, template)
    send_all(after(days=7, seconds=1))
    assert outcome(again)[2] == "accepted"
    assert outcome(held)[2] == "missing_value:first_name"


def test_all_caps_that_apply_must_allow():
    make_cap("Daily", count=1, days=1)
    make_cap("Monthly", count=5, days=30, channel="")
    customer, template = make_customer(), make_template()
    first, second = plan(customer, template), plan(customer, template)
    send_all()
    assert outcome(first)[2] == "accepted"
    assert outcome(second)[2] == "frequency_cap"
    assert Decision.objects.get(delivery=second).numbers["cap"] == "Daily"


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        # 12:00 UTC is 21:00 in Tokyo: quiet until 08:00 there.
        pytest.param("Asia/Tokyo", NOW, after(hours=11), id="evening"),
        # 03:00 in Denver (summer time since 8 March): quiet until 08:00 the same day.
        pytest.param("America/Denver", NOW - timedelta(hours=3), after(hours=2), id="night"),
        # 20:59 in Tokyo is not quiet.
        pytest.param("Asia/Tokyo", NOW - timedelta(minutes=1), None, id="just before"),
        # 08:00 UTC is the end itself.
        pytest.param(None, NOW - timedelta(hours=4), None, id="end, default zone"),
        pytest.param("Mars/Olympus", NOW + timedelta(hours=10), after(hours=20), id="unknown zone"),
    ],
)
def test_quiet_hours_delay_until_they_end_where_the_person_is(zone, now, until):
    make_quiet_hours("21:00", "08:00")
    delivery = plan(make_customer(time_zone=zone), make_template(), due_at=now)
    send_all(now)
    if until is None:
        assert outcome(delivery)[2] == "accepted"
        return
    assert outcome(delivery) == ("planned", "delayed", "quiet_hours")
    assert delivery.due_at == until
    send_all(until)
    assert outcome(delivery)[2] == "accepted"


def test_quiet_hours_do_not_delay_transactional_messages():
    make_quiet_hours("00:00", "23:59")
    delivery = plan(make_customer(), make_template(message_class=MessageClass.TRANSACTIONAL))
    send_all()
    assert outcome(delivery)[2] == "accepted"


def test_the_sums_by_reason_are_the_audience():
    make_cap(count=1)
    template = make_template()
    people = [make_customer() for _ in range(20)]
    people += [make_customer(consent=None) for _ in range(7)]
    people += [make_customer(consent="withdrawn") for _ in range(5)]
    people += [make_customer(email=None) for _ in range(3)]
    people += [make_customer(None) for _ in range(2)]
    for customer in people:
        plan(customer, template)
    for customer in people[:4]:
        plan(customer, template)
    send_all()
    counts: dict[str, int] = {}
    for reason in Decision.objects.values_list("reason", flat=True):
        counts[reason] = counts.get(reason, 0) + 1
    assert counts == {
        "accepted": 20,
        "frequency_cap": 4,
        "no_consent": 7,
        "consent_withdrawn": 5,
        "no_address": 3,
        "missing_value:first_name": 2,
    }
    assert sum(counts.values()) == Delivery.objects.count() == 41


def test_a_delivery_that_is_not_due_waits():
    delivery = plan(make_customer(), make_template(), due_at=after(seconds=1))
    send_all()
    assert outcome(delivery) == ("planned", None, None)
    assert queries.list_due_shards(now=after(seconds=1)) == [delivery.customer_id % SHARDS]
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "journey_status", "expected"),
    [
        ("active", "live", "accepted"),
        ("finished", "live", "accepted"),
        ("finished", "paused", "accepted"),
        ("removed", "live", "enrollment_stopped"),
        ("active", "ended", "journey_ended"),
        ("active", "ended to the end", "accepted"),
        ("active", "paused and held", None),
    ],
)
def test_nothing_leaves_for_a_stopped_way_or_an_ended_journey(state, journey_status, expected):
    journey = publish(
        entry({"kind": "touchpoint", "event": "Bought"}, next_="out"), {"id": "out", "type": "exit"}
    )
    inside = {"ended": "leave", "paused and held": "hold"}.get(journey_status, "go_on")
    Journey.objects.filter(pk=journey.pk).update(
        status=journey_status.partition(" ")[0], people_inside=inside
    )
    customer = make_customer()
    way = Enrollment.objects.create(
        journey=journey, version=journey.live_version, customer=customer, customer_key=customer.key,
        arm="treatment", state=state, node=0, entered_at=NOW, cause_kind="touchpoint",
    )  # fmt: skip
    delivery = plan(customer, make_template(), journey=journey, enrollment=way, node=0, step_no=1)
    send_all()
    assert outcome(delivery)[2] == expected
