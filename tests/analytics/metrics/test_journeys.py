"""Journeys against their holdout: people, first entries, closed windows."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from analytics.metrics.reconciliation import reconcile
from analytics.metrics.services import measure_journeys, refresh_people
from analytics.models import JourneyExposure, RollupPoint
from campaigns.models import Enrollment, Journey, JourneyVersion
from kernel.testing.facts import drain_facts
from profiles.contracts import IdentityRef
from profiles.facade import identify_customer
from profiles.identities.services.merging import merge_people
from profiles.models import Customer, Merge

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def journey(db):
    made = Journey.objects.create(key=uuid4(), name="Win back", status="live", created_at=NOW)
    made.live_version = JourneyVersion.objects.create(
        journey=made, number=1, definition={}, published_at=NOW
    )
    made.save()
    return made


def enroll(journey, user_id, *, at, arm="treatment"):
    customer_id = identify_customer(IdentityRef(kind="user_id", value=user_id), traits={}, now=NOW)
    key = Customer.objects.get(pk=customer_id).key
    Enrollment.objects.create(
        journey=journey, version=journey.live_version, customer_id=customer_id, customer_key=key,
        arm=arm, state="finished" if arm == "treatment" else "held_out", node=0, entered_at=at,
        cause_kind="segment_entered", instance_key=str(uuid4()),
    )  # fmt: skip
    return customer_id


def buy(sender, user_id, *, at, event="Order Completed"):
    sender.deliver({"type": "track", "event": event, "userId": user_id,
                    "messageId": str(uuid4()), "timestamp": at.isoformat()})  # fmt: skip


def settle():
    drain_facts(NOW)
    measure_journeys(now=NOW)


def counts(journey):
    found = {}
    for row in RollupPoint.objects.filter(metric__startswith="journey.", breakdown="arm"):
        key, arm = row.member.split(":")
        assert key == str(journey.key)
        name = (row.metric.removeprefix("journey."), arm)
        found[name] = found.get(name, 0) + int(row.value)
    return {name: value for name, value in found.items() if value}


def test_only_closed_entries_count_and_both_arms_alike(journey, sender):
    entered = NOW - 9 * DAY
    for name, arm in (("ada", "treatment"), ("bob", "treatment"), ("cem", "holdout")):
        enroll(journey, name, at=entered, arm=arm)
    enroll(journey, "dov", at=NOW - DAY)
    buy(sender, "ada", at=entered + DAY)
    buy(sender, "cem", at=entered + DAY)
    buy(sender, "dov", at=NOW)
    settle()
    settle()
    assert counts(journey) == {
        ("exposed", "treatment"): 3,
        ("exposed", "holdout"): 1,
        ("closed", "treatment"): 2,
        ("closed", "holdout"): 1,
        ("converted", "treatment"): 1,
        ("converted", "holdout"): 1,
    }
    assert reconcile(days=30, now=NOW) == []


@pytest.mark.parametrize(
    ("after", "converts"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(0), True),
        (7 * DAY - timedelta(seconds=1), True),
        (7 * DAY, False),
    ],
    ids=["before entry", "at entry", "last second", "window over"],
)
@pytest.mark.parametrize("late", [False, True])
def test_the_window_is_half_open_and_late_facts_count(journey, sender, after, converts, late):
    entered = NOW - 20 * DAY
    enroll(journey, "ada", at=entered)
    if late:
        settle()
    buy(sender, "ada", at=entered + after)
    settle()
    assert counts(journey).get(("converted", "treatment"), 0) == converts
    assert reconcile(days=30, now=NOW) == []


def test_other_events_do_not_convert_and_an_own_goal_does(journey, sender):
    own = JourneyVersion.objects.create(
        journey=journey, number=2, published_at=NOW,
        definition={"goal": {"event": "Trial Started", "days": 2}},
    )  # fmt: skip
    journey.live_version = own
    journey.save()
    entered = NOW - 20 * DAY
    for name in ("ada", "bob", "cem"):
        enroll(journey, name, at=entered)
    buy(sender, "ada", at=entered + DAY)
    buy(sender, "bob", at=entered + DAY, event="Trial Started")
    buy(sender, "cem", at=entered + 2 * DAY, event="Trial Started")
    settle()
    assert counts(journey)[("converted", "treatment")] == 1
    assert reconcile(days=30, now=NOW) == []


def test_a_person_who_enters_again_counts_once(journey, sender):
    entered = NOW - 30 * DAY
    enroll(journey, "ada", at=entered)
    settle()
    enroll(journey, "ada", at=entered + 10 * DAY)
    buy(sender, "ada", at=entered + 11 * DAY)
    settle()
    assert counts(journey) == {("exposed", "treatment"): 1, ("closed", "treatment"): 1}


def test_people_who_become_one_count_once_with_their_first_entry(journey, sender):
    entered = NOW - 20 * DAY
    ada = enroll(journey, "ada", at=entered + DAY, arm="holdout")
    bob = enroll(journey, "bob", at=entered)
    buy(sender, "ada", at=entered + 2 * DAY)
    settle()
    assert counts(journey)[("converted", "holdout")] == 1
    merge_people([(ada, bob)], kind=Merge.Kind.EXPLICIT, reason="same", actor="user:1", now=NOW)
    Enrollment.objects.filter(customer_id=bob).update(customer_id=ada)
    refresh_people()
    settle()
    assert counts(journey) == {
        ("exposed", "treatment"): 1,
        ("closed", "treatment"): 1,
        ("converted", "treatment"): 1,
    }
    assert list(JourneyExposure.objects.values_list("customer_id", "arm")) == [(ada, "treatment")]
    assert reconcile(days=30, now=timezone.now()) == []
