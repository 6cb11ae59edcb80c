"""Many workers at once, and workers that are killed while they send."""

import os
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.services.send import HAND_OVER_BATCH, LEASE, settle_stale
from kernel.testing.racing import run_together
from mcps_site.runtime import places
from profiles.consent.models import Consent
from profiles.customers.models import Customer
from tests.campaigns.builders import (
    NOW,
    key,
    make_cap,
    make_customer,
    make_sender,
    make_template,
    plan,
)
from tests.campaigns.channels.smtp_server import MailServer
from tests.database import address_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(420)]

# The pool has eight connections, and the test itself keeps one.
THREADS = 6
PEOPLE = 3_000
KILLS = 3


def claim_until_nothing_is_due() -> int:
    """Claim five at a time, so that each claim leaves others of the same person to the rest."""
    decided = 0
    while shards := queries.list_due_shards(now=NOW):
        for shard in shards:
            with transaction.atomic():
                if queries.lock_shard(shard):
                    decided += len(queries.claim_due(shard, batch=5, now=NOW))
    return decided


def test_a_cap_holds_while_workers_race_for_fifty_messages_to_each_person():
    make_sender()
    make_cap(count=3)
    template = make_template()
    people = [make_customer() for _ in range(4)]
    for customer in people:
        for _ in range(50):
            plan(customer, template)
    done = run_together(*[claim_until_nothing_is_due] * THREADS)
    assert [type(count) for count in done] == [int] * THREADS
    assert sum(done) == 4 * 50
    sent = Counter(Delivery.objects.filter(status="claimed").values_list("customer_id", flat=True))
    assert sent == {customer.pk: 3 for customer in people}
    reasons = Counter(Decision.objects.values_list("reason", flat=True))
    assert reasons == {"frequency_cap": 4 * 47}


def plan_for_many(template) -> None:
    customers = Customer.objects.bulk_create(
        Customer(
            key=key(1_000_000 + number),
            traits={"first_name": "Ada", "email": f"p{number}@shop.example"},
            first_seen_at=NOW,
            last_seen_at=NOW,
        )
        for number in range(PEOPLE)
    )
    Consent.objects.bulk_create(
        Consent(customer=customer, channel="email", state="granted", changed_at=NOW)
        for customer in customers
    )
    template.refresh_from_db()
    Delivery.objects.bulk_create(
        Delivery(
            customer=customer, channel="email", message_class="marketing",
            template_version=template.live_version, due_at=NOW, key=customer.key,
        )
        for customer in customers
    )  # fmt: skip


def start_worker() -> subprocess.Popen[bytes]:
    name = settings.DATABASES["default"]["NAME"]
    environment = {**os.environ, "DATABASE_URL": address_of(str(name))}
    command = [sys.executable, "-m", "tests.campaigns.deliveries.sending_worker"]
    return subprocess.Popen(command, env=environment, cwd=places.ROOT)


def wait_until(is_true, worker) -> None:
    ends_at = time.monotonic() + 150
    while not is_true():
        assert worker.poll() is None, "the worker ended before it was killed"
        assert time.monotonic() < ends_at, "the worker sends nothing"
        time.sleep(0.002)


def test_three_killed_workers_send_nothing_twice_and_lose_nothing(caplog):
    caplog.set_level("WARNING", logger="mail.log")
    with MailServer() as server:
        make_sender("Sink", kind="smtp", host="127.0.0.1", port=server.port)
        plan_for_many(make_template())
        for kill in range(KILLS):
            worker = start_worker()
            goal = len(server.mails) + 350 + 130 * kill
            wait_until(lambda goal=goal: len(server.mails) >= goal, worker)
            worker.kill()
            worker.wait()
            time.sleep(0.5)
            settle_stale(now=timezone.now() + 2 * LEASE)
        assert start_worker().wait(timeout=240) == 0
        mails = Counter(mail["To"] for mail in server.mails)

    status = dict(Delivery.objects.values_list("key", "status"))
    counts = Counter(status.values())
    assert set(mails.values()) == {1}
    assert counts["handed_over"] + counts["unknown"] == PEOPLE
    assert 0 < counts["unknown"] <= KILLS * HAND_OVER_BATCH
    sent_to = {
        f"p{key_.int - 1_000_000}@shop.example" for key_, s in status.items() if s == "handed_over"
    }
    assert sent_to <= set(mails)
    decided = Counter(Decision.objects.values_list("delivery_id", flat=True))
    assert set(decided.values()) == {1}
    outcomes = Counter(Decision.objects.values_list("outcome", flat=True))
    assert outcomes == {"sent": counts["handed_over"], "unknown": counts["unknown"]}
