"""After a restore into a new cluster what was read stays read and what waits is read."""

import io

import pytest
from django.core.management import call_command
from django.db import connection

from kernel.errors import Conflict
from kernel.events import NewEvent, publish, publish_many, replay, run_all_due, run_subscriber
from kernel.events.models import Cursor, Event, Parked
from kernel.testing import drain_facts

pytestmark = pytest.mark.django_db(transaction=True)

FAR = 10**12
"""Added to every transaction id, as if the facts had been written in an older cluster."""


def rebase():
    out = io.StringIO()
    call_command("rebase_fact_log", stdout=out)
    return out.getvalue()


@pytest.fixture
def restored(make_copier, now, transactional_db):
    """Two readers at different places, one fact parked, everything far ahead of this cluster."""
    quick, slow = make_copier("test.quick", batch=10), make_copier("test.slow", batch=2)
    for name in ("1", "2", "cracked", "4"):
        publish("bells.rung", subject=f"bell:{name}", payload={"bell": name}, now=now)
    drain_facts(now, allow_parked=True)
    Parked.objects.filter(subscriber="test.slow").delete()
    events = [NewEvent(subject=f"bell:{n}", payload={"bell": "a"}) for n in (5, 6, 7, 8)]
    publish_many("bells.rung", events, now=now)
    run_subscriber("test.slow", now=now)
    with connection.cursor() as cursor:
        for table, column in (
            ("kernel_event", "xid"), ("kernel_cursor", "fact_xid"), ("kernel_parked", "fact_xid"),
        ):  # fmt: skip
            cursor.execute(
                f"UPDATE {table} SET {column} = ({column}::text::bigint + %s)::text::xid8", [FAR]
            )
    return quick, slow


def test_restored_facts_are_read_once_by_each_and_new_ones_after_them(restored, now):
    quick, slow = restored
    publish("bells.rung", subject="bell:9", payload={"bell": "a"}, now=now)
    with pytest.raises(Conflict, match="rebase_fact_log"):
        run_all_due(now=now)
    Event.objects.filter(subject="bell:9").delete()
    assert rebase() == "kernel.event: moved 8 facts.\n"
    assert rebase() == "The fact log belongs to this cluster; nothing to do.\n"
    publish("bells.rung", subject="bell:9", payload={"bell": "a"}, now=now)
    drain_facts(now, allow_parked=True)
    expected = [f"bell:{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9)]
    assert (quick.subjects(), slow.subjects()) == (expected, expected)
    assert {row.handled for row in Cursor.objects.all()} == {9}


def test_a_fact_parked_before_the_restore_can_be_replayed_after_it(restored, now):
    quick, _ = restored
    rebase()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bell_seen DROP CONSTRAINT bell_seen_subject_check")
    replay(Parked.objects.get().pk, now=now)
    assert quick.subjects()[-1] == "bell:cracked"


def test_a_log_that_refuses_updates_is_moved_and_refuses_them_again(restored, now):
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE FUNCTION test_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'append only'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON kernel_event
            FOR EACH ROW EXECUTE FUNCTION test_refuse()"""
        )
        try:
            assert rebase() == "kernel.event: moved 8 facts.\n"
            with pytest.raises(Exception, match="append only"):
                Event.objects.update(hop=1)
        finally:
            cursor.execute("DROP FUNCTION test_refuse CASCADE")


def test_a_start_after_a_restore_moves_the_log_by_itself(restored):
    out = io.StringIO()
    call_command("prepare", stdout=out)
    assert "Fact log: moved 8 facts of kernel.event to this cluster.\n" in out.getvalue()
    out.truncate(0)
    call_command("prepare", stdout=out)
    assert "Fact log" not in out.getvalue()
