"""Exporting and erasing a person on the page."""

import pytest
from django.urls import reverse

from profiles.models import Customer, Tombstone
from tests.profiles.collecting import Sender


@pytest.fixture
def person(sender: Sender) -> Customer:
    sender.deliver({"type": "identify", "userId": "u1", "traits": {"name": "Ada"}})
    return Customer.objects.get()


def address(name: str, customer: Customer) -> str:
    return reverse(f"profiles:{name}", kwargs={"key": customer.key})


def test_an_admin_downloads_everything_about_a_person(client, owner, person):
    client.force_login(owner)
    answer = client.post(address("export", person))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    exported = answer.json()
    assert exported["customer"]["traits"] == {"name": "Ada"}
    assert [row["value"] for row in exported["identities"]["identities"]] == ["u1"]


def test_an_admin_erases_a_person_after_typing_the_end_of_the_key(client, owner, person):
    client.force_login(owner)
    page = address("erase", person)
    end = str(person.key)[-6:]
    assert end in client.get(page).content.decode()
    done = client.post(page, {"reason": "Request 17", "confirmation": end})
    assert done.headers["Location"] == reverse("profiles:list")
    assert Tombstone.objects.exists()
    assert client.get(address("profile", person)).status_code == 404
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(("reason", "typed"), [("", True), ("Request 17", False)])
def test_without_reason_or_confirmation_nobody_is_erased(client, owner, person, reason, typed):
    client.force_login(owner)
    entries = {"reason": reason, "confirmation": str(person.key)[-6:] if typed else "wrong"}
    assert client.post(address("erase", person), entries).status_code == 422
    assert Customer.objects.get().erased_at is None


@pytest.mark.parametrize("page", ["export", "erase"])
def test_editors_neither_export_nor_erase(client, colleague, person, page):
    client.force_login(colleague)
    assert client.post(address(page, person), {"reason": "x"}).status_code == 403
    assert Customer.objects.get().erased_at is None
