"""Merging two people on the page, and undoing it."""

import pytest
from django.urls import reverse

from profiles.models import Customer, Merge
from tests.profiles.collecting import Sender, people


@pytest.fixture
def pair(sender: Sender) -> tuple[Customer, Customer]:
    for user in ("u1", "u2"):
        sender.deliver({"type": "track", "userId": user, "event": "Viewed", "messageId": user})
    one, two = Customer.objects.order_by("id")
    return one, two


def address(name: str, customer: Customer, **more: int) -> str:
    return reverse(f"profiles:{name}", kwargs={"key": customer.key, **more})


def test_a_publisher_sees_a_preview_merges_and_undoes(client, owner, pair):
    client.force_login(owner)
    before = people()
    shown = client.get(address("merge", pair[0]), {"other": "u2"}).content.decode()
    assert "1 event and 1 identifier move" in shown
    assert "Both have a user id of their own" in shown
    assert people() == before
    done = client.post(address("merge", pair[0]), {"other": "u2", "reason": "Two accounts"})
    assert done.headers["Location"] == address("identities", pair[0])
    merge = Merge.objects.get()
    assert (merge.loser_id, merge.reason, merge.actor) == (
        pair[1].id, "Two accounts", f"user:{owner.pk}",
    )  # fmt: skip
    assert len(people()) == 1
    client.post(address("merge_undo", pair[0], merge_id=merge.id))
    assert people() == before


@pytest.mark.parametrize(
    ("other", "reason", "text"),
    [("u2", " ", "Say why"), ("u1", "x", "the same person already"), ("nobody", "x", "Nobody has")],
)
def test_a_merge_that_cannot_be_is_refused_in_words(client, owner, pair, other, reason, text):
    client.force_login(owner)
    answer = client.post(address("merge", pair[0]), {"other": other, "reason": reason})
    assert text in answer.content.decode()
    assert not Merge.objects.exists()


def test_editors_do_not_merge(client, colleague, pair):
    client.force_login(colleague)
    answer = client.post(address("merge", pair[0]), {"other": "u2", "reason": "x"})
    assert answer.status_code == 403
    assert not Merge.objects.exists()
