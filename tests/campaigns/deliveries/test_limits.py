"""Caps by topic, tag and calendar; what quiet hours drop; the gap; who is held out of everything."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.contracts import MessageClass
from campaigns.deliveries.models import Decision, FrequencyCap, QuietHours, SendingRule
from kernel.buckets import bucket
from tests.campaigns.builders import (
    after,
    make_cap,
    make_customer,
    make_quiet_hours,
    make_sender,
    make_template,
    plan,
)
from tests.campaigns.deliveries.test_gate import outcome, send_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _null_sender(db):
    make_sender()


def test_a_cap_of_a_topic_or_a_tag_counts_and_limits_only_such_messages():
    make_cap("Offers")
    FrequencyCap.objects.update(topic="offers")
    make_cap("Sales")
    FrequencyCap.objects.filter(name="Sales").update(tag="sale")
    ada = make_customer()
    news, offers = make_template("News", topic="news"), make_template("Offers", topic="offers")
    first = plan(ada, news, tags=["sale", "spring"])
    send_all()
    tagged, untagged = plan(ada, news, tags=["sale"]), plan(ada, news, tags=["spring"])
    send_all()
    offer, second = plan(ada, offers), plan(ada, offers)
    send_all()
    found = [outcome(each)[2] for each in (first, tagged, untagged, offer, second)]
    assert found == ["accepted", "frequency_cap", "accepted", "accepted", "frequency_cap"]
    numbers = Decision.objects.get(delivery=tagged).numbers
    assert (numbers["cap"], numbers["slot"]["message"]) == ("Sales", str(first.key))


@pytest.mark.parametrize(
    ("period", "zone", "first", "second", "expected"),
    [
        # 14:59 UTC is 23:59 in Tokyo, and a minute later it is tomorrow there.
        ("day", "Asia/Tokyo", (10, 14, 59), (10, 15, 0), "accepted"),
        ("day", "UTC", (10, 14, 59), (10, 15, 0), "frequency_cap"),
        ("day", None, (10, 0, 0), (10, 23, 59), "frequency_cap"),
        # 15 March 2026 is a Sunday.
        ("week", "UTC", (15, 23, 59), (16, 0, 0), "accepted"),
        ("week", "UTC", (9, 0, 0), (15, 23, 59), "frequency_cap"),
        ("month", "UTC", (31, 23, 59), (32, 0, 0), "accepted"),
        ("month", "Mars/Olympus", (1, 0, 0), (31, 23, 59), "frequency_cap"),
        ("hours", "UTC", (10, 1, 0), (10, 2, 59), "frequency_cap"),
        ("hours", "UTC", (10, 1, 0), (10, 3, 1), "accepted"),
    ],
)
def test_a_cap_of_the_calendar_ends_where_the_person_s_day_ends(
    period, zone, first, second, expected
):
    make_cap(count=1, days=2)
    FrequencyCap.objects.update(period=period)
    ada, template = make_customer(time_zone=zone), make_template()

    def at(day, hour, minute):
        start = datetime(2026, 3, 1, hour, minute, tzinfo=UTC)
        return start + timedelta(days=day - 1)

    plan(ada, template, due_at=at(*first))
    send_all(at(*first))
    later = plan(ada, template, due_at=at(*second))
    send_all(at(*second))
    assert outcome(later)[2] == expected


@pytest.mark.parametrize(("counts", "expected"), [(False, "accepted"), (True, "frequency_cap")])
def test_transactional_messages_take_a_slot_only_where_a_cap_says_so(counts, expected):
    make_cap(count=1)
    FrequencyCap.objects.update(counts_transactional=counts)
    ada = make_customer()
    receipt = plan(ada, make_template("Receipt", message_class=MessageClass.TRANSACTIONAL))
    send_all()
    marketing = plan(ada, make_template())
    send_all()
    again = plan(ada, receipt.template_version.template)
    send_all()
    assert [outcome(each)[2] for each in (receipt, marketing, again)] == [
        "accepted", expected, "accepted",
    ]  # fmt: skip


def test_quiet_hours_that_drop_hold_back_for_good():
    make_quiet_hours("11:00", "13:00")
    QuietHours.objects.update(policy="drop")
    delivery = plan(make_customer(), make_template())
    send_all()
    assert outcome(delivery) == ("held_back", "held_back", "quiet_dropped")
    send_all(after(hours=2))
    assert outcome(delivery)[0] == "held_back"


def test_the_least_time_between_two_delays_the_second_and_lets_the_higher_priority_go_first():
    SendingRule.objects.create(gap_minutes=120)
    ada, template = make_customer(), make_template()
    low, high = plan(ada, template, priority=1), plan(ada, template, priority=2)
    send_all()
    assert outcome(high)[2] == "accepted"
    assert outcome(low) == ("planned", "delayed", "minimum_gap")
    assert low.due_at == after(minutes=120)
    send_all(after(minutes=120))
    assert outcome(low)[2] == "accepted"


def test_a_held_out_person_gets_receipts_and_no_marketing():
    SendingRule.objects.create(holdout_percent=50)
    people = [make_customer() for _ in range(12)]
    out = {p.pk for p in people if bucket("sending:holdout", str(p.key)) < 5_000}
    template = make_template()
    receipt = make_template("Receipt", message_class=MessageClass.TRANSACTIONAL)
    marketing = [plan(person, template) for person in people]
    receipts = [plan(person, receipt) for person in people]
    send_all()
    held = {d.customer_id for d in marketing if outcome(d)[2] == "held_out"}
    assert held == out
    assert {outcome(d)[2] for d in receipts} == {"accepted"}
