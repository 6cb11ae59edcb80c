"""Accounts follow group calls; members follow their people through merges and segments."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.testing.facts import drain_facts
from kernel.ui.navigation import is_under
from profiles import facade
from profiles.customers.services import erase_customers, export_customer
from profiles.models import Account, AccountMember, Customer, Identity, SegmentMember
from profiles.segments.services.refreshing import refresh_due
from profiles.touchpoints.services.explicit_merges import merge_explicitly, undo_merge
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller

SAY = {"reason": "Same person by phone.", "actor": "user:1"}


def now() -> datetime:
    return datetime.now(UTC)


def person(user: str) -> int:
    return Identity.objects.get(kind="user_id", value=user).customer_id


def group(user: str, account: str, number: int, **traits):
    return {"type": "group", "userId": user, "groupId": account, "traits": traits,
            "messageId": f"{user}-{account}-{number}", "timestamp": f"2026-01-0{number}T00:00:00Z"}  # fmt: skip


def members() -> set[tuple[str, int]]:
    rows = AccountMember.objects.values_list("account__external_id", "customer_id")
    return set(rows)


def deliver(sender: Sender, *messages) -> None:
    sender.deliver(*messages)
    drain_facts(now())


def test_a_group_call_makes_an_account_with_traits_and_a_member(sender):
    deliver(sender, group("u1", "acme", 1, name="Acme", plan="free"),
            group("u2", "acme", 3, plan="pro"), group("u2", "beta", 2))  # fmt: skip
    deliver(sender, group("u1", "acme", 2, plan="trial", name=None))
    acme = Account.objects.get(external_id="acme")
    assert acme.traits == {"plan": "pro"}
    assert (acme.first_seen_at.day, acme.last_seen_at.day) == (1, 3)
    assert members() == {("acme", person("u1")), ("acme", person("u2")), ("beta", person("u2"))}


def test_a_group_id_that_is_too_long_stays_on_the_timeline_only(sender):
    deliver(sender, group("u1", "x" * 256, 1), group("u1", "acme", 1))
    assert [account.external_id for account in Account.objects.all()] == ["acme"]


def test_memberships_move_with_a_merge_and_back_with_its_undoing(sender):
    deliver(sender, group("u1", "acme", 1), group("u2", "acme", 1), group("u2", "beta", 2))
    one, two = person("u1"), person("u2")
    before = members()
    merged = merge_explicitly(winner_id=one, loser_id=two, **SAY, now=now())
    assert members() == {("acme", one), ("beta", one)}
    undo_merge(merged.merge_id, actor="user:1", now=now())
    assert members() == before


def test_group_calls_after_a_merge_go_to_the_right_side_when_it_is_undone(sender):
    deliver(sender, group("u1", "acme", 1), group("u2", "beta", 1))
    one, two = person("u1"), person("u2")
    merged = merge_explicitly(winner_id=one, loser_id=two, **SAY, now=now())
    deliver(sender, group("u2", "gamma", 3), group("u1", "delta", 3))
    assert ("gamma", one) in members()
    undo_merge(merged.merge_id, actor="user:1", now=now())
    assert members() == {("acme", one), ("delta", one), ("beta", two), ("gamma", two)}


def test_segments_follow_the_traits_of_an_account(sender):
    deliver(sender, group("u1", "acme", 1, name="Acme"), group("u2", "beta", 1, name="Beta"))
    named = {"kind": "field", "field": "account.name",
             "test": {"type": "text", "operator": "is", "values": ["Acme"]}}  # fmt: skip
    rule = {"root": {"match": "all", "rules": [named]}}
    segment = facade.create_segment("Of Acme", rule=rule, now=now())
    facade.publish_segment(segment.id, now=now())
    inside = SegmentMember.objects.filter(segment_id=segment.id)
    assert set(inside.values_list("customer_id", flat=True)) == {person("u1")}
    deliver(sender, group("u3", "beta", 2, name="Acme"))
    refresh_due(now=now())
    assert inside.count() == 3


def test_an_account_is_exported_with_its_person_and_left_when_they_are_erased(sender):
    deliver(sender, group("u1", "acme", 1, name="Acme"))
    one = person("u1")
    [exported] = export_customer(one, actor="user:1", now=now())["accounts"]["accounts"]
    assert (exported["id"], exported["traits"]) == ("acme", {"name": "Acme"})
    erase_customers([one], actor="user:1", reason="Request 1", now=now())
    assert (members(), Account.objects.count()) == (set(), 1)


@pytest.fixture
def acme(sender: Sender) -> Account:
    deliver(sender, {"type": "identify", "userId": "u1", "traits": {"email": "ada@example.com"}},
            group("u1", "acme", 1, name="Acme", owner="ada@example.com"))  # fmt: skip
    return Account.objects.get()


def test_pages_list_accounts_and_lead_to_their_people(client, colleague, acme):
    client.force_login(colleague)
    found = client.get(reverse("profiles:accounts"), {"q": "ac"})
    assert [line.name for line in found.context["lines"]] == ["Acme"]
    assert client.get(reverse("profiles:accounts"), {"q": "zz"}).context["lines"] == []
    page = client.get(reverse("profiles:account", args=[acme.key]))
    [member] = page.context["members"]
    assert (member["email"], page.status_code) == ("ada@example.com", 200)
    profile = client.get(reverse("profiles:profile", args=[Customer.objects.get().key]))
    assert ("Accounts", ["Acme"]) in [
        (title, [fact.label for fact in facts]) for title, facts in profile.context["sections"]
    ]


def test_the_api_lists_shows_and_sets_accounts(acme):
    editor, viewer = Caller(Role.EDITOR), Caller(Role.VIEWER)
    person_key = Customer.objects.get().key
    [row] = editor.ask(f"accounts/?customer={person_key}&query=acme").json()["results"]
    assert (row["id"], row["name"], row["members"]) == ("acme", "Acme", 1)
    one = editor.ask(f"accounts/{acme.key}/")
    change = {"traits": {"plan": "pro", "owner": None}}
    stale = {"If-Match": '"an-old-one"'}
    assert editor.ask(f"accounts/{acme.key}/", "patch", change, **stale).status_code == 412
    fresh = {"If-Match": one.headers["ETag"]}
    assert editor.ask(f"accounts/{acme.key}/", "patch", change, **fresh).status_code == 200
    assert editor.ask(f"accounts/{acme.key}/").json()["traits"] == {"name": "Acme", "plan": "pro"}
    assert viewer.ask(f"accounts/{acme.key}/", "patch", change).status_code == 403
    members = viewer.ask(f"accounts/{acme.key}/members/").content.decode()
    assert (str(person_key) in members, "ada@example.com" in members) == (True, False)
    assert editor.ask("accounts/nobody/").status_code == 404


def test_pages_of_staff_log_in_do_not_lie_below_those_of_customer_accounts():
    assert not is_under(reverse("mfa_index"), reverse("profiles:accounts"))
