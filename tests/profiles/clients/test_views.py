"""The page that shows how a source is connected."""

from datetime import UTC, datetime

import pytest

from profiles.clients.services import MOST_KEYS, find_access, issue_client_key
from profiles.models import ClientKey, Source
from profiles.touchpoints.services.sources import create_source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def source(db) -> Source:
    return create_source("Shop", now=NOW)[0]


def page(source, part="connect"):
    return f"/sources/{source.key}/{part}/"


def test_code_for_pages_servers_and_apps_is_shown(client, colleague, source, settings):
    settings.PUBLIC_URL = "https://mcps.example/"
    client.force_login(colleague)
    text = client.get(page(source)).content.decode()
    assert "https://mcps.example/v1/mcps.js" in text
    assert "https://mcps.example/client/v1/profile/" in text
    assert source.write_key_hint in text


def test_an_admin_makes_a_key_whose_secret_is_shown_once(client, owner, source):
    client.force_login(owner)
    shown = client.post(page(source, "client-keys/new")).content.decode()
    key = ClientKey.objects.get()
    assert key.key_id in shown
    assert "cs_" in shown
    later = client.get(page(source)).content.decode()
    assert key.key_id in later
    assert "cs_" not in later
    client.post(page(source, "client-keys/revoke"), {"key_id": key.key_id})
    assert ClientKey.objects.get().revoked_at is not None


def test_a_key_too_many_is_refused_in_words(client, owner, source):
    client.force_login(owner)
    for _ in range(MOST_KEYS):
        issue_client_key(source, actor="user:1", now=NOW)
    answer = client.post(page(source, "client-keys/new"), follow=True)
    assert "Revoke one first" in answer.content.decode()
    assert ClientKey.objects.count() == MOST_KEYS


def test_traits_are_allowed_and_those_that_identify_are_not(client, owner, source):
    client.force_login(owner)
    traits = {"readable": "plan\nsize", "writable": "color"}
    assert client.post(page(source, "client-access"), traits).status_code == 302
    assert find_access(source.id).readable == ["color", "plan", "size"]
    refused = client.post(page(source, "client-access"), {"writable": "email"})
    assert refused.status_code == 422
    assert "it identifies people" in refused.content.decode()
    assert find_access(source.id).writable == ["color"]


@pytest.mark.parametrize("part", ["client-keys/new", "client-keys/revoke", "client-access"])
def test_editors_change_nothing(client, colleague, source, part):
    client.force_login(colleague)
    assert client.post(page(source, part), {"key_id": "x", "writable": "color"}).status_code == 403
    assert not ClientKey.objects.exists()


def test_a_source_without_a_write_key_has_no_such_page(client, owner, db):
    system = Source.objects.create(
        key="00000000-0000-4000-8000-000000000002", name="Old", kind=Source.Kind.SYSTEM
    )
    client.force_login(owner)
    assert client.get(page(system)).status_code == 404
