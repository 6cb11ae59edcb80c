"""“Only from now on”: who matches at publication stays out until they newly come to match."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles import facade
from profiles.customers.models import Customer, Merge
from profiles.identities.services.merging import merge_people, part_people
from profiles.models import Segment, SegmentHeld, SegmentMember, SegmentVersion
from profiles.segments.queries.people import load_people
from profiles.segments.rules.tree import parse_rule
from profiles.segments.services.proving import verify_all, verify_sample
from profiles.segments.services.publishing import archive_segment, publish_segment, save_draft
from profiles.segments.services.refreshing import refresh_due
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import (
    DAY,
    bought,
    changes,
    inside,
    live,
    members,
    person,
    plan_is,
    read_facts,
)
from tests.profiles.segments.test_two_evaluators import undone
from tests.profiles.segments.world import add_touch

pytestmark = pytest.mark.django_db
PRO = {"root": {"rules": [plan_is("pro")]}}


def from_now_on(name, *rules, now=NOW):
    made = facade.create_segment(name, rule={"root": {"rules": list(rules)}}, now=now)
    return facade.publish_segment(made.id, backfill=False, now=now)


def held(segment):
    rows = SegmentHeld.objects.filter(segment_id=segment.id).order_by("customer_id")
    return list(rows.values_list("customer_id", flat=True))


def count_of(segment):
    return Segment.objects.get(pk=segment.id).member_count


def test_who_matches_at_publication_stays_out_and_who_newly_matches_enters():
    ada, ben = person("ada", plan="pro"), person("ben", plan="free")
    segment = from_now_on("Pro", plan_is("pro"))
    read_facts()
    assert (members(segment), held(segment), count_of(segment)) == ([], [ada], 0)
    assert SegmentVersion.objects.get(segment_id=segment.id).held_back == 1
    person("ben", plan="pro", now=NOW + DAY)
    person("ada", plan="pro", city="Rome", now=NOW + DAY)
    read_facts()
    assert (members(segment), held(segment), count_of(segment)) == ([ben], [ada], 1)
    person("ada", plan="free", now=NOW + 2 * DAY)
    read_facts()
    assert (members(segment), held(segment)) == ([ben], [])
    person("ada", plan="pro", now=NOW + 3 * DAY)
    read_facts()
    assert (members(segment), count_of(segment)) == ([ada, ben], 2)
    assert changes(segment) == [(ben, True, "touchpoint", True), (ada, True, "touchpoint", True)]


def test_time_alone_ends_being_held_back():
    ada = person("ada")
    add_touch(ada, event="Order Completed", occurred_at=NOW - DAY)
    segment = from_now_on("Buyers", bought(days=3))
    assert held(segment) == [ada]
    refresh_due(now=NOW + 2 * DAY)
    assert (held(segment), members(segment)) == ([], [])


@pytest.mark.parametrize("verify", [verify_all, lambda now: verify_sample(now=now, percent=100)])
def test_the_proof_counts_nobody_held_back_and_puts_out_who_got_in_wrongly(verify):
    ada, ben = person("ada", plan="pro"), person("ben", plan="pro")
    segment = from_now_on("Pro", plan_is("pro"))
    read_facts()
    assert [proof.differences for proof in verify(now=NOW + DAY)] == [0]
    SegmentMember.objects.create(segment_id=segment.id, customer_id=ben, since=NOW)
    Segment.objects.filter(pk=segment.id).update(member_count=1)
    assert [proof.differences for proof in verify(now=NOW + DAY)] == [1]
    assert (members(segment), held(segment), count_of(segment)) == ([], [ada, ben], 0)


def test_a_new_version_keeps_who_is_in_and_a_backfill_lets_everybody_in():
    ada, ben = person("ada", plan="pro"), person("ben", plan="trial")
    segment = live("Pro", plan_is("pro"))
    save_draft(
        segment.id, rule={"root": {"match": "any", "rules": [plan_is("pro"), plan_is("trial")]}}
    )
    report = publish_segment(segment.id, backfill=False, now=NOW)
    assert (report.members, report.entered, report.left, report.held_back) == (1, 0, 0, 1)
    assert (members(segment), held(segment)) == ([ada], [ben])
    save_draft(segment.id, rule={"root": {"rules": [plan_is("trial")]}})
    report = publish_segment(segment.id, now=NOW)
    assert (report.members, report.entered, report.left, report.held_back) == (1, 1, 1, 0)
    assert (members(segment), held(segment)) == ([ben], [])


def test_segments_that_refer_to_it_follow_who_is_in_and_archiving_lets_go():
    ada = person("ada", plan="pro")
    segment = from_now_on("Pro", plan_is("pro"))
    dependent = live("Inside", inside(segment))
    read_facts()
    assert members(dependent) == []
    person("ada", plan="free", now=NOW + DAY)
    read_facts()
    person("ada", plan="pro", now=NOW + DAY)
    read_facts()
    assert members(dependent) == [ada]
    other = from_now_on("Free to pro", plan_is("pro"))
    assert held(other) == [ada]
    archive_segment(other.id, now=NOW)
    assert held(other) == []


def test_a_merge_brings_nobody_in_and_undoing_it_neither():
    ada, ben = person("ada", plan="free"), person("ben", plan="pro")
    segment = from_now_on("Pro", plan_is("pro"))
    merge_people([(ada, ben)], kind=Merge.Kind.EXPLICIT, reason="same", now=NOW, actor="t")
    person("ada", plan="pro")
    settle(NOW)
    assert (members(segment), held(segment)) == ([], [ada, ben])
    part_people(Merge.objects.get().pk, actor="t", now=NOW)
    settle(NOW)
    assert ben not in members(segment)
    assert ben in held(segment)


def test_a_merge_with_somebody_who_is_in_lets_the_winner_in():
    ada, ben = person("ada", plan="pro"), person("ben", plan="free")
    segment = from_now_on("Pro", plan_is("pro"))
    person("ben", plan="pro", now=NOW + DAY)
    read_facts()
    assert members(segment) == [ben]
    merge_people([(ada, ben)], kind=Merge.Kind.EXPLICIT, reason="same", now=NOW, actor="t")
    settle(NOW + DAY)
    assert members(segment) == [ada]


def settle(now):
    read_facts(now)
    while refresh_due(now=now):
        pass


PLANS = ["pro", "free"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), st.integers(0, 2), st.sampled_from(PLANS)),
        st.tuples(st.just("buys"), st.integers(0, 2), st.just("")),
        st.tuples(st.just("wait"), st.integers(1, 4), st.just("")),
        st.tuples(st.just("publish"), st.booleans(), st.sampled_from(["plan", "both", "none"])),
        st.tuples(st.just("verify"), st.just(0), st.just("")),
    ),
    max_size=12,
)
RULES = {
    "plan": {"root": {"rules": [plan_is("pro")]}},
    "both": {"root": {"match": "all", "rules": [plan_is("pro"), bought(days=3)]}},
    "none": {"root": {"match": "none", "rules": [bought(days=2)]}},
}


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(plans=st.lists(st.sampled_from(PLANS), min_size=3, max_size=3), steps=STEPS)
@example(
    plans=["pro", "pro", "free"],
    steps=[("publish", False, "none"), ("buys", 0, ""), ("wait", 3, "")],
)
def test_members_are_who_matches_in_memory_and_was_not_matching_when_it_was_published(plans, steps):
    with undone():
        people = [person(f"p{number}", plan=plan) for number, plan in enumerate(plans)]
        segment = from_now_on("Property", plan_is("pro"))
        now, rule = NOW, RULES["plan"]
        inside, out = set(), matching(rule, people, now)
        for verb, number, word in steps:
            if verb == "plan":
                person(f"p{number}", plan=word, now=now)
            elif verb == "buys":
                add_touch(people[number], event="Order Completed", occurred_at=now)
            elif verb == "wait":
                now += number * DAY
            settle(now)
            if verb == "publish":
                rule = RULES[word]
                save_draft(segment.id, rule=rule)
                publish_segment(segment.id, backfill=number, now=now)
                out = set() if number else matching(rule, people, now) - inside
            elif verb == "verify":
                assert [proof.differences for proof in verify_all(now=now)] == [0]
            found = matching(rule, people, now)
            out &= found
            inside = found - out
            assert (set(members(segment)), set(held(segment))) == (inside, out)
            assert count_of(segment) == len(inside)
            now += timedelta(seconds=1)


def matching(rule, people, now):
    root = parse_rule(rule).root
    return {pk for pk, one in load_people(people, root).items() if root.holds(one, now).holds}


def test_builder_and_api_publish_from_now_on_and_say_who_is_held_back(client, colleague):
    assign_role(colleague, Role.ADMIN)
    client.force_login(colleague)
    ada = person("ada", plan="pro")
    segment = facade.create_segment("Pro", rule=PRO, now=NOW)
    url = f"/api/v1/segments/{segment.key}"
    report = client.post(f"{url}/publish/", {"backfill": False}, content_type="application/json")
    assert report.json() == {"version": 1, "people": 0, "entered": 0, "left": 0, "held_back": 1}
    key = Customer.objects.get(pk=ada).key
    answer = client.get(f"{url}/members/{key}/").json()
    assert (answer["is_member"], answer["is_held_back"], answer["reason"]["holds"]) == (
        False,
        True,
        True,
    )
    page = client.get(reverse("profiles:segment-check", args=[segment.key]), {"person": "ada"})
    assert "Held back" in page.content.decode()
    fields = {
        "name": "Pro", "match": "all", "0.kind": "trait", "0.key": "plan", "0.op": "text:is",
        "0.value": "pro", "step": "publish", "backfill": "no",
    }  # fmt: skip
    edit = reverse("profiles:segment-edit", args=[segment.key])
    told = client.post(edit, fields, follow=True).content.decode()
    assert "1 who match already stay out until they newly match." in told
    assert "Only from now on" in told
    client.post(edit, fields | {"backfill": "yes"})
    assert members(segment) == [ada]
