"""The REST API of segments, memberships, lists and computed traits."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from kernel.access.roles import Role
from profiles.computed.services.refreshing import compute_requested
from profiles.models import Customer, Segment
from profiles.segments.services.refreshing import refresh_due
from tests.profiles.directory.test_api import Caller
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import bought, live, person, plan_is, read_facts
from tests.profiles.segments.world import add_touch

PRO = {"root": {"rules": [plan_is("pro")]}}


@pytest.fixture
def publisher(db):
    return Caller(Role.PUBLISHER)


def key_of(customer):
    return str(Customer.objects.get(pk=customer).key)


def test_a_segment_is_created_changed_published_and_archived(publisher):
    ada = person("ada", plan="pro")
    made = publisher.ask("segments/", "post", {"name": "Pro", "rule": PRO})
    assert (made.status_code, made.json()["status"]) == (201, "draft")
    path = f"segments/{made.json()['key']}/"
    changed = publisher.ask(path, "patch", {"name": "Pros"}).json()
    assert (changed["name"], changed["sentence"]) == ("Pros", "plan is “pro”")
    report = publisher.ask(f"{path}publish/", "post", {}).json()
    assert report == {"version": 1, "people": 1, "entered": 1, "left": 0, "held_back": 0}
    [member] = publisher.ask(f"{path}members/").json()["results"]
    assert member["customer"] == key_of(ada)
    [listed] = publisher.ask("segments/").json()["results"]
    assert (listed["name"], listed["people"], listed["version"]) == ("Pros", 1, 1)
    assert publisher.ask(path, "delete").status_code == 204
    assert publisher.ask(path).json()["status"] == "archived"
    assert publisher.ask(path, "patch", {"name": "X"}).status_code == 409


def test_a_wrong_rule_names_every_place_and_a_stale_edit_is_refused(publisher):
    wrong = {"root": {"rules": [{"kind": "trait", "key": ""}, {"kind": "nonsense"}]}}
    refused = publisher.ask("segments/", "post", {"name": "Wrong", "rule": wrong})
    paths = {error["path"] for error in refused.json()["errors"]}
    assert refused.status_code == 422
    assert paths >= {"rule.root.rules.0.key", "rule.root.rules.0.test"}
    made = publisher.ask("segments/", "post", {"name": "Pro", "rule": PRO}).json()
    stale = publisher.ask(
        f"segments/{made['key']}/", "patch", {"name": "X"}, **{"If-Match": '"old"'}
    )
    assert (stale.status_code, Segment.objects.get().name) == (412, "Pro")


def test_a_rule_is_counted_without_being_kept(publisher):
    person("ada", plan="pro")
    person("ben")
    found = publisher.ask("segments/count/", "post", {"rule": PRO}).json()
    assert found == {"number": 1, "low": 1, "high": 1, "is_exact": True, "of_people": 2}
    assert not Segment.objects.exists()


def test_the_membership_of_one_person_comes_with_its_reason(publisher):
    ada = person("ada", plan="pro", email="ada@example.com")
    found = live("Pro", plan_is("pro"))
    path = f"segments/{found.key}/members/ada@example.com/"
    body = publisher.ask(path).json()
    assert (body["customer"], body["is_member"]) == (key_of(ada), True)
    [leaf] = body["reason"]["reasons"]
    assert (leaf["words"], leaf["holds"], leaf["fact"]) == ("plan is “pro”", True, "plan is “pro”")
    assert Caller(Role.VIEWER).ask(path).json()["reason"] is None
    assert publisher.ask(f"segments/{found.key}/members/nobody/").status_code == 404


def test_members_come_page_by_page_and_viewers_see_no_addresses(publisher):
    for number in range(3):
        person(f"p{number}", plan="pro", email=f"p{number}@example.com")
    found = live("Pro", plan_is("pro"))
    first = publisher.ask(f"segments/{found.key}/members/?limit=2").json()
    second = Client().get(first["next"], headers=publisher.headers).json()
    emails = [row["email"] for row in first["results"] + second["results"]]
    assert (emails, second["next"]) == ([f"p{number}@example.com" for number in range(3)], None)
    masked = Caller(Role.VIEWER).ask(f"segments/{found.key}/members/").json()["results"]
    assert {row["email"] for row in masked} == {None}


@pytest.mark.django_db(transaction=True)
def test_the_feed_of_changes_goes_on_where_it_ended():
    caller = Caller(Role.VIEWER)
    ada = person("ada")
    found = live("Buyers", bought())
    empty = caller.ask("segments/changes/").json()
    assert empty["results"] == []
    add_touch(ada, event="Order Completed", occurred_at=NOW)
    read_facts()
    later = Client().get(empty["next"], headers=caller.headers).json()
    [change] = later["results"]
    assert (change["customer"], change["entered"]) == (key_of(ada), True)
    assert (change["cause"], change["segment"]) == ("touchpoint", str(found.key))
    refresh_due(now=NOW + timedelta(days=31))
    last = Client().get(later["next"], headers=caller.headers).json()
    assert [row["entered"] for row in last["results"]] == [False]
    assert caller.ask(f"segments/changes/?segment={found.key}&limit=1").json()["results"] == [
        change
    ]
    assert caller.ask("segments/changes/?segment=x").status_code == 422
    assert caller.ask("segments/changes/?cursor=WyJ4IiwxXQ").status_code == 422


def test_a_list_takes_people_and_a_snapshot_freezes_a_segment(publisher):
    person("ada", plan="pro")
    ben = person("ben", plan="pro")
    made = publisher.ask("segments/", "post", {"name": "VIP", "kind": "list"}).json()
    path = f"segments/{made['key']}/"
    report = publisher.ask(f"{path}people/", "post", {"add": ["ada", "who"], "matching": PRO})
    assert report.json() == {"added": 2, "removed": 0, "known": 1, "unknown": ["who"]}
    pro = live("Pro", plan_is("pro"))
    report = publisher.ask(f"{path}people/", "post", {"members_of": str(pro.key)}).json()
    assert (report["added"], report["known"]) == (0, 2)
    wrong = publisher.ask(f"{path}people/", "post", {"members_of": str(UUID(int=1))})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "members_of")
    report = publisher.ask(f"{path}people/", "post", {"remove": ["ada"]}).json()
    assert report["removed"] == 1
    frozen = publisher.ask(f"{path}snapshot/", "post", {"name": "Frozen"})
    assert (frozen.status_code, frozen.json()["people"]) == (201, 1)
    [member] = publisher.ask(f"segments/{frozen.json()['key']}/members/").json()["results"]
    assert member["customer"] == key_of(ben)
    assert publisher.ask(path, "patch", {"rule": PRO}).status_code == 422


def test_computed_traits_are_kept_by_the_api_and_read_per_person(publisher):
    ada = person("ada", email="ada@example.com")
    add_touch(ada, event="Order Completed", occurred_at=NOW, revenue="12.50")
    definition = {
        "kind": "figure", "measure": "sum", "property": "revenue", "event": "Order Completed",
    }  # fmt: skip
    given = {"name": "Spent", "slug": "spent", "definition": definition}
    made = publisher.ask("computed-traits/", "post", given)
    shown = made.json()
    assert (made.status_code, shown["people"], shown["computation"]) == (201, 0, "waiting")
    assert compute_requested(now=NOW) == 1
    path = f"computed-traits/{shown['key']}/"
    shown = publisher.ask(path).json()
    assert (shown["people"], shown["computation"], shown["requested_at"]) == (1, "computed", None)
    values = publisher.ask("customers/ada@example.com/computed-traits/").json()
    assert values == {"customer": key_of(ada), "values": {"spent": 12.5}}
    count = {"kind": "figure", "measure": "count", "event": "Order Completed"}
    assert (
        publisher.ask(path, "patch", {"definition": count}).json()["sentence"].startswith("number")
    )
    assert publisher.ask("customers/ada/computed-traits/").json()["values"] == {"spent": 12.5}
    assert [compute_requested(now=NOW) for _ in range(2)] == [1, 0]
    assert publisher.ask("customers/ada/computed-traits/").json()["values"] == {"spent": 1}
    assert publisher.ask(path, "patch", {"name": "Orders"}).json()["computation"] == "computed"
    wrong = {**given, "slug": "x", "name": "X", "definition": {"kind": "figure"}}
    errors = publisher.ask("computed-traits/", "post", wrong).json()["errors"]
    assert {error["path"] for error in errors} == {"definition.event", "definition.measure"}
    assert Caller(Role.EDITOR).ask("computed-traits/", "post", given).status_code == 403
    assert publisher.ask(path, "delete").status_code == 204
    assert publisher.ask("computed-traits/").json() == {"results": []}
