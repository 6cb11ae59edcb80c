"""Who may enter again, how often, how many at once; ways told apart by a key; old events."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.journeys.models import Enrollment, NodeTally, Step
from campaigns.journeys.queries import Entrant, enter
from campaigns.journeys.rules.definition import Problem, parse_definition
from campaigns.journeys.rules.reasons import REFUSALS
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts
from profiles.segments.models import Segment, SegmentChange, SegmentMember, SegmentVersion
from tests.campaigns.builders import NOW, after, entry, key, make_customer, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, touch, trail

pytestmark = pytest.mark.django_db
KEYED = {"reentry": "after_exit", "key": "order.id", "at_once": 2}


def journey_with(*nodes, **settings):
    nodes = nodes or (WAIT, OUT)
    return publish(entry(BOUGHT, next_=nodes[0]["id"], **settings), *nodes)


def come(journey, customer, *orders, now=NOW):
    trigger = journey.live_version.triggers.get()
    rows = [
        Entrant(
            trigger_id=trigger.pk, customer_id=customer.pk, cause_id=1,
            ctx={"event": {"order": {"id": order}} if order else {}},
        )
        for order in orders or ("",)
    ]  # fmt: skip
    return enter(rows, now=now)


def refused():
    names = list(REFUSALS)
    found: Counter[str] = Counter()
    for row in NodeTally.objects.filter(node__lt=-10):
        found[names[-row.node - 11]] += row.moved
    return found


def test_who_may_enter_once_enters_once():
    journey, person = journey_with(), make_customer()
    assert [come(journey, person, now=after(hours=h)) for h in (0, 0, 5)] == [1, 0, 0]
    advance_all(now=after(hours=5))
    advance_all(now=after(hours=6))
    assert come(journey, person, now=after(hours=7)) == 0
    assert refused() == {"inside": 2, "been_here": 1}
    assert Enrollment.objects.count() == 1


def test_the_number_of_entries_and_the_gap_between_them_are_kept():
    journey = journey_with(reentry="after_exit", max_entries=2, min_gap_seconds=7200)
    person = make_customer()
    entered = []
    for hours in (0, 1, 2, 10):
        entered.append(come(journey, person, now=after(hours=hours)))
        advance_all(now=after(hours=hours))
        advance_all(now=after(hours=hours + 1))
    assert entered == [1, 0, 1, 0]
    assert refused() == {"too_soon": 1, "max_entries": 1}


def test_nobody_goes_round_for_ever_between_two_journeys():
    said = [{"id": "e", "type": "emit", "event": name, "next": "out"} for name in ("Pong", "Ping")]
    for name, emit in zip(("Ping", "Pong"), said, strict=True):
        start = {"kind": "touchpoint", "event": name}
        publish(entry(start, next_="e", reentry="after_exit"), emit, OUT, name=name)
    person = make_customer()
    touch(person, "Ping")
    while advance_all(now=NOW) + drain_facts(now=NOW):
        pass
    entered = Counter(Enrollment.objects.values_list("journey__name", flat=True))
    assert entered == {"Ping": 50, "Pong": 50}
    assert refused() == {"going_round": 1}
    touch(person, "Ping", at=after(hours=2))
    drain_facts(now=after(hours=2))
    assert Enrollment.objects.filter(state="active").count() == 1


def test_each_order_is_a_way_of_its_own_as_many_at_once_as_allowed():
    journey, person = journey_with(**KEYED), make_customer()
    assert come(journey, person, "a", "a", "b", "c", "") == 2
    ways = Enrollment.objects.order_by("instance_key").values_list("instance_key", flat=True)
    assert list(ways) == ["a", "b"]
    assert refused() == {"inside": 1, "too_many": 1, "no_key": 1}
    advance_all(now=NOW)
    advance_all(now=after(hours=1))
    assert come(journey, person, "a", now=after(hours=2)) == 1


def test_a_hold_and_a_goal_hear_only_events_of_their_own_order():
    hold = {"id": "hold", "type": "hold", "seconds": 3600, "timeout": "out",
            "branches": [{"name": "paid", "event": "Paid", "next": "pause"}]}  # fmt: skip
    pause = {"id": "pause", "type": "wait", "seconds": 3600, "next": "out"}
    journey = publish(
        entry(BOUGHT, next_="hold", **KEYED), hold, pause, OUT,
        leaves=[{"event": "Canceled", "is_goal": False}],
    )  # fmt: skip
    person = make_customer(consent=None)
    come(journey, person, "a", "b")
    advance_all(now=NOW)
    touch(person, "Paid", at=after(minutes=1), starts_journeys=False, order={"id": "a"})
    touch(person, "Canceled", at=after(minutes=2), starts_journeys=False, order={"id": "b"})
    touch(person, "Canceled", at=after(minutes=2), starts_journeys=False, order={"id": "c"})
    drain_facts(after(minutes=3))
    rows = Enrollment.objects.order_by("instance_key").values_list("instance_key", "node", "state")
    assert list(rows) == [("a", 2, "active"), ("b", 1, "removed")]


def test_several_at_once_need_a_key():
    nodes = [entry(BOUGHT, next_="out", at_once=2), OUT]
    with pytest.raises(Problem, match="need a key"):
        parse_definition({"nodes": nodes})


def test_events_older_than_the_limit_start_nothing():
    journey = journey_with(max_age_seconds=3600)
    old, fresh = make_customer(), make_customer()
    touch(old, "Order Completed", at=NOW - timedelta(hours=1, seconds=1))
    touch(fresh, "Order Completed", at=NOW - timedelta(hours=1))
    drain_facts(NOW)
    assert list(Enrollment.objects.values_list("customer_id", flat=True)) == [fresh.pk]
    assert (journey.status, refused()) == ("live", {"too_old": 1})


def make_segment():
    segment = Segment.objects.create(key=key(5), name="Buyers", created_at=NOW)
    version = SegmentVersion.objects.create(segment=segment, number=1, rule={}, published_at=NOW)
    return segment, version


def change(segment, version, customer, *, entered):
    SegmentChange.objects.create(
        segment=segment, version=version, customer_id=customer.pk, entered=entered, at=NOW,
        cause_kind="touchpoint", may_start_journeys=True,
    )  # fmt: skip


def test_leaving_a_segment_starts_what_waits_for_it_and_entering_does_not():
    segment, version = make_segment()
    publish(entry({"kind": "segment_left", "segment_id": segment.pk}, next_="out"), OUT)
    left, came = make_customer(), make_customer()
    change(segment, version, left, entered=False)
    change(segment, version, came, entered=True)
    drain_facts(NOW)
    assert list(Enrollment.objects.values_list("customer_id", flat=True)) == [left.pk]


@pytest.mark.parametrize(
    ("starts", "members", "later"), [("current", 1, 0), ("future", 0, 1), ("current_and_future", 1, 1)]
)  # fmt: skip
def test_who_starts_is_a_choice(starts, members, later):
    segment, version = make_segment()
    member, newcomer = make_customer(), make_customer()
    SegmentMember.objects.create(segment=segment, customer_id=member.pk, since=NOW)
    trigger = {"kind": "segment_entered", "segment_id": segment.pk}
    publish(entry(trigger, next_="out", starts=starts), OUT)
    change(segment, version, newcomer, entered=True)
    drain_facts(NOW)
    found = set(Enrollment.objects.values_list("customer_id", flat=True))
    assert found == {*([member.pk] * members), *([newcomer.pk] * later)}
    assert Step.objects.filter(reason="entered").count() == members + later == len(found)
    assert trail(newcomer) == ["entered"] * later
