"""Sources with their health, the live stream, the quarantine and its replay."""

import re
from datetime import UTC, datetime

from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from profiles.models import QuarantinedMessage, Source, Touchpoint
from profiles.touchpoints import views
from profiles.touchpoints.rules import messages
from profiles.touchpoints.services.replaying import replay_quarantined
from profiles.touchpoints.services.sources import create_source
from tests.profiles.collecting import Sender, events_of

GOOD = {"type": "track", "userId": "u1", "event": "Viewed", "messageId": "1"}
BAD = {"type": "track", "userId": "u1", "event": "x" * 210, "messageId": "2",
       "timestamp": "2026-01-01T00:00:00Z"}  # fmt: skip


def test_a_source_shows_what_arrived_and_what_went_wrong(client, colleague, sender: Sender):
    sender.deliver(GOOD, GOOD, BAD)
    sender.deliver(GOOD)
    client.force_login(colleague)
    answer = client.get(reverse("profiles:sources"))
    [row] = answer.context["sources"]
    assert (row.name, row.stored, row.duplicates, row.quarantined) == ("Shop", 1, 2, 1)
    assert row.last_at is not None
    assert answer.context["quarantine"] == [("too_long", 1)]


def test_an_admin_makes_a_source_and_sees_its_key_once(client, owner, sender: Sender):
    client.force_login(owner)
    answer = client.post(reverse("profiles:source_new"), {"name": "App", "starts_journeys": "on"})
    key = re.search(r"wk_[\w-]+", answer.content.decode())
    assert key is not None
    sent = sender.client.post("/v1/track", json=GOOD, auth=(key[0], ""))
    assert sent.status_code == 200
    assert key[0] not in client.get(reverse("profiles:sources")).content.decode()
    assert AuditEntry.objects.filter(object_type="source", verb="created").count() == 2
    twice = client.post(reverse("profiles:source_new"), {"name": "App"})
    assert twice.status_code == 422
    assert "There is a source “App” already" in twice.content.decode()


def test_only_admins_make_sources(client, colleague):
    client.force_login(colleague)
    assert client.post(reverse("profiles:source_new"), {"name": "App"}).status_code == 403
    assert not Source.objects.exists()


def test_the_live_page_shows_times_identity_and_payload(
    client, colleague, stranger, sender: Sender
):
    sender.deliver({**GOOD, "timestamp": "2031-01-01T00:00:00Z", "properties": {"sku": "A-1"}})
    client.force_login(colleague)
    shown = client.get(reverse("profiles:events")).content.decode()
    for text in ("Viewed", "Corrected", "u1", "A-1", "Shop"):
        assert text in shown
    part = client.get(reverse("profiles:events"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Viewed" in part
    assign_role(stranger, Role.VIEWER)
    client.force_login(stranger)
    masked = client.get(reverse("profiles:events")).content.decode()
    assert "Viewed" in masked
    assert "A-1" not in masked


def test_the_live_page_shows_one_source_or_event_among_the_newest(
    client, colleague, sender: Sender, monkeypatch
):
    seen = [{**GOOD, "event": name, "messageId": f"m{n}"} for n, name in enumerate("ABCB")]
    for message in seen:
        sender.deliver(message)
    other = create_source("App", now=datetime.now(UTC))[0]
    client.force_login(colleague)

    def shown(**query: object) -> list[str]:
        rows = client.get(reverse("profiles:events"), query).context["rows"]
        return [one["row"].event for one in rows]

    assert shown() == ["B", "C", "B", "A"]
    assert shown(event="B") == ["B", "B"]
    assert shown(source=sender.source_id, event="A") == ["A"]
    assert shown(source=other.pk) == shown(event="never sent") == []
    monkeypatch.setattr(views, "REACH", 2)
    assert shown(event="B") == ["B"]


GUEST = {"type": "track", "userId": "guest", "event": "Viewed", "messageId": "3",
         "timestamp": "2026-01-01T00:00:00Z"}  # fmt: skip


def test_what_was_mended_is_stored_by_a_replay_and_the_rest_stays(
    client, owner, sender: Sender, monkeypatch
):
    sender.deliver(GUEST, BAD)
    received_at = QuarantinedMessage.objects.get(reason="missing_identifier").received_at
    client.force_login(owner)
    shown = client.get(reverse("profiles:quarantine")).content.decode()
    assert "at most 200 letters" in shown
    assert "another identifier that names somebody" in shown
    monkeypatch.setattr(messages, "is_blocked", lambda value: False)
    client.post(reverse("profiles:replay"), {"reason": ""})
    assert events_of("user_id", "guest") == ["Viewed"]
    assert Touchpoint.objects.get().received_at == received_at
    still = QuarantinedMessage.objects.filter(replayed_at=None)
    assert list(still.values_list("reason", flat=True)) == ["too_long"]
    entry = AuditEntry.objects.get(verb="replayed")
    assert (entry.object_id, entry.after) == ("all", {"stored": 1, "refused": 1})


def test_a_replay_takes_one_reason_or_one_message_and_nothing_twice(sender: Sender, monkeypatch):
    sender.deliver(GUEST, {**GUEST, "messageId": "4"}, BAD)
    monkeypatch.setattr(messages, "is_blocked", lambda value: False)
    one = QuarantinedMessage.objects.filter(reason="missing_identifier").earliest("id").id
    now = datetime.now(UTC)
    assert replay_quarantined(only_id=one, actor="user:1", now=now) == (1, 0)
    assert replay_quarantined(reason="missing_identifier", actor="user:1", now=now) == (1, 0)
    assert replay_quarantined(reason="missing_identifier", actor="user:1", now=now) == (0, 0)
    assert events_of("user_id", "guest") == ["Viewed", "Viewed"]


def test_editors_see_the_quarantine_but_do_not_replay(client, colleague, sender: Sender):
    sender.deliver(BAD)
    client.force_login(colleague)
    assert client.get(reverse("profiles:quarantine")).status_code == 200
    assert client.post(reverse("profiles:replay")).status_code == 403
    assert QuarantinedMessage.objects.filter(replayed_at=None).count() == 1
