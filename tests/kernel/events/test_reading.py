"""Facts arrive in order and once; a bad one is set aside and holds up nobody."""

import datetime as dt

import pytest
from django.db import OperationalError, connection, transaction

from kernel.errors import Conflict, NotFound, Unavailable
from kernel.events import (
    Bounds,
    NewEvent,
    Position,
    publish_many,
    reading,
    replay,
    run_all_due,
    run_subscriber,
)
from kernel.events.lag import list_lags
from kernel.events.models import Cursor, Event, Parked
from kernel.events.registry import subscribers
from kernel.testing import drain_facts

pytestmark = pytest.mark.django_db


def ring(now, *names):
    events = [NewEvent(subject=f"bell:{name}", payload={"bell": str(name)}) for name in names]
    return publish_many("bells.rung", events, now=now)


def test_facts_arrive_once_in_order_and_in_batches(make_copier, now):
    copier = make_copier(batch=2)
    ring(now, 1, 2, 3, 4, 5)
    assert drain_facts(now) == 5
    assert drain_facts(now) == 0
    ring(now, 6)
    assert drain_facts(now) == 1
    assert copier.subjects() == [f"bell:{n}" for n in range(1, 7)]
    assert copier.batches == [2, 2, 1, 1]


def test_each_subscriber_reads_the_whole_log(make_copier, now):
    first = make_copier("test.first")
    ring(now, 1, 2)
    drain_facts(now)
    second = make_copier("test.second")
    ring(now, 3)
    drain_facts(now)
    assert first.subjects() == second.subjects() == ["bell:1", "bell:2", "bell:3"]


def test_a_bad_fact_is_parked_alone_and_the_others_arrive(make_copier, now):
    copier = make_copier(batch=8)
    ids = ring(now, 1, 2, 3, 4, 5, "cracked", 7, 8, 9)
    assert drain_facts(now, allow_parked=True) == 9
    assert copier.subjects() == [f"bell:{n}" for n in (1, 2, 3, 4, 5, 7, 8, 9)]
    parked = Parked.objects.get()
    assert (parked.subscriber, parked.source, parked.fact_id, parked.attempts) == (
        "test.copier", "kernel.event", ids[5], 1,
    )  # fmt: skip
    assert parked.error.startswith('IntegrityError: new row for relation "bell_seen" violates')
    assert "cracked" not in parked.error
    assert Cursor.objects.get().handled == 9


def test_a_test_fails_on_a_fact_that_is_parked(make_copier, now):
    make_copier()
    ring(now, "cracked")
    with pytest.raises(AssertionError, match="IntegrityError"):
        drain_facts(now)


