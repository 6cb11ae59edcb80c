"""The page that says what became of one event."""

import pytest
from django.urls import reverse

from profiles.models import Touchpoint
from tests.profiles.collecting import Sender


def page_of(client, user, **search):
    client.force_login(user)
    with_xid = Touchpoint.objects.extra(select={"xid": "xid::text"}).get(**search)
    url = reverse("profiles:debug", kwargs={"xid": int(with_xid.xid), "touchpoint_id": with_xid.id})
    return client.get(url).content.decode()


def test_times_and_identity_are_explained(client, colleague, sender: Sender):
    sender.deliver(
        {"type": "track", "anonymousId": "a1", "event": "Seen", "timestamp": "2026-03-01T10:00:00Z"}
    )
    text = page_of(client, colleague, event__name="Seen")
    assert "clock was used as it is" in text
    assert "the anonymous id began a new person" in text
    assert "Linked to this person by this event" in text


def test_a_visitor_who_became_known_is_explained(client, colleague, sender: Sender):
    sender.deliver({"type": "identify", "userId": "u1"})
    sender.deliver({"type": "track", "anonymousId": "a1", "event": "Seen"})
    sender.deliver({"type": "identify", "userId": "u1", "anonymousId": "a1"})
    text = page_of(client, colleague, event__name="Seen")
    assert "It was recorded for somebody who became this person" in text
    assert "An event named both, and only one of them was known." in text


def test_a_wrong_clock_is_explained(client, colleague, sender: Sender):
    sender.deliver(
        {"type": "track", "userId": "u1", "event": "Seen", "originalTimestamp": "2020-01-01T00:00:00Z",
         "sentAt": "2020-01-01T00:00:05Z"}, sentAt="2020-01-01T00:00:05Z",
    )  # fmt: skip
    assert "clock was wrong" in page_of(client, colleague, event__name="Seen")


def test_an_identifier_of_somebody_else_is_explained(client, colleague, sender: Sender):
    sender.deliver({"type": "identify", "userId": "u1", "traits": {"email": "ada@example.com"}})
    sender.deliver({"type": "identify", "userId": "u2", "traits": {"email": "ada@example.com"}})
    newest = Touchpoint.objects.order_by("-id").first()
    assert "two known people are never joined" in page_of(client, colleague, id=newest.id)


def test_viewers_see_no_identifier_and_no_payload(client, viewer, sender: Sender):
    sender.deliver(
        {"type": "track", "userId": "user-77", "event": "Seen", "properties": {"note": "secret"}}
    )
    text = page_of(client, viewer, event__name="Seen")
    assert "user-77" not in text
    assert "secret" not in text


@pytest.fixture
def viewer(db):
    from kernel.access.models import User
    from kernel.access.roles import Role
    from kernel.access.staff import assign_role

    user = User.objects.create_user("viewer@example.com", "correct horse 9")
    assign_role(user, Role.VIEWER)
    return user


def test_an_unknown_event_is_not_found(client, colleague):
    client.force_login(colleague)
    assert client.get("/sources/events/1/1/").status_code == 404
    assert client.get(f"/sources/events/{2**63}/1/").status_code == 404
