"""Touchpoints of one event or source are forgotten as staff chose, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from kernel.audit.models import AuditEntry
from kernel.errors import Invalid, NotFound
from kernel.events.models import Cursor
from kernel.testing.facts import drain_facts
from profiles import facade
from profiles.computed.services.refreshing import refresh_due as refresh_computed
from profiles.models import Event, RetentionRule, SegmentChange, Source, Touchpoint
from profiles.retention import services
from profiles.retention.services import Choice, apply_rules, choose_rule, lift_rule
from profiles.segments.services.refreshing import refresh_due
from tests.profiles.collecting import Sender

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LATER = NOW + timedelta(hours=1)
ACTOR = "user:1"


def track(event: str, days: int, number: int = 0, user: str = "u1"):
    at = NOW - timedelta(days=days)
    return {"type": "track", "userId": user, "event": event, "timestamp": at.isoformat(),
            "messageId": f"{event}-{days}-{number}-{user}"}  # fmt: skip


@pytest.fixture
def history(sender: Sender) -> Sender:
    """Send two events, each long ago, lately and today; all of them are read."""
    sender.deliver(*(track(event, days) for event in ("Seen", "Bought") for days in (400, 40, 0)))
    drain_facts(now=NOW)
    return sender


def choose(event: str = "Seen", days: int = 90, source: Source | None = None) -> RetentionRule:
    choice = Choice(event=event, source_key=source.key if source else None, keep_days=days)
    return choose_rule(choice, actor=ACTOR, now=NOW)


def left() -> list[tuple[str, int]]:
    rows = (
        Touchpoint.objects.exclude(type=7)
        .select_related("event")
        .order_by("event__name", "occurred_at")
    )
    return [(row.event.name, (NOW - row.occurred_at).days) for row in rows]


def test_only_the_event_goes_and_only_what_is_older(history):
    rule = choose()
    assert apply_rules(now=LATER) == 1
    assert left() == [("Bought", 400), ("Bought", 40), ("Bought", 0), ("Seen", 40), ("Seen", 0)]
    rule.refresh_from_db()
    assert (rule.forgotten, rule.last_forgotten, rule.last_at, rule.next_at) == (
        1, 1, LATER, LATER + timedelta(days=1),
    )  # fmt: skip
    assert apply_rules(now=LATER) == 0
    assert apply_rules(now=LATER + timedelta(days=60)) == 1
    rule.refresh_from_db()
    assert (rule.forgotten, rule.last_forgotten) == (2, 1)


def test_nothing_goes_within_the_hour_in_which_it_can_be_taken_back(history):
    rule = choose()
    assert apply_rules(now=LATER - timedelta(seconds=1)) == 0
    lift_rule(rule.key, actor=ACTOR, now=NOW)
    assert apply_rules(now=LATER) == 0
    assert len(left()) == 6


def test_a_rule_of_a_source_takes_its_events_and_leaves_those_of_others(history, settings):
    other = Source.objects.create(key="018f0000-0000-7000-8000-00000000000a", name="Till")
    kept = Touchpoint.objects.filter(event__name="Bought", occurred_at__lt=NOW - timedelta(days=90))
    kept.update(source=other)
    choose(event="", source=Source.objects.get(pk=history.source_id))
    assert apply_rules(now=LATER) == 1
    assert ("Bought", 400) in left()
    assert ("Seen", 400) not in left()


def test_a_rule_of_an_event_of_a_source_leaves_the_event_of_others(history):
    other = Source.objects.create(key="018f0000-0000-7000-8000-00000000000a", name="Till")
    choose(source=other)
    assert apply_rules(now=LATER) == 0
    old = Touchpoint.objects.filter(event__name="Seen", occurred_at__lt=NOW - timedelta(days=90))
    old.update(source=other)
    RetentionRule.objects.update(next_at=LATER)
    assert apply_rules(now=LATER) == 1


def test_sets_are_bounded_and_together_take_all(sender, monkeypatch):
    monkeypatch.setattr(services, "SET", 2)
    sender.deliver(*(track("Seen", 100 + number, number) for number in range(5)), track("Seen", 1))
    drain_facts(now=NOW)
    choose()
    assert apply_rules(now=LATER) == 5
    assert left() == [("Seen", 1)]


def test_a_run_ends_and_the_next_one_goes_on(sender, monkeypatch):
    monkeypatch.setattr(services, "SET", 2)
    monkeypatch.setattr(services, "_MOST_A_RUN", 2)
    sender.deliver(*(track("Seen", 100 + number, number) for number in range(3)))
    drain_facts(now=NOW)
    rule = choose()
    assert apply_rules(now=LATER) == 2
    rule.refresh_from_db()
    assert rule.next_at == LATER + timedelta(minutes=10)
    assert apply_rules(now=rule.next_at) == 1
    rule.refresh_from_db()
    assert (rule.forgotten, left()) == (3, [])


def test_what_a_reader_has_not_read_stays(history):
    choose()
    Cursor.objects.filter(source="profiles.touchpoint").update(fact_xid="0", fact_id=0)
    assert apply_rules(now=LATER) == 0
    assert len(left()) == 6


def test_an_event_that_is_forgotten_and_sent_again_stays_a_duplicate(history):
    choose()
    apply_rules(now=LATER)
    assert history.deliver(track("Seen", 400)).stored == 0


def test_segments_follow_without_starting_journeys_and_computed_traits_too(history):
    never = {
        "kind": "count",
        "event": "Seen",
        "operator": "exactly",
        "value": 2,
        "window": {"kind": "ever"},
    }
    rule = {"version": 1, "root": {"kind": "group", "match": "all", "rules": [never]}}
    segment = facade.create_segment("Seen twice", rule=rule, now=NOW)
    facade.publish_segment(segment.id, backfill=True, now=NOW)
    facade.create_computed_trait(
        "Times seen", slug="seen", definition={"kind": "figure", "measure": "count", "event": "Seen"},
        now=NOW,
    )  # fmt: skip
    refresh_computed(now=NOW)
    [person] = Touchpoint.objects.values_list("customer_id", flat=True).distinct()
    assert facade.get_computed_values([person])[person]["seen"] == 3
    choose()
    apply_rules(now=LATER)
    refresh_due(now=LATER)
    refresh_computed(now=LATER)
    change = SegmentChange.objects.get(segment_id=segment.id)
    assert (change.entered, change.cause_kind, change.may_start_journeys) == (
        True,
        "retention",
        False,
    )
    assert facade.get_computed_values([person])[person]["seen"] == 2


def test_choosing_again_changes_the_rule_and_each_choice_is_audited(history):
    first, again = choose(days=90), choose(days=60)
    assert (first.key, again.keep_days) == (again.key, 60)
    lift_rule(again.key, actor=ACTOR, now=NOW)
    deeds = AuditEntry.objects.filter(object_type="retention_rule").order_by("id")
    assert [(one.verb, (one.before or {}).get("keep_days")) for one in deeds] == [
        ("retention_chosen", None), ("retention_chosen", 90), ("retention_lifted", 60),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        lift_rule(again.key, actor=ACTOR, now=NOW)


@pytest.mark.parametrize(
    ("event", "days", "field"),
    [("Nothing", 90, "event"), ("", 90, "event"), ("Seen", 29, "keep_days")],
    ids=["unknown", "nothing-named", "too-few-days"],
)
def test_what_makes_no_sense_is_refused_by_field(history, event, days, field):
    with pytest.raises(Invalid) as refused:
        choose(event, days)
    assert (refused.value.field, RetentionRule.objects.count()) == (field, 0)


def test_the_database_holds_one_rule_for_the_same(history):
    rule = choose()
    twin = {"event_id": rule.event_id, "keep_days": 30, "next_at": NOW, "created_by": ACTOR}
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.create(key="018f0000-0000-7000-8000-00000000000b", **twin)
    assert RetentionRule.objects.count() == 1


def test_the_page_chooses_shows_and_lifts(client, owner, colleague, history):
    url = reverse("profiles:retention_rules")
    client.force_login(colleague)
    assert client.post(url, {"event": "Seen", "keep_days": 90}).status_code == 403
    client.force_login(owner)
    assert client.post(url, {"event": "Nope", "keep_days": 90}).status_code == 422
    assert client.post(url, {"event": "Seen", "keep_days": 90}).url == url
    apply_rules(now=datetime.now(UTC) + timedelta(hours=2))
    page = client.get(url).content.decode()
    assert ("90 days" in page, "1 forgotten" in page) == (True, True)
    client.post(reverse("profiles:retention_rule_lift", args=[RetentionRule.objects.get().key]))
    assert not RetentionRule.objects.exists()


def test_the_api_is_for_admins(history):
    def call(role: Role):
        key = issue_api_key(name=role.value, role=role, actor=ACTOR, now=NOW)
        return {"Authorization": f"Bearer {key.text}"}

    url, admin, editor = "/api/v1/retention-rules/", call(Role.ADMIN), call(Role.EDITOR)
    body = {"event": "Seen", "keep_days": 45}
    refused = Client().post(url, body, content_type="application/json", headers=editor)
    made = Client().post(url, body, content_type="application/json", headers=admin)
    assert (refused.status_code, made.status_code) == (403, 201)
    [row] = Client().get(url, headers=admin).json()["results"]
    assert (row["event"], row["source"], row["keep_days"]) == ("Seen", None, 45)
    assert Client().delete(f"{url}{row['key']}/", headers=admin).status_code == 204
    assert (RetentionRule.objects.count(), Event.objects.filter(name="Seen").count()) == (0, 1)