def test_a_parked_fact_is_replayed_once_after_its_cause_is_mended(make_copier, now):
    copier = make_copier()
    ring(now, 1, "cracked", 3)
    drain_facts(now, allow_parked=True)
    parked = Parked.objects.get()
    with pytest.raises(Conflict, match="failed again: IntegrityError"):
        replay(parked.pk, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bell_seen DROP CONSTRAINT bell_seen_subject_check")
    replay(parked.pk, now=now)
    with pytest.raises(Conflict, match="replayed already"):
        replay(parked.pk, now=now)
    assert copier.subjects() == ["bell:1", "bell:3", "bell:cracked"]
    parked.refresh_from_db()
    assert (parked.attempts, parked.replayed_at) == (3, now)


def test_replaying_an_unknown_fact_is_refused(now):
    with pytest.raises(NotFound, match="no parked fact 7"):
        replay(7, now=now)


@pytest.mark.parametrize("error", [Unavailable("The store is closed."), OperationalError("gone")])
def test_an_error_that_can_mend_itself_changes_nothing_but_is_noted(make_copier, now, error):
    copier = make_copier()
    other = make_copier("test.other")
    ring(now, 1, 2)

    def fail(bounds):
        raise error

    copier.effect = fail
    assert run_all_due(now=now, own_transaction=True) == 2
    assert (copier.subjects(), other.subjects()) == ([], ["bell:1", "bell:2"])
    row = Cursor.objects.get(name="test.copier")
    assert (row.fact_id, row.failed_at) == (0, now)
    assert row.error in {"unavailable: The store is closed.", "OperationalError: gone"}
    copier.effect = lambda bounds: None
    assert run_all_due(now=now, own_transaction=True) == 2
    row.refresh_from_db()
    assert (copier.subjects(), row.error, row.failed_at) == (["bell:1", "bell:2"], "", None)


def test_a_batch_that_takes_too_long_is_halved(make_copier, now):
    copier = make_copier()

    def be_slow(bounds):
        with connection.cursor() as cursor:
            if bounds.count > 2:
                cursor.execute("SET LOCAL statement_timeout = '5ms'; SELECT pg_sleep(1)")

    copier.effect = be_slow
    ring(now, 1, 2, 3, 4)
    drain_facts(now)
    assert copier.batches == [4, 2, 2]
    assert copier.subjects() == [f"bell:{n}" for n in range(1, 5)]


def test_a_chain_of_facts_without_an_end_fails_the_test(make_copier, now):
    copier = make_copier()
    copier.effect = lambda bounds: ring(now, 1) and None
    ring(now, 1)
    with pytest.raises(AssertionError, match="still lead to new facts"):
        drain_facts(now)


def test_lag_counts_what_waits_and_since_when(make_copier, now):
    make_copier()
    make_copier("test.never_ran")
    ring(now, 1, 2)
    run_subscriber("test.copier", now=now, own_transaction=True)
    ring(now + dt.timedelta(seconds=30), 3, "cracked", 5)
    Parked.objects.create(
        subscriber="test.copier", source="kernel.event", fact_xid="9", fact_id=9, error="", parked_at=now
    )  # fmt: skip
    later = now + dt.timedelta(seconds=90)
    lags = {lag.cursor.name: lag for lag in list_lags()}
    assert [
        (lag.waiting, lag.seconds(now=later), lag.cursor.handled, lag.cursor.parked)
        for lag in (lags["test.copier"], lags["test.never_ran"])
    ] == [(3, 60.0, 2, 1), (5, 90.0, 0, 0)]
    drain_facts(later, allow_parked=True)
    assert [lag.seconds(now=later) for lag in list_lags()] == [0.0, 0.0]


def test_nothing_is_read_while_a_cursor_lies_ahead_of_the_database(make_copier, now):
    make_copier()
    Cursor.objects.create(name="test.copier", source="kernel.event", fact_xid="999999999999")
    with pytest.raises(Conflict, match="rebase_fact_log"):
        run_all_due(now=now)
    assert "rebase_fact_log" in list_lags()[0].cursor.error


def test_a_fact_of_an_open_transaction_is_not_read_by_others(make_copier, now):
    copier = make_copier()
    with transaction.atomic():
        ring(now, 1)
        assert run_all_due(now=now) == 0
    assert (copier.subjects(), Event.objects.count()) == ([], 1)


def test_a_fact_is_not_parked_after_another_worker_has_moved_the_cursor(make_copier, now):
    copier = make_copier()
    subscriber = subscribers.get(copier.name)
    ring(now, 1)
    drain_facts(now)
    stale = Bounds(Position("0", 0), Position("1", 1), 1)
    failure = reading._BatchFailedError(stale, ValueError("no"))
    assert reading._park(subscriber, failure, now=now) == 0
    assert not Parked.objects.exists()
    assert Cursor.objects.get().handled == 1


def test_rows_name_themselves_for_the_operator(make_copier, now):
    make_copier()
    [number] = ring(now, "cracked")
    drain_facts(now, allow_parked=True)
    assert str(Event.objects.get()) == f"bells.rung {number}"
    assert str(Cursor.objects.get()) == "test.copier"
    assert str(Parked.objects.get()) == f"test.copier: fact {number} of kernel.event"
