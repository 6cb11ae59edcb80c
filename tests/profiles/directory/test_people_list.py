"""The list of people: names with typos, filters, saved views, actions on many, CSV."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from kernel.testing.facts import drain_facts
from profiles import facade
from profiles.models import Customer, SavedView, SegmentMember, Tombstone, TraitEntry
from profiles.segments.services.listing import create_list
from tests.profiles.collecting import Sender

NOW = datetime.now(UTC)


def known(user: str, name: str, email: str, days_ago: int = 0):
    return {"type": "identify", "userId": user, "traits": {"name": name, "email": email},
            "messageId": user, "timestamp": (NOW - timedelta(days=days_ago)).isoformat()}  # fmt: skip


@pytest.fixture
def three(sender: Sender) -> dict[str, Customer]:
    sender.deliver(
        known("u1", "Ada Lovelace", "ada@example.com"),
        known("u2", "Grace Hopper", "grace@example.org", days_ago=60),
        {"type": "track", "event": "Seen", "anonymousId": "a1", "messageId": "a1"},
    )
    drain_facts(NOW)
    named = {person.traits.get("name", "nobody"): person for person in Customer.objects.all()}
    return {name.split()[0]: person for name, person in named.items()}


def names(client, user, **query: str) -> list[str]:
    client.force_login(user)
    found = client.get(reverse("profiles:list"), query).context["people"]
    return [person.name.split()[0] for person in found]


@pytest.mark.parametrize("query", ["lovelase", "Ada Lovlace", "ADA@EXAMPLE", "lovel"])
def test_a_name_or_address_is_found_in_spite_of_typos(client, colleague, three, query):
    assert names(client, colleague, q=query)[0] == "Ada"


def test_who_may_not_see_names_cannot_search_by_them(client, stranger, three):
    assign_role(stranger, Role.VIEWER)
    assert names(client, stranger, q="lovelace") == []


def test_filters_lie_in_the_address_and_narrow_the_list(client, colleague, three):
    has_email = {
        "kind": "trait",
        "key": "email",
        "test": {"type": "presence", "operator": "present"},
    }
    rule = {"root": {"match": "all", "rules": [has_email]}}
    segment = facade.create_segment("With e-mail", rule=rule, now=NOW)
    facade.publish_segment(segment.id, now=NOW)
    assert set(names(client, colleague, segment=str(segment.key))) == {"Ada", "Grace"}
    assert names(client, colleague, segment=str(segment.key), seen="30") == ["Ada"]
    assert names(client, colleague, known="no") == ["Person"]
    assert len(names(client, colleague, seen="nonsense", segment="nonsense")) == 3


def test_views_are_saved_shared_and_forgotten_by_their_owner_only(client, owner, colleague, three):
    client.force_login(colleague)
    address = reverse("profiles:view_save")
    client.post(address, {"name": "Known", "filters": "known=yes", "shared": "on"})
    client.post(address, {"name": "", "filters": "known=yes"})
    view = SavedView.objects.get()
    client.force_login(owner)
    shown = client.get(reverse("profiles:list")).context
    assert [one.name for one in shown["shared_views"]] == ["Known"]
    client.post(address, {"forget": view.id, "filters": ""})
    assert SavedView.objects.count() == 1
    client.force_login(colleague)
    client.post(address, {"forget": view.id, "filters": ""})
    assert SavedView.objects.count() == 0


def test_chosen_people_go_on_a_static_list(client, colleague, three):
    target = create_list(name="Chosen", now=NOW)
    client.force_login(colleague)
    keys = [three["Ada"].key, three["Grace"].key]
    body = {"action": "list", "list": str(target.key), "person": keys}
    assert client.post(reverse("profiles:people_act"), body).status_code == 302
    found = set(SegmentMember.objects.filter(segment=target).values_list("customer_id", flat=True))
    assert found == {three["Ada"].id, three["Grace"].id}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("text", " gold ", "gold"), ("number", "3.5", 3.5), ("number", "12", 12), ("boolean", "Yes", True),
     ("list", "a, b,", ["a", "b"])],
)  # fmt: skip
def test_an_attribute_is_set_for_the_chosen_and_its_history_keeps_what_was(
    client, colleague, three, kind, text, value
):
    client.force_login(colleague)
    body = {"action": "set", "person": [three["Ada"].key, three["Grace"].key], "trait": "tier"}
    for change in ({"kind": kind, "value": text}, {"kind": "nothing", "value": ""}):
        before = Customer.objects.get(id=three["Ada"].id).traits.get("tier")
        assert client.post(reverse("profiles:people_act"), {**body, **change}).status_code == 302
        held = [one.traits.get("tier") for one in Customer.objects.order_by("id")]
        assert (before, held) in [(None, [value, value, None]), (value, [None, None, None])]
    seen = Customer.objects.get(id=three["Grace"].id).last_seen_at
    assert seen == three["Grace"].last_seen_at
    shown = client.get(reverse("profiles:list"), {"q": "grace@example.org"}).context["people"]
    assert [person.last_at.date() for person in shown] == [(NOW - timedelta(days=60)).date()]
    told = TraitEntry.objects.filter(customer_id=three["Ada"].id, traits__has_key="tier").order_by(
        "id"
    )
    assert [one.traits["tier"] for one in told] == [value, None]
    deeds = AuditEntry.objects.filter(verb="traits_set")
    assert [len(deed.after["people"]) for deed in deeds] == [2, 2]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"trait": " "}, "Name the attribute"), ({"trait": "email"}, "tells people apart"),
        ({"kind": "number", "value": "x"}, "Write a number"), ({"kind": "boolean"}, "Write yes or no"),
        ({"value": " "}, "Write the value"), ({"person": []}, "people first"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_said_and_nothing_changes(client, colleague, three, change, problem):
    client.force_login(colleague)
    body = {
        "action": "set",
        "person": [three["Ada"].key],
        "trait": "tier",
        "kind": "text",
        "value": "x",
    }
    answer = client.post(reverse("profiles:people_act"), {**body, **change}, follow=True)
    assert problem in answer.content.decode()
    assert not TraitEntry.objects.filter(traits__has_key="tier").exists()
    assert not AuditEntry.objects.filter(verb="traits_set").exists()


def test_many_are_erased_only_by_an_admin_who_types_their_number(client, owner, colleague, three):
    address, keys = reverse("profiles:people_act"), [three["Ada"].key, three["Grace"].key]
    body = {"action": "erase", "person": keys, "reason": "Request 9", "confirmation": "2"}
    client.force_login(colleague)
    assert client.post(address, body).status_code == 403
    client.force_login(owner)
    assert client.post(address, {"action": "erase", "person": keys}).status_code == 200
    assert client.post(address, {**body, "confirmation": "3"}).status_code == 422
    assert Customer.objects.filter(erased_at=None).count() == 3
    assert client.post(address, body).status_code == 302
    assert Customer.objects.filter(erased_at=None).count() == 1


def test_the_csv_holds_everybody_whom_the_filters_leave_and_is_audited(client, colleague, three):
    Customer.objects.filter(id=three["Ada"].id).update(traits={"name": "=cmd()"})
    client.force_login(colleague)
    answer = client.get(reverse("profiles:people_export"), {"known": "yes"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert [line.split(",")[1] for line in lines] == ["name", "Grace Hopper", "'=cmd()"]
    assert AuditEntry.objects.get(verb="exported").after == {"filters": ["known"]}


def test_an_admin_lifts_a_tombstone_by_the_identifier_in_full(client, owner, colleague, three):
    facade_reason = {
        "action": "erase",
        "person": [three["Ada"].key],
        "reason": "R",
        "confirmation": "1",
    }
    client.force_login(owner)
    client.post(reverse("profiles:people_act"), facade_reason)
    before, address = Tombstone.objects.count(), reverse("profiles:tombstones")
    assert client.post(address, {"kind": "email", "value": "other@example.com"}).status_code == 422
    assert client.post(address, {"kind": "email", "value": " ADA@example.com"}).status_code == 302
    assert Tombstone.objects.count() == before - 1
    client.force_login(colleague)
    assert client.post(address, {"kind": "email", "value": "x@example.com"}).status_code == 403
