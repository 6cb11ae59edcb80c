"""The continuous proof finds what is wrong, puts it right, and says so."""

from datetime import timedelta

import pytest

from kernel.events.models import Event
from profiles.models import Segment, SegmentMember
from profiles.segments.services.proving import verify_all, verify_sample
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import (
    DAY,
    bought,
    changes,
    inside,
    live,
    members,
    person,
    plan_is,
    read_facts,
)
from tests.profiles.segments.world import add_touch

pytestmark = pytest.mark.django_db


def test_a_verified_segment_says_when_and_that_nothing_differed():
    person("ada", plan="pro")
    segment = live("Pro", plan_is("pro"))
    [proof] = verify_all(now=NOW + DAY)
    stored = Segment.objects.get(pk=segment.id)
    assert (proof.differences, stored.verified_at, stored.verified_differences) == (
        0,
        NOW + DAY,
        0,
    )
    assert not Event.objects.filter(type="profiles.segment_drifted").exists()


@pytest.mark.parametrize("verify", [verify_all, lambda now: verify_sample(now=now, percent=100)])
def test_a_difference_is_repaired_logged_and_published(verify):
    ada, ben = person("ada", plan="pro"), person("ben", plan="free")
    segment = live("Pro", plan_is("pro"))
    dependent = live("Inside", inside(segment))
    SegmentMember.objects.filter(segment_id=segment.id).update(customer_id=ben)
    SegmentMember.objects.filter(segment_id=dependent.id).update(customer_id=ben)
    found = {proof.segment_id: proof.differences for proof in verify(now=NOW + DAY)}
    assert found[segment.id] == 2
    assert members(segment) == members(dependent) == [ada]
    assert [row for row in changes(segment) if row[2] == "repair"] == [
        (ada, True, "repair", False),
        (ben, False, "repair", False),
    ]
    event = Event.objects.filter(subject=f"segment:{segment.id}").get()
    assert event.type == "profiles.segment_drifted"
    assert event.payload["differences"] == 2


def test_a_segment_keeps_what_samples_found_until_it_is_verified_whole():
    ben = person("ben", plan="free")
    segment, sound = live("Pro", plan_is("pro")), live("Free", plan_is("free"))
    rows = Segment.objects.order_by("name").values_list(
        "name", "sampled_at", "sampled_people", "sampled_differences"
    )
    assert list(rows.all()) == [("Free", None, 0, 0), ("Pro", None, 0, 0)]
    for hour in (1, 2):
        SegmentMember.objects.create(segment_id=segment.id, customer_id=ben, since=NOW)
        verify_sample(now=NOW + timedelta(hours=hour), percent=100)
        at = NOW + timedelta(hours=hour)
        assert list(rows.all()) == [("Free", at, 1, 0), ("Pro", at, 1, hour)]
    assert members(sound) == [ben]
    verify_all(now=NOW + DAY)
    assert [row[3] for row in rows.all()] == [0, 0]


def test_whose_timer_waits_is_late_and_not_a_difference():
    ada = person("ada")
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    segment = live("Buyers", bought(days=1))
    read_facts()
    [proof] = verify_sample(now=NOW + DAY + timedelta(hours=1), percent=100)
    assert proof.differences == 0
    assert members(segment) == [ada]
