"""The best hours that the product finds against those that only the world knows."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from mcps_site.world.history import Plan, World
from profiles.contracts import CustomerId, SystemTouchpoint
from profiles.facade import record_touchpoints
from tests.campaigns.builders import make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Winter everywhere that matters: the world's people have the offsets of standard time.
PLAN = Plan(seed=11, people=500, days=80, start=datetime(2025, 11, 10, tzinfo=UTC))
END = PLAN.start + timedelta(days=PLAN.days)
FIND = "SELECT (numbers ->> 'hour')::int FROM campaigns_best_hour(%s, 'email', %s, %s, %s)"


def live(world):
    """Let the world live; the visits of each of its people, by number."""
    visits = defaultdict(set)
    for day in range(PLAN.days):
        for message in world.day(day):
            number = int(message["anonymousId"].rsplit("-", 1)[1])
            visits[number].add(
                datetime.fromisoformat(message["timestamp"]).replace(minute=30, second=0)
            )
    return visits


def apart(one, other):
    """How many hours lie between two on the clock."""
    return min((one - other) % 24, (other - one) % 24)


def test_hours_of_people_with_a_history_are_nearer_to_the_truth_than_the_audience_s():
    world = World(PLAN)
    visits, people, hours = live(world), {}, Counter()
    for number, times in visits.items():
        person = world.person(number)
        people[number] = customer = make_customer(time_zone=person.time_zone)
        record_touchpoints(
            [
                SystemTouchpoint(
                    customer_id=CustomerId(customer.pk), event="Email Opened", properties={},
                    key=f"{number}:{at}", occurred_at=at,
                )
                for at in times
            ],
            now=END,
        )  # fmt: skip
        hours.update((at.hour + person.utc_offset) % 24 for at in times)
    audience = [hours[hour] for hour in range(24)]
    of_audience = max(range(24), key=lambda hour: audience[hour])
    found, guessed = [], []
    for number, times in visits.items():
        person = world.person(number)
        if len(times) < 6:
            continue
        with connection.cursor() as cursor:
            cursor.execute(FIND, [people[number].pk, person.time_zone, audience, END])
            [(hour,)] = cursor.fetchall()
        found.append(apart(hour, person.best_hour))
        guessed.append(apart(of_audience, person.best_hour))
    assert len(found) >= 20
    assert sum(found) / len(found) < 2
    assert sum(found) < 0.6 * sum(guessed)
