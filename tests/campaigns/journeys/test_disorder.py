"""Signals out of order and told twice, clocks that jump, zones that change: each step happens once."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns.deliveries.models import Delivery
from campaigns.journeys.models import Enrollment, Step, Timer
from campaigns.journeys.rules.calendar import next_local_time
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts, run_together
from profiles.customers.models import Customer
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, touch, trail
from tests.campaigns.journeys.test_exactly_once import is_sound

SOME = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Kiritimati"]
)  # fmt: skip
SIGNALS = (("Viewed", 1), ("Asked", 2), ("Viewed", 3), ("Asked", 4))
LEFT = {"event": "Order Completed", "is_goal": True}


def twice_held():
    """Two holds, each with two ways, and a message between them."""
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "second"}

    def hold(name, following):
        ways = [{"name": way, "event": way, "next": following} for way in ("Viewed", "Asked")]
        return {"id": name, "type": "hold", "seconds": 7200, "branches": ways, "timeout": "out"}

    return publish(
        entry({"kind": "touchpoint", "event": "Product Added"}, next_="first"),
        hold("first", "mail"), mail, hold("second", "out"), OUT, leaves=[LEFT],
    )  # fmt: skip


def lived(signals):
    """Let one person wait, tell the signals in that order, and return what happened to them."""
    with transaction.atomic():
        person = make_customer()
        let_in(twice_held(), person)
        advance_all(now=NOW)
        for event, minutes in signals:
            touch(person, event, at=after(minutes=minutes))
        for minutes in (5, 6, 200):
            drain_facts(after(minutes=minutes))
            advance_all(now=after(minutes=minutes))
            is_sound()
        numbers = Step.objects.order_by("step_no").values_list("step_no", flat=True)
        assert list(numbers) == list(range(len(numbers)))
        state = Enrollment.objects.get().state
        found = (trail(person), Delivery.objects.count(), state)
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
@SOME
@example(told=list(reversed(SIGNALS)), again=[0], leaves=True)
@given(
    told=st.permutations(SIGNALS),
    again=st.lists(st.integers(0, 3), max_size=3),
    leaves=st.booleans(),
)
def test_the_order_in_which_signals_arrive_and_repetitions_change_nothing(told, again, leaves):
    goal = [("Order Completed", 3)] if leaves else []
    ordered = lived(sorted([*SIGNALS, *goal], key=lambda signal: signal[1]))
    assert lived([*goal, *told, *(told[place] for place in again)]) == ordered


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_jumps_a_day_ahead_and_an_hour_back_does_each_step_once():
    def pause(name, following):
        return {"id": name, "type": "wait", "seconds": 3600, "next": following}

    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "late"}
    journey = publish(
        entry(BOUGHT, next_="soon"), pause("soon", "mail"), mail, pause("late", "out"), OUT
    )
    people = [make_customer(f"P{n}") for n in range(30)]
    let_in(journey, *people)
    sent = []
    # Two workers, whose clocks are an hour apart; then both go back behind what has happened.
    for first, second in ((0, -1), (24, 0), (23, 24), (23, 23), (25, 24), (24, 25)):
        found = run_together(
            partial(advance_all, now=after(hours=first)),
            partial(advance_all, now=after(hours=second)),
        )
        assert [value for value in found if isinstance(value, Exception)] == []
        is_sound()
        sent.append((Delivery.objects.count(), Timer.objects.count()))
    assert sent == [(0, 30), (30, 30), (30, 30), (30, 30), (30, 0), (30, 0)]
    for person in people:
        assert trail(person) == ["entered", "entered", "waited", "message_planned", "waited"]


@pytest.mark.django_db
@SOME
@example(lived_in="America/New_York", moved_to="Asia/Kolkata", at=time(2, 30), minutes=0)
@given(
    lived_in=ZONES,
    moved_to=ZONES,
    at=st.times().map(lambda found: found.replace(second=0, microsecond=0, tzinfo=None)),
    minutes=st.integers(0, 366 * 1440),
)
def test_who_moves_to_another_zone_while_waiting_goes_on_once_at_the_time_told_on_arrival(
    lived_in, moved_to, at, minutes
):
    arrived = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    with transaction.atomic():
        until = {"id": "until", "type": "wait_until", "at": f"{at:%H:%M}", "next": "out"}
        journey, person = publish(entry(BOUGHT, next_="until"), until, OUT), make_customer()
        Customer.objects.filter(pk=person.pk).update(time_zone=lived_in)
        let_in(journey, person, now=arrived)
        due = next_local_time(arrived, at=at, weekdays=[], zone=ZoneInfo(lived_in))
        before = ["entered", "entered"]
        if due > arrived:
            advance_all(now=arrived)
            assert Timer.objects.get().due_at == due
            Customer.objects.filter(pk=person.pk).update(time_zone=moved_to)
            advance_all(now=due - timedelta(microseconds=1))
            assert trail(person) == before
        for _ in range(2):
            advance_all(now=due)
            is_sound()
        assert trail(person) == [*before, "waited"]
        transaction.set_rollback(True)
