"""Several drains at once, and the same events in any order, number and batch."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.testing.racing import run_together
from profiles.models import Customer, Identity, InboxItem, MessageLedger, Touchpoint
from profiles.touchpoints.rules.messages import make_message_id
from profiles.touchpoints.services.accepting import accept_request, check_request
from profiles.touchpoints.services.draining import Drained, drain_inbox
from profiles.touchpoints.services.sources import create_source
from profiles.touchpoints.services.upkeep import sweep_stragglers
from tests.profiles.collecting import Sender, events_of, people

NOW = datetime.now(UTC)


@pytest.mark.django_db(transaction=True)
def test_two_drains_with_overlapping_events_and_people_store_each_once():
    source, _ = create_source("Shop", now=NOW)
    rng = random.Random(1)
    messages = [
        {"type": "identify" if n % 7 == 0 else "track", "messageId": f"m{n}", "event": "Viewed",
         "anonymousId": f"a{n % 60}", **({"userId": f"u{n % 60}"} if n % 3 == 0 else {}),
         "traits": {"step": n}, "timestamp": f"2026-01-01T00:{n % 60:02}:{n // 60 % 60:02}Z"}
        for n in range(1_200)
    ]  # fmt: skip
    for _ in range(60):
        batch = rng.sample(messages, 60)
        body = check_request(msgspec.json.encode({"batch": batch}), route="batch")
        accept_request(body, source_id=source.id, route="batch", ip=None, now=NOW)
    sent = check_request(msgspec.json.encode({"batch": messages}), route="batch")
    accept_request(sent, source_id=source.id, route="batch", ip=None, now=NOW)

    done = run_together(*[partial(drain_inbox, now=NOW)] * 3)

    assert [type(result) for result in done] == [Drained] * 3
    assert sum(result.stored for result in done) == 1_200
    assert Touchpoint.objects.count() == MessageLedger.objects.count() == 1_200
    sweep_stragglers(now=NOW)
    assert people() == {
        frozenset({("user_id", f"u{n}"), ("anonymous_id", f"a{n}")}) for n in range(0, 60, 3)
    } | {frozenset({("anonymous_id", f"a{n}")}) for n in range(60) if n % 3}
    alive = set(Customer.objects.filter(merged_into=None).values_list("id", flat=True))
    assert set(Touchpoint.objects.values_list("customer_id", flat=True)) <= alive


person_events = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["page", "track", "identify", "login"]),
              st.integers(0, 5)),
    min_size=1, max_size=12,
)  # fmt: skip


def as_message(number, person, kind, value):
    """Return one message of a person who has one device and one address."""
    at = f"2026-02-{number + 1:02}T00:00:00Z"
    common = {"messageId": f"m{number}", "timestamp": at}
    return {
        "page": {"type": "page", "anonymousId": f"a{person}"},
        "track": {"type": "track", "userId": f"u{person}", "event": "Viewed"},
        "identify": {"type": "identify", "userId": f"u{person}",
                     "traits": {"plan": value, f"k{value}": number}},
        "login": {"type": "identify", "userId": f"u{person}", "anonymousId": f"a{person}",
                  "traits": {"email": f"p{person}@example.com", "plan": None}},
    }[kind] | common  # fmt: skip


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(person_events, st.randoms(use_true_random=False))
def test_order_repetition_batches_and_crashes_do_not_change_people_traits_and_timelines(
    sender: Sender, stream, rng: random.Random
):
    messages = [as_message(number, *event) for number, event in enumerate(stream)]
    found = []
    for is_shuffled in (False, True):
        empty()
        order = messages + (rng.sample(messages, len(messages) // 2) if is_shuffled else [])
        if is_shuffled:
            rng.shuffle(order)
        while order:
            size = rng.randint(1, len(order)) if is_shuffled else len(order)
            batch, order = order[:size], order[size:]
            sender.send(*batch)
            if is_shuffled and rng.random() < 0.5:
                crash_while_draining()
            drain_inbox(now=NOW)
        found.append(snapshot())
    assert found[0] == found[1]


def crash_while_draining():
    """Store what waits and lose it again, as a process does that dies before its commit."""
    with transaction.atomic():
        assert drain_inbox(now=NOW).requests > 0
        transaction.set_rollback(True)


def snapshot():
    owners = {}
    for refs in people():
        kind, value = min(refs)
        person = Customer.objects.get(identities__kind=kind, identities__value=value)
        owners[refs] = (person.traits, events_of(kind, value), person.first_seen_at)
    return owners


def empty():
    # An example that hypothesis gives up in its middle leaves a request behind.
    InboxItem.objects.all().delete()
    Identity.objects.all().delete()
    Touchpoint.objects.all().delete()
    MessageLedger.objects.all().delete()
    from profiles.models import Merge

    Merge.objects.all().delete()
    Customer.objects.filter(merged_into__isnull=False).delete()
    Customer.objects.all().delete()


def test_two_workers_that_need_the_same_new_month_make_it_once(transactional_db):
    def make():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT profiles_make_partitions('profiles_touchpoint', 'month', %s, %s)",
                [datetime(2019, 5, 2, tzinfo=UTC), datetime(2019, 8, 2, tzinfo=UTC)],
            )
            return cursor.fetchone()[0]

    made = run_together(make, make, make)
    try:
        assert sorted(made) == [0, 0, 4]
    finally:
        with connection.cursor() as cursor:
            for month in ("05", "06", "07", "08"):
                cursor.execute(f"DROP TABLE profiles_touchpoint_2019{month}")


@pytest.mark.django_db(transaction=True)
def test_a_missing_month_is_made_before_the_batch_so_that_readers_are_not_locked_out():
    source, _ = create_source("Shop", now=NOW)
    at = (NOW - timedelta(days=900)).replace(day=3)
    for number, person in enumerate(("u1", "u1")):
        message = {"type": "track", "messageId": f"m{number}", "userId": person, "event": "Viewed",
                   "timestamp": (at if number else NOW).isoformat()}  # fmt: skip
        body = check_request(msgspec.json.encode({"batch": [message]}), route="batch")
        accept_request(body, source_id=source.id, route="batch", ip=None, now=NOW)
        if number == 0:
            drain_inbox(now=NOW)
    person_is_locked = threading.Event()

    def hold_the_person() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM profiles_customer FOR UPDATE")
            person_is_locked.set()
            until = time.monotonic() + 30
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
            while cursor.execute(waiting).fetchone()[0] == 0 and time.monotonic() < until:
                time.sleep(0.01)
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            cursor.execute("SELECT count(*) FROM profiles_touchpoint")
            return cursor.fetchone()[0]

    def drain() -> Drained:
        assert person_is_locked.wait(timeout=30)
        return drain_inbox(now=NOW)

    try:
        assert run_together(hold_the_person, drain) == [
            1, Drained(requests=1, stored=1, duplicates=0, quarantined=0),
        ]  # fmt: skip
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS profiles_touchpoint_{at:%Y%m}")


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_loses_a_deadlock_is_stored_all_the_same():
    source, _ = create_source("Shop", now=NOW)

    def accept(message_id: str, **traits: int) -> None:
        message = {"type": "identify", "messageId": message_id, "userId": "u1", "traits": traits}
        body = check_request(msgspec.json.encode({"batch": [message]}), route="batch")
        accept_request(body, source_id=source.id, route="batch", ip=None, now=NOW)

    accept("m1", step=1)
    drain_inbox(now=NOW)
    accept("m2", step=2)

    def stand_in_the_way() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '1min'")
            cursor.execute("SELECT id FROM profiles_customer FOR UPDATE")
            person_is_locked.set()
            until = time.monotonic() + 30
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
            while cursor.execute(waiting).fetchone()[0] == 0 and time.monotonic() < until:
                time.sleep(0.01)
            cursor.execute(
                "INSERT INTO profiles_message_ledger (message_id) VALUES (%s)",
                [make_message_id(source.id, "m2").hex()],
            )
            transaction.set_rollback(True)
        return "let go"

    def drain() -> Drained:
        assert person_is_locked.wait(timeout=30)
        return drain_inbox(now=NOW)

    person_is_locked = threading.Event()
    assert run_together(stand_in_the_way, drain) == [
        "let go", Drained(requests=1, stored=1, duplicates=0, quarantined=0),
    ]  # fmt: skip
    assert Customer.objects.get().traits == {"step": 2}
