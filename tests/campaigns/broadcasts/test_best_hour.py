"""The best hour of a person: from what they did, leaning on the audience, never in quiet hours."""

from datetime import timedelta

import pytest

from campaigns.broadcasts import queries
from campaigns.broadcasts.words import say_when
from campaigns.deliveries.models import Decision, Delivery, QuietHours
from campaigns.deliveries.rules import say_numbers
from profiles import facade as profiles
from profiles.contracts import CustomerId, SystemTouchpoint
from tests.campaigns.broadcasts.test_running import advance, draft, make_segment, start
from tests.campaigns.builders import NOW, make_customer, make_quiet_hours, make_sender

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _null_sender(db):
    make_sender()


def act(person, hour, *, days=6, event="Email Opened", times=1, first=1):
    """Let somebody do something at an hour of UTC, on so many days before today."""
    midnight = NOW.replace(hour=0, minute=0)
    profiles.record_touchpoints(
        [
            SystemTouchpoint(
                customer_id=CustomerId(person.pk), event=event, properties={},
                key=f"{person.pk}:{event}:{hour}:{day}:{time}",
                occurred_at=midnight - day * DAY + timedelta(hours=hour, minutes=10 + time),
            )
            for day in range(first, first + days) for time in range(times)
        ],
        now=NOW,
    )  # fmt: skip


def run(people, **parts):
    broadcast = draft([make_segment("All", people)], timing="best", default_zone="UTC", **parts)
    start(broadcast)
    advance(broadcast)
    return broadcast


def due(person):
    return Delivery.objects.get(customer=person).due_at


def next_time(hour):
    """When an hour of UTC comes next; NOW is noon."""
    found = NOW.replace(hour=hour, minute=0)
    return found if found > NOW else found + DAY


def test_everybody_has_their_own_hour_where_they_are_and_the_decision_says_from_what():
    tokyo, london = make_customer(time_zone="Asia/Tokyo"), make_customer()
    act(tokyo, 10, days=20)
    act(london, 7, days=20)
    broadcast = run([tokyo, london])
    assert (due(tokyo), due(london)) == (next_time(10), next_time(7))
    decision = Decision.objects.get(delivery__customer=tokyo)
    assert (decision.outcome, decision.reason) == ("delayed", "best_hour")
    [said] = say_numbers(decision.numbers)
    assert said == (
        "Best hour 19:00 in Asia/Tokyo: 20 of the person's 20 active hours in 90 days lie within "
        "two hours of it (84% to 100%), as do 20 of 40 active hours of the audience"
    )
    assert say_when(broadcast).endswith("the audience is most active at 7:00")


def test_who_has_no_history_gets_the_hour_of_the_audience():
    quiet, others = make_customer(), [make_customer() for _ in range(3)]
    for each in others:
        act(each, 17, days=10)
    run([quiet, *others])
    assert due(quiet) == next_time(17)
    [said] = say_numbers(Decision.objects.get(delivery__customer=quiet).numbers)
    assert said == (
        "No history of the person: 17:00 in UTC, as 30 of 30 active hours of the audience lie "
        "within two hours of it"
    )


def test_one_act_does_not_outweigh_the_audience_but_a_habit_does():
    once, habit, others = make_customer(), make_customer(), [make_customer() for _ in range(9)]
    act(once, 3, days=1)
    act(habit, 3, days=30)
    for each in others:
        act(each, 17, days=10)
    run([once, habit, *others])
    assert (due(once), due(habit)) == (next_time(17), next_time(3))


def test_many_acts_of_one_visit_count_once_and_ours_not_at_all():
    person = make_customer()
    act(person, 8, days=1, times=30)
    act(person, 20, days=5)
    act(person, 3, days=20, event="Message Delivered")
    run([person])
    assert due(person) == next_time(20)
    read = Decision.objects.get().numbers["best_hour"]
    assert (read["own"], read["near"]) == (6, 5)


def test_a_date_without_a_time_is_no_hour():
    person = make_customer()
    midnight = NOW.replace(hour=0, minute=0)
    profiles.record_touchpoints(
        [
            SystemTouchpoint(
                customer_id=CustomerId(person.pk), event="Email Opened", properties={},
                key=f"date:{day}", occurred_at=midnight - day * DAY,
            )
            for day in range(1, 40)
        ],
        now=NOW,
    )  # fmt: skip
    act(person, 20)
    run([person])
    assert due(person) == next_time(20)
    assert Decision.objects.get().numbers["best_hour"]["own"] == 6


def test_an_hour_in_quiet_hours_is_none():
    person = make_customer()
    act(person, 22, days=20)
    make_quiet_hours("21:00", "08:00")
    assert QuietHours.objects.filter(channel="email", is_active=True).exists()
    run([person])
    assert due(person) == next_time(20)


def test_within_the_best_hour_it_leaves_at_once():
    person = make_customer()
    act(person, 12)
    run([person])
    assert due(person) == NOW


def test_where_nobody_has_a_history_messages_leave_at_once_and_nothing_is_claimed():
    person = make_customer()
    broadcast = run([person])
    assert (due(person), Decision.objects.count()) == (NOW, 0)
    assert say_when(broadcast) == "At each person's best hour, within 24 hours"


def test_old_acts_do_not_count_and_planning_again_decides_nothing_twice():
    person, other = make_customer(), make_customer()
    act(person, 3, days=20, first=91)
    act(other, 17)
    broadcast = run([person, other])
    assert due(person) == next_time(17)
    assert queries.plan(broadcast.pk, percent=100, batch=10, now=NOW) == 0
    assert Decision.objects.count() == 2
