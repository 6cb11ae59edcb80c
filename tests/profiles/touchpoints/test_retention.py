"""Old months of touchpoints are forgotten as staff chose, and nothing that is still needed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from kernel.audit.models import AuditEntry
from kernel.errors import Invalid, NotFound
from kernel.events.models import Cursor, Event, Parked
from kernel.retention.models import RetentionPolicy
from kernel.retention.selectors import list_retained
from kernel.retention.services import apply_retention, choose_retention
from kernel.testing.facts import drain_facts
from profiles.models import Customer, Touchpoint
from profiles.touchpoints import queries
from tests.profiles.collecting import Sender, events_of

NOW = datetime.now(UTC)
LOG = "profiles.touchpoint"


def months() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = 'profiles_touchpoint'::regclass"
        )
        return {row[0] for row in cursor.fetchall()}


def month(age: timedelta) -> str:
    return f"profiles_touchpoint_{NOW - age:%Y%m}"


@pytest.fixture
def history(sender: Sender) -> Sender:
    """Send one event of ten years, one of 400 days and one of today; all of them are read."""
    for name, days in (("Ancient", 3_650), ("Old", 400), ("New", 0)):
        at = (NOW - timedelta(days=days)).isoformat()
        sender.deliver({"type": "track", "userId": "u1", "event": name, "timestamp": at})
    drain_facts(now=NOW)
    return sender


def choose(days: int | None, log: str = LOG) -> None:
    choose_retention(log, keep_days=days, actor="user:1", now=NOW)


def test_everything_is_kept_until_somebody_chooses_otherwise(history):
    assert apply_retention(now=NOW) == 0
    assert [(row.name, row.policy.keep_days) for row in list_retained()] == [
        ("kernel.event", None), (LOG, None),
    ]  # fmt: skip
    assert events_of("user_id", "u1") == ["Ancient", "Old", "New"]


def test_months_older_than_chosen_go_whole_and_people_stay(history):
    assert month(timedelta(days=400)) in months()
    choose(365)
    assert apply_retention(now=NOW) == 2
    assert events_of("user_id", "u1") == ["New"]
    assert month(timedelta(days=400)) not in months()
    assert {month(timedelta(0)), "profiles_touchpoint_default"} <= months()
    assert Customer.objects.count() == 1
    policy = RetentionPolicy.objects.get()
    assert (policy.forgotten, policy.applied_at, policy.error) == (2, NOW, "")
    assert apply_retention(now=NOW) == 0


def test_a_month_is_kept_while_a_part_of_it_is_young_enough(history):
    end = (NOW - timedelta(days=400)).replace(day=28)
    choose((NOW - end).days + 1)
    apply_retention(now=NOW)
    assert "Old" in events_of("user_id", "u1")


def test_what_a_reader_has_not_read_is_kept(history):
    choose(365)
    Cursor.objects.filter(source=LOG).update(fact_xid="0", fact_id=0)
    assert apply_retention(now=NOW) == 0
    drain_facts(now=NOW)
    assert apply_retention(now=NOW) == 2


def test_what_was_set_aside_is_kept_until_it_was_handled(history):
    choose(365)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xid::text, id FROM profiles_touchpoint ORDER BY xid, id LIMIT 1")
        xid, number = cursor.fetchone()
    parked = Parked.objects.create(
        subscriber="campaigns.entry",
        source=LOG,
        fact_xid=xid,
        fact_id=number,
        error="x",
        parked_at=NOW,
    )
    assert apply_retention(now=NOW) == 0
    Parked.objects.filter(pk=parked.pk).update(replayed_at=NOW)
    assert apply_retention(now=NOW) == 2


def test_a_late_event_of_a_forgotten_month_is_stored_and_forgotten_again(history):
    choose(365)
    apply_retention(now=NOW)
    at = (NOW - timedelta(days=400)).isoformat()
    assert (
        history.deliver({"type": "track", "userId": "u1", "event": "Late", "timestamp": at}).stored
        == 1
    )
    drain_facts(now=NOW)
    assert events_of("user_id", "u1") == ["Late", "New"]
    assert apply_retention(now=NOW) == 1


def test_published_events_are_forgotten_by_age(db):
    for key, days in (("old", 100), ("new", 1)):
        Event.objects.create(type="a.b", version=1, subject="", payload={}, key=key, hop=0,
                             occurred_at=NOW - timedelta(days=days))  # fmt: skip
    drain_facts(now=NOW)
    choose(30, "kernel.event")
    assert apply_retention(now=NOW) == 1
    assert list(Event.objects.filter(key__in=["old", "new"]).values_list("key", flat=True)) == [
        "new"
    ]


def test_the_extent_is_the_first_month_that_holds_anything(history):
    assert (
        queries.measure_touchpoints().oldest_at
        == Touchpoint.objects.earliest("occurred_at").occurred_at
    )
    choose(3_000)
    apply_retention(now=NOW)
    first = (NOW - timedelta(days=400)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert queries.measure_touchpoints().oldest_at == first


def test_choosing_is_audited_and_refuses_what_makes_no_sense(db):
    choose(90)
    choose(None)
    assert list(
        AuditEntry.objects.order_by("id").values_list("verb", "object_id", "before", "after")
    ) == [
        ("retention_chosen", LOG, {"keep_days": None}, {"keep_days": 90}),
        ("retention_chosen", LOG, {"keep_days": 90}, {"keep_days": None}),
    ]  # fmt: skip
    with pytest.raises(Invalid):
        choose(29)
    with pytest.raises(NotFound):
        choose(90, "kernel.secrets")
