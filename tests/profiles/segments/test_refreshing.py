"""Memberships move when something happens, when time passes, and when people become one."""

from datetime import timedelta

import pytest

from kernel.errors import Conflict
from kernel.events import run_all_due
from kernel.events.models import Event
from kernel.sql.cursor import open_cursor
from profiles import facade
from profiles.contracts import IdentityRef
from profiles.customers.models import Merge
from profiles.identities.services.merging import merge_people
from profiles.models import Segment, SegmentChange, SegmentDue, SegmentMember, SegmentVersion
from profiles.segments.services.proving import verify_all
from profiles.segments.services.publishing import (
    archive_segment,
    publish_segment,
    save_draft,
)
from profiles.segments.services.refreshing import refresh_due
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.world import add_touch

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def person(name, *, now=NOW, **traits):
    return facade.identify_customer(IdentityRef(kind="user_id", value=name), traits=traits, now=now)


def live(name, *rules, match="all", now=NOW):
    made = facade.create_segment(
        name, rule={"root": {"match": match, "rules": list(rules)}}, now=now
    )
    return facade.publish_segment(made.id, now=now)


def bought(times=1, days=30, operator="at_least"):
    return {
        "kind": "count",
        "event": "Order Completed",
        "operator": operator,
        "value": times,
        "window": {"kind": "last", "span": {"amount": days, "unit": "days"}},
    }


def plan_is(value):
    return {
        "kind": "trait",
        "key": "plan",
        "test": {"type": "text", "operator": "is", "values": [value]},
    }


def inside(segment, *, lasting=None):
    rule = {"kind": "segment", "segment": str(segment.key)}
    return rule | ({"lasting": lasting} if lasting else {})


def read_facts(now=NOW):
    while run_all_due(now=now, own_transaction=True):
        pass


def members(segment):
    rows = SegmentMember.objects.filter(segment_id=segment.id)
    return list(rows.order_by("customer_id").values_list("customer_id", flat=True))


def changes(segment):
    rows = SegmentChange.objects.filter(segment_id=segment.id).order_by("id")
    return list(rows.values_list("customer_id", "entered", "cause_kind", "may_start_journeys"))


def test_publishing_lets_those_in_who_match_and_starts_no_journeys():
    ada, ben = person("ada", plan="pro"), person("ben", plan="free")
    add_touch(ada, event="Order Completed", occurred_at=NOW - DAY)
    add_touch(ben, event="Order Completed", occurred_at=NOW - DAY)
    segment = live("Buyers on pro", plan_is("pro"), bought())
    assert (segment.status, segment.members) == ("live", 1)
    assert changes(segment) == [(ada, True, "backfill", False)]


def test_a_touchpoint_moves_the_person_in_and_names_itself_as_the_cause():
    ada, ben = person("ada"), person("ben")
    segment = live("Buyers", bought(times=2))
    add_touch(ada, event="Order Completed", occurred_at=NOW - DAY)
    add_touch(ben, event="Order Completed", occurred_at=NOW - DAY)
    second = add_touch(ada, event="Order Completed", occurred_at=NOW - 2 * DAY)
    read_facts()
    assert members(segment) == [ada]
    change = SegmentChange.objects.get(segment_id=segment.id)
    assert (change.customer_id, change.entered, change.cause_kind) == (ada, True, "touchpoint")
    assert (change.cause_id, change.may_start_journeys) == (second, True)
    assert Segment.objects.get(pk=segment.id).member_count == 1


def test_a_changed_trait_moves_the_person_out():
    ada = person("ada", plan="pro")
    segment = live("Pro", plan_is("pro"))
    read_facts()
    assert members(segment) == [ada]
    person("ada", plan="free", now=NOW + DAY)
    read_facts()
    assert members(segment) == []
    assert [row[:3] for row in changes(segment)] == [
        (ada, True, "backfill"),
        (ada, False, "touchpoint"),
    ]


def test_somebody_new_who_did_nothing_enters_a_segment_of_people_who_did_nothing():
    segment = live("Never bought", bought(times=0, operator="exactly"))
    read_facts()
    ada = person("ada")
    read_facts()
    assert members(segment) == [ada]


