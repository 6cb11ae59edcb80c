"""Static lists: people by whatever names them, from a query, frozen, merged, and used in rules."""

import pytest

from kernel.errors import Conflict, Invalid
from profiles.customers.models import Merge
from profiles.identities.services.merging import merge_people, part_people
from profiles.models import Customer, Segment
from profiles.segments.services import listing
from profiles.segments.services.proving import verify_all
from profiles.segments.services.publishing import archive_segment
from profiles.segments.services.refreshing import refresh_due
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import (
    changes,
    inside,
    live,
    members,
    person,
    plan_is,
    read_facts,
)

pytestmark = pytest.mark.django_db


def settle():
    read_facts()
    while refresh_due(now=NOW):
        pass


def test_people_are_added_by_address_id_phone_or_key_and_the_unknown_are_named():
    ada = person("ada", email="ada@example.com")
    ben = person("ben", phone="+49 170 1234567")
    cat = person("cat")
    some = listing.create_list(name="VIP", now=NOW)
    key = str(Customer.objects.get(pk=cat).key)
    texts = ["ADA@example.com", " ada ", "+49 170 1234567", key, "nobody@example.com", ""]
    report = listing.add_named(some.pk, texts, now=NOW)
    assert (report.added, report.known, report.unknown) == (3, 0, ["nobody@example.com"])
    again = listing.add_named(some.pk, ["ada"], now=NOW)
    assert (again.added, again.known) == (0, 1)
    assert members(some) == sorted([ada, ben, cat])
    assert changes(some)[0] == (ada, True, "list", False)
    assert listing.remove_named(some.pk, ["ben"], now=NOW) == 1
    some.refresh_from_db()
    assert (some.member_count, members(some)) == (2, sorted([ada, cat]))


def test_a_rule_may_ask_for_a_list_and_follows_it():
    ada = person("ada")
    some = listing.create_list(name="VIP", now=NOW)
    user = live("Is VIP", inside(some))
    settle()
    listing.add_named(some.pk, ["ada"], may_start_journeys=True, now=NOW)
    settle()
    assert changes(user) == [(ada, True, "segment", True)]
    listing.remove_named(some.pk, ["ada"], now=NOW)
    settle()
    assert members(user) == []
    with pytest.raises(Conflict, match="Is VIP"):
        archive_segment(some.pk, now=NOW)


def test_a_list_grows_from_a_query_and_a_snapshot_stays_as_it_was():
    ada, ben = person("ada", plan="pro"), person("ben", plan="free")
    pro = live("Pro", plan_is("pro"))
    frozen = listing.snapshot_segment(Segment.objects.get(pk=pro.id), now=NOW)
    assert (members(frozen), frozen.member_count) == ([ada], 1)
    person("ben", plan="pro")
    settle()
    assert (members(pro), members(frozen)) == ([ada, ben], [ada])
    added = listing.add_matching(frozen.pk, {"root": {"rules": [plan_is("pro")]}}, now=NOW)
    assert (added.asked, added.added, members(frozen)) == (2, 1, [ada, ben])
    assert [proof.segment_id for proof in verify_all(now=NOW)] == [pro.id]


def test_a_merge_hands_the_place_over_and_undoing_it_gives_it_back():
    ada, ben = person("ada"), person("ben")
    some, both = (listing.create_list(name=name, now=NOW) for name in ("Some", "Both"))
    listing.add_named(some.pk, ["ben"], now=NOW)
    listing.add_named(both.pk, ["ada", "ben"], now=NOW)
    merge_people([(ada, ben)], kind=Merge.Kind.EXPLICIT, reason="same", now=NOW, actor="t")
    assert (members(some), members(both)) == ([ada], [ada])
    assert Segment.objects.get(pk=both.pk).member_count == 1
    part_people(Merge.objects.get().pk, actor="t", now=NOW)
    assert (members(some), members(both)) == ([ben], [ada, ben])
    counts = (
        Segment.objects.filter(kind="list").order_by("id").values_list("member_count", flat=True)
    )
    assert list(counts) == [1, 2]


def test_only_a_list_in_use_takes_people_and_not_too_many_at_once():
    rule = live("Pro", plan_is("pro"))
    with pytest.raises(Conflict, match="no static list"):
        listing.add_named(rule.id, ["ada"], now=NOW)
    some = listing.create_list(name="VIP", now=NOW)
    with pytest.raises(Invalid, match="at most 50,000"):
        listing.add_named(some.pk, map(str, range(50_001)), now=NOW)
    with pytest.raises(Conflict, match="already"):
        listing.create_list(name="VIP", now=NOW)
    with pytest.raises(Invalid, match="name"):
        listing.create_list(name=" ", now=NOW)
