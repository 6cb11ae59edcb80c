"""The pages and the REST API of attributes that are set for many."""

from datetime import UTC, datetime

from django.test import Client
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.changes.services import run_changes
from profiles.models import Customer, TraitChange
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller

NEW = reverse("profiles:trait_change_new")
LIST = reverse("profiles:trait_changes")
KNOWN = {"type": "identify", "userId": "u1", "traits": {"n": 1}, "messageId": "1"}
VISITOR = {"type": "track", "anonymousId": "a1", "event": "Seen", "messageId": "2"}


def run() -> int:
    return run_changes(now=datetime.now(UTC))


def tiers() -> list[object]:
    return [person.traits.get("tier") for person in Customer.objects.order_by("id")]


def test_a_publisher_sets_for_whom_the_filters_leave_and_undoes(client, owner, sender: Sender):
    sender.deliver(KNOWN, VISITOR)
    client.force_login(owner)
    page = client.get(reverse("profiles:list"), {"known": "yes"}).content.decode()
    assert f'href="{NEW}?known=yes"' in page
    asked = client.get(f"{NEW}?known=yes")
    assert (asked.context["count"], asked.context["is_all"]) == (1, True)
    body = {"trait": "tier", "kind": "number", "value": "3"}
    assert client.post(f"{NEW}?known=yes", body).url == LIST
    assert "every 2s" in client.get(LIST).content.decode()
    assert run() == 1
    known = Customer.objects.get(identities__kind="user_id")
    assert (known.traits["tier"], tiers().count(3)) == (3, 1)
    change = TraitChange.objects.get()
    shown = client.get(LIST).content.decode()
    assert ("every 2s" in shown, "Done" in shown, owner.email in shown) == (False, True, True)
    client.post(reverse("profiles:trait_change_undo", args=[change.key]))
    run()
    assert tiers() == [None, None]
    twice = client.post(reverse("profiles:trait_change_undo", args=[change.key]), follow=True)
    assert "can be undone, once" in twice.content.decode()


def test_wrong_words_stay_in_the_form(client, owner, sender: Sender):
    client.force_login(owner)
    answer = client.post(NEW, {"trait": "email", "kind": "text", "value": "x"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["trait"])
    answer = client.post(NEW, {"trait": "n", "kind": "number", "value": "many"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["value"])
    assert not TraitChange.objects.exists()


def test_editors_look_and_viewers_do_not(client, colleague, stranger, sender: Sender):
    client.force_login(colleague)
    assert client.get(LIST).status_code == 200
    assert client.post(NEW, {"trait": "t", "kind": "text", "value": "x"}).status_code == 403
    assert NEW not in client.get(reverse("profiles:list")).content.decode()
    assign_role(stranger, Role.VIEWER)
    client.force_login(stranger)
    assert client.get(LIST).status_code == 403
    assert not TraitChange.objects.exists()


def test_the_api_sets_shows_stops_and_undoes(sender: Sender):
    sender.deliver(KNOWN, VISITOR)
    publisher, editor = Caller(Role.PUBLISHER), Caller(Role.EDITOR)
    body = {"trait": "tier", "value": ["a", "b"], "known": True}
    assert editor.ask("trait-changes/", "post", body).status_code == 403
    once = {"Idempotency-Key": "one"}
    made, again = (publisher.ask("trait-changes/", "post", body, **once) for _ in range(2))
    assert (made.status_code, again.json(), made.json()["status"]) == (202, made.json(), "running")
    key = made.json()["key"]
    assert run() == 1
    state = editor.ask(f"trait-changes/{key}/").json()
    assert (state["status"], state["reached"], state["value"]) == ("done", 1, ["a", "b"])
    assert [row["key"] for row in editor.ask("trait-changes/").json()["results"]] == [key]
    assert publisher.ask(f"trait-changes/{key}/stop/", "post").json()["status"] == "done"
    assert publisher.ask(f"trait-changes/{key}/undo/", "post").json()["status"] == "undoing"
    run()
    assert (editor.ask(f"trait-changes/{key}/").json()["restored"], tiers()) == (1, [None, None])
    assert publisher.ask(f"trait-changes/{key}/undo/", "post").status_code == 409


def test_the_api_names_what_is_wrong(sender: Sender):
    publisher = Caller(Role.PUBLISHER)
    unknown = "01900000-0000-7000-8000-000000000000"
    wrong = [{"trait": "t"}, {"trait": "t", "value": 1, "segment": unknown}, {"value": 1}]
    answers = [publisher.ask("trait-changes/", "post", body).json() for body in wrong]
    assert [one["errors"][0]["path"] for one in answers] == ["value", "segment", "trait"]
    assert Client().get("/api/v1/trait-changes/").status_code == 401