def test_people_whom_no_rule_mentions_are_not_evaluated():
    ada = person("ada")
    segment = live("Buyers", bought(times=0, operator="exactly"))
    read_facts()
    SegmentMember.objects.filter(segment_id=segment.id).delete()
    add_touch(ada, event="Page Viewed", occurred_at=NOW)
    read_facts()
    assert members(segment) == []


def test_a_window_that_runs_out_lets_the_person_leave_at_that_moment():
    ada = person("ada")
    add_touch(ada, event="Order Completed", occurred_at=NOW - DAY)
    segment = live("Buyers", bought(days=3))
    due = SegmentDue.objects.get(segment_id=segment.id)
    assert (due.customer_id, due.due_at) == (ada, NOW + 2 * DAY)
    assert refresh_due(now=NOW + 2 * DAY - timedelta(microseconds=1)) == 0
    assert members(segment) == [ada]
    assert refresh_due(now=NOW + 2 * DAY) == 1
    assert members(segment) == []
    assert changes(segment)[-1] == (ada, False, "timer", True)
    assert not SegmentDue.objects.filter(segment_id=segment.id).exists()
    assert refresh_due(now=NOW + 2 * DAY) == 0


def test_a_touchpoint_before_the_timer_moves_the_timer():
    ada = person("ada")
    add_touch(ada, event="Order Completed", occurred_at=NOW - DAY)
    segment = live("Buyers", bought(days=3))
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    assert SegmentDue.objects.get(segment_id=segment.id).due_at == NOW + 3 * DAY
    assert members(segment) == [ada]


def test_a_segment_inside_a_segment_follows_in_the_same_batch():
    ada = person("ada", plan="pro")
    buyers = live("Buyers", bought())
    both = live("Pro buyers", plan_is("pro"), inside(buyers))
    again = live("Pro buyers once more", inside(both))
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    assert [members(one) for one in (buyers, both, again)] == [[ada], [ada], [ada]]


def test_a_trait_that_stands_ripens_by_a_timer_and_saying_it_again_begins_nothing():
    pro = live("Pro for long", plan_is("pro") | {"lasting": {"amount": 3, "unit": "days"}})
    ada = person("ada", plan="pro")
    ben = person("ben", plan="pro")
    read_facts(NOW)
    person("ada", plan="pro", now=NOW + DAY)
    person("ben", plan="free", now=NOW + DAY)
    person("ben", plan="pro", now=NOW + 2 * DAY)
    read_facts(NOW + 2 * DAY)
    assert members(pro) == []
    refresh_due(now=NOW + 3 * DAY)
    assert members(pro) == [ada]
    refresh_due(now=NOW + 5 * DAY)
    assert members(pro) == sorted([ada, ben])
    person("ada", plan="free", now=NOW + 6 * DAY)
    read_facts(NOW + 6 * DAY)
    assert members(pro) == [ben]


def test_lasting_membership_ripens_by_a_timer():
    ada = person("ada")
    buyers = live("Buyers", bought())
    loyal = live("Loyal", inside(buyers, lasting={"amount": 2, "unit": "days"}))
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    assert members(loyal) == []
    assert refresh_due(now=NOW + 2 * DAY) == 1
    assert members(loyal) == [ada]


def test_a_new_version_replaces_the_rule_and_reports_who_entered_and_left():
    ada, ben = person("ada", plan="pro"), person("ben", plan="free")
    segment = live("Plan", plan_is("pro"))
    dependent = live("Inside", inside(segment))
    save_draft(segment.id, rule={"root": {"rules": [plan_is("free")]}})
    assert members(segment) == [ada]
    report = publish_segment(segment.id, now=NOW + DAY, may_start_journeys=True)
    assert (report.version, report.members, report.entered, report.left) == (2, 1, 1, 1)
    assert members(segment) == [ben]
    assert members(dependent) == [ben]
    assert changes(segment)[1:] == [(ada, False, "backfill", True), (ben, True, "backfill", True)]


