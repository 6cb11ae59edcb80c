"""Many workers claim at the same moment, each over a connection of its own: no limit is exceeded."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.conf import settings

from campaigns.deliveries.models import SHARDS, Decision, Delivery, VolumeLimit, VolumeUse
from campaigns.deliveries.queries import CLAIM
from campaigns.deliveries.volume import SQL as VOLUME
from tests.campaigns.builders import (
    NOW,
    make_cap,
    make_customer,
    make_sender,
    make_template,
    plan,
)
from tests.database import address_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE, EACH, CAP = 6, 30, 3


def claim_all(address: str, barrier: threading.Barrier) -> int:
    """Claim as the worker does, three at a time, until nothing is due; returns how many were decided."""
    decided = 0
    with psycopg.connect(address, autocommit=True) as link:
        barrier.wait(timeout=60)
        due = {"shards": SHARDS, "now": NOW}
        while shards := link.execute(CLAIM.text("list_due_shards"), due).fetchall():
            for [shard] in shards:
                with link.transaction():
                    decided += claim(link, shard)
    return decided


def claim(link: psycopg.Connection, shard: int) -> int:
    [[is_ours]] = link.execute(CLAIM.text("lock_shard"), {"shard": shard}).fetchall()
    if not is_ours:
        return 0
    asked = {"shard": shard, "batch": 3, "now": NOW}
    rows = link.execute(CLAIM.text("claim_due"), asked).fetchall()
    ids = [row[0] for row in rows]
    link.execute(VOLUME.text("lock_limits"))
    claimed = "SELECT id FROM campaigns_delivery WHERE id = ANY (%s) AND status = 'claimed'"
    going = [row[0] for row in link.execute(claimed, [ids]).fetchall()]
    link.execute(VOLUME.text("admit"), {"ids": going, "now": NOW})
    return len(rows)


def race(workers: int) -> list[int]:
    address, barrier = (
        address_of(str(settings.DATABASES["default"]["NAME"])),
        threading.Barrier(workers),
    )
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda _: claim_all(address, barrier), range(workers)))


@pytest.fixture
def queue():
    make_sender()
    template = make_template()
    people = [make_customer() for _ in range(PEOPLE)]
    for customer in people:
        for _ in range(EACH):
            plan(customer, template)
    return people


WORKERS = [8, pytest.param(50, marks=pytest.mark.nightly)]


@pytest.mark.parametrize("workers", WORKERS)
def test_a_cap_is_never_exceeded(queue, workers):
    make_cap(count=CAP)
    assert sum(race(workers)) == PEOPLE * EACH
    sent = Counter(Delivery.objects.filter(status="claimed").values_list("customer_id", flat=True))
    assert sent == {person.pk: CAP for person in queue}
    reasons = Counter(Decision.objects.values_list("reason", flat=True))
    assert reasons == {"frequency_cap": PEOPLE * (EACH - CAP)}


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize(("policy", "status"), [("wait", "planned"), ("hold_back", "held_back")])
def test_a_throttle_and_a_budget_are_never_exceeded(queue, workers, policy, status):
    VolumeLimit.objects.create(
        name="All", scope="everything", amount=50, period="hour", policy=policy
    )
    assert sum(race(workers)) == PEOPLE * EACH
    states = Counter(Delivery.objects.values_list("status", flat=True))
    assert states == {"claimed": 50, status: PEOPLE * EACH - 50}
    assert VolumeUse.objects.get().used == 50
