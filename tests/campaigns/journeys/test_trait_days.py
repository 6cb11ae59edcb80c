"""Dates among traits are found by their day, with the same result as looking at everybody."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection

from campaigns.journeys.day_models import TraitDay
from campaigns.journeys.models import Enrollment
from campaigns.journeys.queries import list_date_entrants
from campaigns.journeys.services.scheduling import DATE_CHECK, start_due
from kernel.testing import drain_facts
from profiles import facade as profiles
from profiles.contracts import CustomerId
from profiles.customers.models import Customer
from tests.campaigns.builders import NOW, after, entry, make_customer, publish
from tests.campaigns.journeys.test_engine import OUT
from tests.campaigns.journeys.test_steps import identified

pytestmark = pytest.mark.django_db

# What the triggers found when they looked at everybody.
FULL_SCAN = """
SELECT c.id FROM profiles_customer c
CROSS JOIN LATERAL (SELECT campaigns_day(c.traits, %(trait)s) AS day) d
CROSS JOIN LATERAL generate_series(0, CASE WHEN %(yearly)s THEN 2 ELSE 0 END) AS y (place)
CROSS JOIN LATERAL (SELECT ((d.day + make_interval(years => CASE WHEN %(yearly)s
        THEN extract(year FROM %(upto)s::timestamptz)::int - 1 + y.place - extract(year FROM d.day)::int ELSE 0 END)
    )::date + %(offset_days)s + %(at)s::time) AT TIME ZONE campaigns_zone(nullif(c.time_zone, ''), %(zone)s) AS at) i
WHERE i.at > %(since)s AND i.at <= %(upto)s ORDER BY c.id
"""
ZONES = ("", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Nowhere")
TRAIT = {"kind": "date_trait", "trait": "birthday", "at": "09:00", "zone": "UTC"}


def start_all(now):
    while start_due(now=now):
        pass


def entered():
    return sorted(Enrollment.objects.values_list("customer_id", flat=True))


def say(person, value, *, now=NOW):
    profiles.set_traits({CustomerId(person.pk): {"birthday": value}}, now=now)
    drain_facts(now)


@pytest.mark.parametrize("yearly", [False, True], ids=["once", "yearly"])
@pytest.mark.parametrize("offset_days", [-366, -3, 0, 40])
def test_those_found_are_those_whom_a_look_at_everybody_finds(yearly, offset_days):
    rng = Random(offset_days * 2 + yearly)
    days = [
        date(2024, 2, 29),
        date(2028, 2, 29),
        date(2026, 2, 28),
        date(2026, 3, 1),
        date(2025, 12, 31),
    ]
    days += [date(2026, 1, 1) + timedelta(days=rng.randrange(-400, 400)) for _ in range(60)]
    for day in days:
        make_customer(birthday=day.isoformat(), time_zone=rng.choice(ZONES))
    make_customer(birthday="2026-02-30")
    settings = {**TRAIT, "offset_days": offset_days, "yearly": yearly}
    publish(entry(settings, next_="out"), OUT)
    found = 0
    for day in days:
        near = datetime(2026 if yearly else day.year, day.month, min(day.day, 28), tzinfo=UTC)
        since = near + timedelta(days=offset_days - 1, minutes=rng.randrange(600))
        span = {"since": since, "upto": since + timedelta(days=2)}
        with connection.cursor() as cursor:
            cursor.execute(FULL_SCAN, {**settings, **span})
            expected = [row[0] for row in cursor.fetchall()]
        rows = list_date_entrants(settings, after=0, batch=1_000, **span)
        assert [row.customer_id for row in rows] == expected
        found += len(expected)
    assert found > 50


def test_a_date_that_is_told_changed_or_withdrawn_later_counts_as_it_is():
    told, changed, withdrawn = (identified(make_customer()) for _ in range(3))
    for person in (changed, withdrawn):
        say(person, "2026-03-11")
    publish(entry(TRAIT, next_="out"), OUT)
    assert set(TraitDay.objects.values_list("customer_id", "day")) == {
        (changed.pk, date(2026, 3, 11)), (withdrawn.pk, date(2026, 3, 11)),
    }  # fmt: skip
    say(told, "2026-03-11")
    say(changed, "2026-03-12", now=after(minutes=1))
    say(withdrawn, None, now=after(minutes=1))
    start_all(datetime(2026, 3, 11, 10, tzinfo=UTC))
    assert entered() == [told.pk]
    start_all(datetime(2026, 3, 12, 10, tzinfo=UTC))
    assert entered() == sorted([told.pk, changed.pk])
    assert not TraitDay.objects.filter(customer_id=withdrawn.pk).exists()


def test_somebody_who_moves_east_before_the_day_is_not_missed():
    person = make_customer(birthday="2026-03-11", time_zone="Pacific/Pago_Pago")
    publish(entry(TRAIT, next_="out"), OUT)
    Customer.objects.filter(pk=person.pk).update(time_zone="Pacific/Kiritimati")
    at = datetime(2026, 3, 10, 19, tzinfo=UTC)
    start_all(at - DATE_CHECK)
    assert entered() == []
    start_all(at + DATE_CHECK)
    assert entered() == [person.pk]


def test_traits_that_no_journey_waits_for_are_not_kept():
    say(identified(make_customer()), "2026-03-11")
    assert not TraitDay.objects.exists()