def test_whoever_stays_through_a_new_version_keeps_the_day_they_entered():
    ada = person("ada", plan="pro")
    segment = live("Plan", plan_is("pro"))
    save_draft(segment.id, rule={"root": {"rules": []}})
    publish_segment(segment.id, now=NOW + DAY)
    assert SegmentMember.objects.get(segment_id=segment.id, customer_id=ada).since == NOW


def test_a_merge_joins_the_facts_and_lets_the_loser_leave():
    ada, device = person("ada"), person("device")
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    add_touch(device, event="Order Completed", occurred_at=NOW)
    twice, once = live("Twice", bought(times=2)), live("Once", bought())
    assert members(once) == [ada, device]
    merge_people([(ada, device)], kind=Merge.Kind.EXPLICIT, reason="same person", now=NOW)
    refresh_due(now=NOW)
    assert (members(twice), members(once)) == ([ada], [ada])
    assert changes(once)[-1] == (device, False, "merge", True)


def test_consent_moves_people_through_the_ledger():
    ada = person("ada", email="ada@example.com")
    segment = live("Reachable", {"kind": "reachable", "channel": "email", "topic": "news"})
    facade.record_consent(
        ada, channel="email", topic="news", state="granted", source="form", now=NOW
    )
    read_facts()
    refresh_due(now=NOW)
    assert members(segment) == [ada]
    facade.suppress_address("email", "ada@example.com", reason="bounce", now=NOW)
    read_facts()
    refresh_due(now=NOW)
    assert members(segment) == []
    assert changes(segment)[-1] == (ada, False, "consent", True)


def test_an_archived_segment_is_empty_and_a_used_one_is_not_archived():
    ada = person("ada", plan="pro")
    used = live("Plan", plan_is("pro"))
    user = live("Inside", inside(used))
    with pytest.raises(Conflict, match=r"“Inside” \(segment\) use it"):
        archive_segment(used.id, now=NOW)
    assert members(used) == [ada]
    archive_segment(user.id, now=NOW)
    archive_segment(used.id, now=NOW)
    assert members(used) == []
    assert changes(used)[-1] == (ada, False, "archive", False)


def test_reading_the_same_facts_again_changes_nothing():
    ada = person("ada")
    segment = live("Buyers", bought())
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    before = changes(segment)
    with open_cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_cursor SET fact_xid = '0', fact_id = 0"
            " WHERE name = 'profiles.segment_refresh'"
        )
    read_facts()
    assert changes(segment) == before


def test_one_failing_segment_is_set_aside_and_the_others_go_on():
    wrong, right = live("Wrong", bought()), live("Right", bought())
    version = SegmentVersion.objects.get(segment_id=wrong.id)
    unknown = {
        "kind": "field",
        "field": "computed.gone",
        "test": {"type": "number", "operator": "is", "value": 1},
    }
    kept = version.rule
    both = {"root": {"rules": [*kept["root"]["rules"], unknown]}}
    SegmentVersion.objects.filter(pk=version.pk).update(rule=both)
    ada = person("ada")
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    assert (members(wrong), members(right)) == ([], [ada])
    parked = Segment.objects.get(pk=wrong.id)
    assert (parked.parked_at, parked.parked_reason[:8]) == (NOW, "KeyError")
    assert (
        Event.objects.filter(type="profiles.segment_failed", subject=f"segment:{wrong.id}").count()
        == 1
    )
    read_facts()
    assert refresh_due(now=NOW) == 0
    SegmentVersion.objects.filter(pk=version.pk).update(rule=kept)
    assert [proof.differences for proof in verify_all(now=NOW)] == [0, 0]
    assert members(wrong) == [ada]
    assert Segment.objects.get(pk=wrong.id).parked_at is None
    assert not Event.objects.filter(type="profiles.segment_drifted").exists()


def test_a_rule_that_cannot_be_read_any_more_is_set_aside_too():
    wrong, right = live("Wrong", bought()), live("Right", bought())
    SegmentVersion.objects.filter(segment_id=wrong.id).update(
        rule={"root": {"rules": [{"kind": "x"}]}}
    )
    ada = person("ada")
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    assert (members(wrong), members(right)) == ([], [ada])
    assert Segment.objects.get(pk=wrong.id).parked_at == NOW
