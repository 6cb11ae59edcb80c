"""The list of people and the profile of one person."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from profiles.contracts import TimelineEntry
from profiles.directory import selectors
from profiles.extension_points import timeline_sources
from profiles.models import Customer
from tests.profiles.collecting import Sender

NOW = datetime.now(UTC)


@pytest.fixture
def ada(sender: Sender) -> Customer:
    sender.deliver(
        {"type": "page", "anonymousId": "a1", "name": "Home", "messageId": "1",
         "timestamp": (NOW - timedelta(days=2)).isoformat()},
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "2",
         "timestamp": (NOW - timedelta(days=1)).isoformat(),
         "traits": {"email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace",
                    "phone": "+43 664 1234567", "orders": 3}},
        {"type": "track", "userId": "u1", "event": "Order Completed", "messageId": "3",
         "timestamp": (NOW - timedelta(hours=1)).isoformat(),
         "properties": {"revenue": 19.9, "note": "for Grace"}},
    )  # fmt: skip
    return Customer.objects.get()


@pytest.fixture
def viewer(stranger):
    assign_role(stranger, Role.VIEWER)
    return stranger


def page(client, user, name: str, customer: Customer | None = None, **query: str):
    client.force_login(user)
    address = reverse(f"profiles:{name}", kwargs={"key": customer.key} if customer else None)
    return client.get(address, query)


@pytest.mark.parametrize(
    "query", ["ada@example.com", " ADA@example.com", "u1", "a1", "+436641234567",
              "+43 664 1234567", "anonymous_id:a1"],
)  # fmt: skip
def test_people_are_found_by_any_id_in_full(client, colleague, sender, ada, query):
    sender.deliver({"type": "track", "userId": "u2", "event": "X", "messageId": "x"})
    found = page(client, colleague, "list", q=query)
    assert [person.id for person in found.context["people"]] == [ada.id]


def test_a_key_finds_its_person_and_a_part_of_an_id_finds_nobody(client, colleague, ada):
    by_key = page(client, colleague, "list", q=str(ada.key))
    by_part = page(client, colleague, "list", q="ada@")
    assert [person.id for person in by_key.context["people"]] == [ada.id]
    assert "Nobody has this id" in by_part.content.decode()


def test_the_list_pages_by_position_newest_first(client, colleague, sender, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE", 2)
    for number in range(5):
        sender.deliver({"type": "track", "userId": f"u{number}", "event": "X",
                        "messageId": str(number)})  # fmt: skip
    seen, before = [], ""
    while True:
        answer = page(client, colleague, "list", **({"before": before} if before else {}))
        seen.append([person.user_id for person in answer.context["people"]])
        before = answer.context["more"]
        if not before:
            break
    assert seen == [["u4", "u3"], ["u2", "u1"], ["u0"]]


def test_a_timeline_mixes_touchpoints_and_entries_of_other_apps_by_time(client, colleague, ada):
    class Journeys:
        key = "journeys"

        def entries(self, customer_id, *, before, limit):
            assert customer_id == ada.id
            at = NOW - timedelta(hours=12)
            return [TimelineEntry(at=at, kind="step", title="Entered Win-back")]

    with timeline_sources.opened():
        timeline_sources.register("journeys", Journeys())
        answer = page(client, colleague, "profile", ada)
    assert [entry.line.title for entry in answer.context["entries"]] == [
        "Order Completed", "Entered Win-back", "Identify", "Page Viewed",
    ]  # fmt: skip
    assert "note for Grace · revenue 19.9" in answer.content.decode()


@pytest.mark.parametrize(
    ("show", "titles"),
    [("behavior", ["Order Completed", "Page Viewed"]), ("changes", ["Identify"]),
     ("activity", [])],
)  # fmt: skip
def test_a_timeline_can_be_filtered(client, colleague, ada, show, titles):
    answer = page(client, colleague, "profile", ada, show=show)
    assert [entry.line.title for entry in answer.context["entries"]] == titles


def test_a_timeline_continues_without_gap_or_repetition(
    client, colleague, sender, ada, monkeypatch
):
    monkeypatch.setattr(selectors, "PAGE", 2)
    same = (NOW - timedelta(hours=3)).isoformat()
    sender.deliver(*[
        {"type": "track", "userId": "u1", "event": f"Same {n}", "messageId": f"s{n}",
         "timestamp": same} for n in range(4)
    ])  # fmt: skip
    seen, before = [], ""
    while True:
        answer = page(client, colleague, "profile", ada, **({"before": before} if before else {}))
        seen += [entry.line.title for entry in answer.context["entries"]]
        if not answer.context["more"]:
            break
        before = answer.context["more"].isoformat()
    assert sorted(seen) == [
        "Identify", "Order Completed", "Page Viewed", "Same 0", "Same 1", "Same 2", "Same 3",
    ]  # fmt: skip


def test_the_next_entries_come_as_a_part_of_the_page(client, colleague, ada):
    client.force_login(colleague)
    answer = client.get(
        reverse("profiles:profile", kwargs={"key": ada.key}),
        {"before": (NOW - timedelta(hours=2)).isoformat()}, headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "<html" not in answer.content.decode()
    assert "Order Completed" not in answer.content.decode()
    assert "Page Viewed" in answer.content.decode()


def test_attributes_show_value_time_and_source(client, colleague, ada, sender):
    answer = page(client, colleague, "attributes", ada)
    orders = next(row for row in answer.context["attributes"] if row.name == "orders")
    assert (orders.value, orders.source) == ("3", "Shop")
    assert orders.set_at == (NOW - timedelta(days=1))


def test_identities_show_every_id_and_who_was_merged(client, colleague, sender):
    sender.deliver({"type": "page", "anonymousId": "a1", "messageId": "1"})
    loser = Customer.objects.get()
    sender.deliver({"type": "track", "userId": "u1", "event": "X", "messageId": "2"})
    sender.deliver({"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "3"})
    winner = Customer.objects.get(merged_into=None)
    answer = page(client, colleague, "identities", winner)
    assert [row["value"] for row in answer.context["identities"]] == ["u1", "a1"]
    assert [merge.loser_id for merge in answer.context["merges"]] == [loser.id]
    old_address = page(client, colleague, "profile", loser)
    assert old_address.headers["Location"] == reverse(
        "profiles:profile", kwargs={"key": winner.key}
    )


def test_viewers_see_no_personal_data(client, viewer, ada):
    for name in ("profile", "attributes", "identities"):
        text = page(client, viewer, name, ada).content.decode()
        for secret in ("ada@", "Lovelace", "6641234567", "Grace", "Ada"):
            assert secret not in text, (name, secret)
    listed = page(client, viewer, "list").content.decode()
    assert "a•••@e•••" in listed
    assert "Lovelace" not in listed


def test_looking_at_a_person_is_on_the_audit_trail(client, colleague, ada):
    page(client, colleague, "profile", ada)
    entry = AuditEntry.objects.get(verb="viewed")
    assert (entry.object_type, entry.object_id) == ("customer", str(ada.id))
    assert entry.actor == f"user:{colleague.pk}"


def test_strangers_see_nobody(client, stranger, ada):
    assert page(client, stranger, "list").status_code == 403
    assert page(client, stranger, "profile", ada).status_code == 403
    client.logout()
    assert client.get(reverse("profiles:list")).status_code == 302


def test_an_unknown_person_is_not_found(client, colleague):
    client.force_login(colleague)
    key = "0190a0a0-0000-7000-8000-000000000000"
    assert client.get(reverse("profiles:profile", kwargs={"key": key})).status_code == 404
