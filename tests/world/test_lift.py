"""The product's verdict about a journey against the truth that only the world knows.

Twenty worlds: in each, a win-back journey with a holdout runs through the real engine and gate;
the people react as their hidden natures say; the interval that the product shows must hold the
true lift. A 95% interval may miss it in one world of twenty.
"""

import math
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.conf import settings

from analytics.dashboards.rules import period_of
from analytics.dashboards.selectors import read_journeys
from analytics.metrics.services import measure_journeys
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries.models import Decision
from campaigns.deliveries.queries import list_due_shards
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys.models import Enrollment
from campaigns.journeys.queries import Entrant, enter
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts
from mcps_site.world import effects
from mcps_site.world.mail import Link, Mail
from mcps_site.world.people import Person, make_person
from mcps_site.world.reactions import react
from profiles.consent.models import Consent
from profiles.contracts import CustomerId, SystemTouchpoint
from profiles.customers.models import Customer
from profiles.facade import record_touchpoints
from tests.campaigns.builders import entry, make_template, publish

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ENTERED = datetime(2026, 3, 10, 12, tzinfo=UTC)
JUDGED = ENTERED + timedelta(days=9)
WEEK = 7
PEOPLE = 800
MAIL = Mail("", "", "tents", ("o",), (Link("See what is new", "c"),), "u")


def chance_alone(person: Person) -> float:
    """The chance that a person orders within a week without any message."""
    return 1 - math.exp(-person.visits_per_day * WEEK * person.buys)


def chance_by_mail(person: Person) -> float:
    """The chance that one mail leads to an order, from the causal constants."""
    opens = effects.chance_to_open(
        effects.EFFECTS,
        liking=person.channels["email"],
        awake=person.is_awake(ENTERED.hour),
        excess=0,
    )
    clicks = effects.chance_to_click(effects.EFFECTS, taste=person.tastes["tents"])
    orders = effects.chance_to_order(effects.EFFECTS, price_sensitivity=person.price_sensitivity)
    return opens * clicks * orders


def true_lift(people: list[Person]) -> float:
    """What one mail adds to the share of people who order, on average over everybody."""
    return sum((1 - chance_alone(p)) * chance_by_mail(p) for p in people) / len(people)


def settle_people(people: list[Person]) -> list[int]:
    rows = Customer.objects.bulk_create(
        Customer(
            key=uuid4(),
            traits={"email": person.email, "first_name": person.first_name},
            first_seen_at=ENTERED,
            last_seen_at=ENTERED,
        )
        for person in people
    )
    Consent.objects.bulk_create(
        Consent(customer=row, channel="email", state="granted", changed_at=ENTERED) for row in rows
    )
    return [row.pk for row in rows]


def run_journey(name: str, ids: list[int]):
    template = make_template(name)
    journey = publish(
        entry({"kind": "touchpoint", "event": "Nothing"}, next_="mail"),
        {"id": "mail", "type": "send", "template": str(template.key), "next": "out"},
        {"id": "out", "type": "exit"},
        holdout=25,
        name=name,
        now=ENTERED,
    )
    trigger = journey.live_version.triggers.get()
    enter(
        [Entrant(trigger_id=trigger.pk, customer_id=i, cause_id=1, ctx=None) for i in ids],
        now=ENTERED,
    )
    advance_all(now=ENTERED)
    while shards := list_due_shards(now=ENTERED):
        for shard in shards:
            send_shard(shard, now=ENTERED)
    return journey


def people_who_order(people: dict[int, Person], reached: set[int], rng: Random) -> list[int]:
    orders = []
    for customer_id, person in people.items():
        wants = rng.random() < chance_alone(person)
        if customer_id in reached:
            answers = react(person, MAIL, recent=0, utc_hour=ENTERED.hour, rng=rng)
            wants = wants or any(answer.kind == "order" for answer in answers)
        if wants:
            orders.append(customer_id)
    return orders


def judge(seed: int):
    people = [make_person(seed, number, 365) for number in range(PEOPLE)]
    ids = settle_people(people)
    journey = run_journey(f"Win back {seed}", ids)
    reached = set(
        Decision.objects.filter(outcome="sent", customer_id__in=ids).values_list(
            "customer_id", flat=True
        )
    )
    treated = Enrollment.objects.filter(journey=journey, arm="treatment").count()
    assert len(reached) == treated
    by_id = dict(zip(ids, people, strict=True))
    record_touchpoints(
        [
            SystemTouchpoint(
                customer_id=CustomerId(i),
                event="Order Completed",
                key=f"order-{seed}-{i}",
                occurred_at=ENTERED + timedelta(days=2),
            )
            for i in people_who_order(by_id, reached, Random(seed))
        ],
        now=ENTERED + timedelta(days=2),
    )
    drain_facts(JUDGED)
    measure_journeys(now=JUDGED)
    period = period_of(30, now=JUDGED, zone=settings.TIME_ZONE)
    row = next(row for row in read_journeys(period) if row.journey.key == str(journey.key))
    return row.verdict, true_lift(people)


@pytest.mark.parametrize(
    ("worlds", "at_least"),
    [(4, 3), pytest.param(20, 18, marks=pytest.mark.nightly)],
    ids=["4 worlds", "20 worlds"],
)
def test_the_shown_interval_holds_the_true_lift(db, worlds, at_least):
    draft = SenderDraft(
        name="Files", channel=Channel.EMAIL, kind="console", from_address="s@shop.example"
    )
    create_sender(draft, key=uuid4(), actor="user:1", now=ENTERED)
    inside = 0
    for seed in range(1, worlds + 1):
        verdict, truth = judge(seed)
        low, high = verdict.difference.low, verdict.difference.high
        inside += low <= truth <= high
        print(f"world {seed:2}: true lift {truth:.4f}, shown {low:+.4f} to {high:+.4f}")
    assert inside >= at_least, f"only {inside} of {worlds} intervals hold the truth"
