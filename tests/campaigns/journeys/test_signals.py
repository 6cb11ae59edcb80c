"""What people do while they are inside: awaited events, goals and exits; times of day."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.deliveries.models import Decision, Delivery
from campaigns.journeys.models import Enrollment, Step, Timer, Waiting
from campaigns.journeys.rules.calendar import find_zone, next_local_time
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.publish import create_journey, publish_journey
from kernel.testing import drain_facts
from profiles.touchpoints.models import Touchpoint
from tests.campaigns.builders import NOW, after, entry, key, make_customer, make_template
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, touch, trail


def publish(*nodes, leaves=()):
    journey = create_journey("Signals", key=key(1), actor="user:1", now=NOW)
    definition = {"holdout_percent": 0, "leaves": list(leaves), "nodes": list(nodes)}
    publish_journey(journey, definition=definition, actor="user:1", now=NOW)
    journey.refresh_from_db()
    return journey


def hold(**settings):
    return {
        "id": "hold", "type": "hold", "seconds": 3600, "timeout": "late",
        "branches": [
            {"name": "big", "event": "Order Completed", "next": "out",
             "match": [{"property": "total", "is": "at_least", "value": 50}]},
            {"name": "seen", "event": "Page Viewed", "next": "out"},
        ],
        **settings,
    }  # fmt: skip


LATE = {"id": "late", "type": "exit"}


def where():
    rows = Enrollment.objects.order_by("id").values_list("node", "state")
    return list(rows)


@pytest.mark.django_db
def test_an_awaited_event_wakes_only_who_waits_for_it_and_the_rest_time_out():
    journey = publish(entry(BOUGHT, next_="hold"), hold(), OUT, LATE)
    big, small, seen, none = (make_customer(consent=None) for _ in range(4))
    let_in(journey, big, small, seen, none)
    advance_all(now=NOW)
    assert Timer.objects.filter(due_at=after(hours=1), node=None).count() == 4
    touch(big, "Order Completed", at=after(minutes=1), starts_journeys=False, total=50)
    touch(small, "Order Completed", at=after(minutes=1), starts_journeys=False, total=49)
    touch(seen, "Page Viewed", at=after(minutes=1), starts_journeys=False)
    drain_facts(after(minutes=2))
    advance_all(now=after(minutes=59))
    assert [trail(c)[-1] for c in (big, small, seen, none)] == [
        "event_arrived", "entered", "event_arrived", "entered",
    ]  # fmt: skip
    advance_all(now=after(hours=1))
    assert [trail(c)[-1] for c in (small, none)] == ["timed_out", "timed_out"]
    assert where() == [(2, "finished"), (3, "finished"), (2, "finished"), (3, "finished")]
    assert not Timer.objects.exists()
    assert not Waiting.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("since", "reason"), [("arrival", "entered"), ("entry", "event_arrived")])
def test_looking_back_to_the_entry_is_a_choice(since, reason):
    pause = {"id": "pause", "type": "wait", "seconds": 600, "next": "hold"}
    journey = publish(entry(BOUGHT, next_="pause"), pause, hold(since=since), OUT, LATE)
    customer = make_customer(consent=None)
    let_in(journey, customer)
    advance_all(now=NOW)
    touch(customer, "Page Viewed", at=after(minutes=5), starts_journeys=False)
    drain_facts(after(minutes=5))
    advance_all(now=after(minutes=10))
    steps = trail(customer)
    assert steps[:3] == ["entered", "entered", "waited"]
    assert steps[3:] == ([] if reason == "entered" else [reason])


@pytest.mark.django_db
def test_an_event_between_arriving_and_looking_is_not_lost():
    """The reader of facts may run before the waiting row can be seen; the look on arrival finds it."""
    journey = publish(entry(BOUGHT, next_="hold"), hold(), OUT, LATE)
    customer = make_customer(consent=None)
    let_in(journey, customer)
    touch(customer, "Page Viewed", at=NOW, starts_journeys=False)
    drain_facts(NOW)
    advance_all(now=NOW)
    assert trail(customer)[-1] == "event_arrived"


@pytest.mark.django_db
def test_a_fact_that_is_read_twice_moves_nobody_twice():
    journey = publish(entry(BOUGHT, next_="hold"), hold(timeout="hold2"),
                      {**hold(), "id": "hold2", "timeout": "late"}, OUT, LATE)  # fmt: skip
    customer = make_customer(consent=None)
    let_in(journey, customer)
    advance_all(now=NOW)
    for _ in range(2):
        touch(customer, "Page Viewed", at=after(minutes=1), starts_journeys=False)
        drain_facts(after(minutes=1))
    assert Step.objects.filter(reason="event_arrived").count() == 1


GOAL = {"event": "Order Completed", "is_goal": True,
        "match": [{"property": "total", "is": "at_least", "value": 50}]}  # fmt: skip
EXIT = {"event": "Complained", "is_goal": False}


@pytest.mark.django_db
def test_goals_and_exits_end_the_way_at_once_and_hold_back_what_is_planned():
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "pause"}
    pause = {"id": "pause", "type": "wait", "seconds": 3600, "next": "out"}
    journey = publish(entry(BOUGHT, next_="mail"), mail, pause, OUT, leaves=[GOAL, EXIT])
    buyer, small, angry = (make_customer() for _ in range(3))
    let_in(journey, buyer, small, angry)
    advance_all(now=NOW)
    assert Delivery.objects.filter(status="planned").count() == 3
    touch(buyer, "Order Completed", at=after(minutes=1), starts_journeys=False, total=60)
    touch(small, "Order Completed", at=after(minutes=1), starts_journeys=False, total=10)
    touch(angry, "Complained", at=after(minutes=1), starts_journeys=False)
    drain_facts(after(minutes=1))
    assert [state for _, state in where()] == ["finished", "active", "removed"]
    assert (trail(buyer)[-1], trail(angry)[-1]) == ("goal_reached", "exit_met")
    assert Timer.objects.count() == 1
    held = Delivery.objects.filter(status="held_back", reason="left_journey")
    assert set(held.values_list("customer_id", flat=True)) == {buyer.pk, angry.pk}
    assert Decision.objects.filter(outcome="held_back", reason="left_journey").count() == 2
    advance_all(now=after(hours=1))
    assert trail(buyer)[-1] == "goal_reached"
    assert trail(small)[-1] == "waited"


@pytest.mark.django_db
def test_what_was_done_before_entering_ends_nothing():
    pause = {"id": "pause", "type": "wait", "seconds": 3600, "next": "out"}
    journey = publish(entry(BOUGHT, next_="pause"), pause, OUT, leaves=[EXIT])
    customer = make_customer(consent=None)
    let_in(journey, customer)
    touch(customer, "Complained", at=NOW - timedelta(seconds=1), starts_journeys=False)
    drain_facts(NOW)
    assert [state for _, state in where()] == ["active"]


@pytest.mark.django_db
def test_people_wait_until_their_own_morning():
    until = {"id": "until", "type": "wait_until", "at": "09:00", "next": "out"}
    journey = publish(entry(BOUGHT, next_="until"), until, OUT)
    berlin, nowhere = make_customer(time_zone="Europe/Berlin"), make_customer(time_zone="Mars/Base")
    let_in(journey, berlin, nowhere)
    advance_all(now=NOW)
    assert list(Timer.objects.order_by("enrollment_id").values_list("due_at", flat=True)) == [
        datetime(2026, 3, 11, 8, 0, tzinfo=UTC), datetime(2026, 3, 11, 9, 0, tzinfo=UTC),
    ]  # fmt: skip
    advance_all(now=datetime(2026, 3, 11, 8, 0, tzinfo=UTC))
    assert trail(berlin)[-1] == "waited"
    assert [state for _, state in where()] == ["finished", "active"]


@pytest.mark.django_db
def test_an_event_is_recorded_once_for_each_visit():
    emit = {"id": "emit", "type": "emit", "event": "Cart Rescued", "next": "out"}
    journey = publish(entry(BOUGHT, next_="emit"), emit, OUT)
    people = [make_customer(consent=None) for _ in range(3)]
    let_in(journey, *people)
    advance_all(now=NOW)
    recorded = Touchpoint.objects.filter(event__name="Cart Rescued")
    assert sorted(recorded.values_list("customer_id", flat=True)) == [p.pk for p in people]
    assert trail(people[0])[-1] == "event_emitted"


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("arrived", "at", "weekdays", "expected"),
    [
        pytest.param("2026-03-28T20:00", "02:30", [], "2026-03-29T01:30", id="skipped hour"),
        pytest.param("2026-10-24T20:00", "02:30", [], "2026-10-25T00:30", id="hour that comes twice"),
        pytest.param("2026-10-25T01:00", "02:30", [], "2026-10-26T01:30", id="second time is past"),
        pytest.param("2026-03-10T08:00", "09:00", [], "2026-03-10T08:00", id="at that very minute"),
        pytest.param("2026-03-10T08:01", "09:00", [], "2026-03-11T08:00", id="a minute late"),
        pytest.param("2026-03-10T08:01", "09:00", [1], "2026-03-17T08:00", id="next week's Tuesday"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_found_on_the_persons_clock(arrived, at, weekdays, expected):
    found = next_local_time(
        datetime.fromisoformat(arrived).replace(tzinfo=UTC),
        at=time.fromisoformat(at), weekdays=weekdays, zone=BERLIN,
    )  # fmt: skip
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(
    st.integers(0, 3 * 366 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
    st.sets(st.integers(0, 6)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
)  # fmt: skip
def test_a_time_of_day_is_never_past_and_at_most_eight_days_away(arrived, at, weekdays, zone):
    found = next_local_time(arrived, at=at, weekdays=weekdays, zone=ZoneInfo(zone))
    assert arrived <= found <= arrived + timedelta(days=8, hours=2)
    local = found.astimezone(ZoneInfo(zone))
    shifted = (local.hour * 60 + local.minute) - (at.hour * 60 + at.minute)
    assert shifted % 1440 in (0, 30, 60)
    assert next_local_time(found, at=at, weekdays=weekdays, zone=ZoneInfo(zone)) == found


def test_an_unknown_zone_is_the_steps_own():
    assert find_zone("Mars/Base", fallback="Europe/Berlin").key == "Europe/Berlin"
    assert find_zone(None, fallback="").key == "UTC"
