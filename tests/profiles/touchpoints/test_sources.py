"""Settings of a source: its name, a new write key while the former one works on, refusing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from kernel.audit.models import AuditEntry
from kernel.errors import Invalid, NotFound
from profiles.models import Source
from profiles.touchpoints.services.keys import forget_keys
from profiles.touchpoints.services.recording import API_SOURCE
from profiles.touchpoints.services.sources import (
    built_in_source_id,
    change_source,
    renew_write_key,
    set_enabled,
)
from tests.profiles.collecting import Sender

EVENT = {"type": "track", "userId": "u1", "event": "Viewed"}


def answer_to(sender: Sender, write_key: str) -> int:
    """Return the status of one event under a key, as a process that knows no key yet gives it."""
    forget_keys()
    return sender.client.post("/v1/track", json=EVENT, auth=(write_key, "")).status_code


def renew(sender: Sender, *, days: int, now: datetime | None = None) -> str:
    source = Source.objects.get(pk=sender.source_id)
    now = now or datetime.now(UTC)
    return renew_write_key(source, overlap=timedelta(days=days), actor="user:1", now=now)


def test_a_renewed_key_works_beside_the_former_one(sender: Sender):
    new = renew(sender, days=7)
    assert [answer_to(sender, key) for key in (sender.write_key, new)] == [200, 200]


def test_without_overlap_the_former_key_is_refused(sender: Sender):
    new = renew(sender, days=0)
    assert [answer_to(sender, key) for key in (sender.write_key, new)] == [401, 200]


def test_the_former_key_is_refused_after_its_time(sender: Sender):
    new = renew(sender, days=7, now=datetime.now(UTC) - timedelta(days=8))
    assert [answer_to(sender, key) for key in (sender.write_key, new)] == [401, 200]


def test_renewing_again_leaves_two_keys_at_most(sender: Sender):
    second = renew(sender, days=7)
    third = renew(sender, days=7)
    keys = (sender.write_key, second, third)
    assert [answer_to(sender, key) for key in keys] == [401, 200, 200]


def test_a_key_is_not_renewed_with_an_endless_overlap(sender: Sender):
    with pytest.raises(Invalid, match="up to 30 days"):
        renew(sender, days=31)
    assert answer_to(sender, sender.write_key) == 200


def test_a_source_that_may_not_send_is_refused_with_both_keys(sender: Sender):
    new = renew(sender, days=7)
    now = datetime.now(UTC)
    for _ in range(2):
        set_enabled(sender.source_id, is_enabled=False, actor="user:1", now=now)
    assert [answer_to(sender, key) for key in (sender.write_key, new)] == [401, 401]
    set_enabled(sender.source_id, is_enabled=True, actor="user:1", now=now)
    assert answer_to(sender, new) == 200
    verbs = AuditEntry.objects.filter(object_type="source").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "created", "key renewed", "disabled", "enabled",
    ]  # fmt: skip


def test_saving_what_is_saved_leaves_no_trace(sender: Sender):
    source = Source.objects.get(pk=sender.source_id)
    change_source(
        source, name=" Shop ", starts_journeys=True, actor="user:1", now=source.created_at
    )
    assert not AuditEntry.objects.filter(verb="changed").exists()


def test_an_admin_renames_renews_and_stops_a_source(client, owner, sender: Sender):
    client.force_login(owner)
    source = Source.objects.get(pk=sender.source_id)
    page = reverse("profiles:source_settings", kwargs={"key": source.key})
    assert client.post(page, {"name": "Web shop"}).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.starts_journeys) == ("Web shop", False)
    renewing = reverse("profiles:source_renew_key", kwargs={"key": source.key})
    shown = client.post(renewing, {"overlap": "0"}).content.decode()
    [write_key] = set(re.findall(r"wk_[\w-]{20,}", shown))
    assert [answer_to(sender, key) for key in (sender.write_key, write_key)] == [401, 200]
    assert write_key not in client.get(page).content.decode()
    stopping = reverse("profiles:source_state", kwargs={"key": source.key})
    client.post(stopping, {"enabled": "no"})
    assert answer_to(sender, write_key) == 401
    assert "Disabled" in client.get(reverse("profiles:sources")).content.decode()


def test_a_name_that_is_taken_changes_nothing(client, owner, sender: Sender):
    Source.objects.create(key="018f0000-0000-7000-8000-00000000000a", name="App")
    client.force_login(owner)
    source = Source.objects.get(pk=sender.source_id)
    page = reverse("profiles:source_settings", kwargs={"key": source.key})
    answer = client.post(page, {"name": "App"})
    assert answer.status_code == 422
    assert "There is a source “App” already" in answer.content.decode()
    source.refresh_from_db()
    assert (source.name, source.starts_journeys) == ("Shop", True)


def test_editors_neither_see_nor_change_the_settings(client, colleague, sender: Sender):
    client.force_login(colleague)
    key = {"key": Source.objects.get(pk=sender.source_id).key}
    assert client.get(reverse("profiles:source_settings", kwargs=key)).status_code == 403
    for name in ("source_renew_key", "source_state"):
        url = reverse(f"profiles:{name}", kwargs=key)
        assert client.post(url, {"overlap": "0", "enabled": "no"}).status_code == 403
    assert answer_to(sender, sender.write_key) == 200


def test_our_own_sources_have_no_settings(client, owner, sender: Sender):
    now = datetime.now(UTC)
    ours = Source.objects.get(pk=built_in_source_id(API_SOURCE, Source.Kind.API, now=now))
    client.force_login(owner)
    page = reverse("profiles:source_settings", kwargs={"key": ours.key})
    assert client.get(page).status_code == 404
    with pytest.raises(NotFound, match="no events by a write key"):
        renew_write_key(ours, overlap=timedelta(0), actor="user:1", now=now)
    rows = {row.name: row for row in client.get(reverse("profiles:sources")).context["sources"]}
    assert (rows[API_SOURCE].is_built_in, rows["Shop"].is_built_in) == (True, False)
