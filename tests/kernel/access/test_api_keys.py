from datetime import UTC, datetime, timedelta

import pytest

from kernel.access.api_keys import (
    find_api_client,
    issue_api_key,
    revoke_api_key,
    rotate_api_key,
)
from kernel.access.models import ApiKey
from kernel.access.roles import Role
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def issued():
    return issue_api_key(name="Shop", role=Role.EDITOR, actor="user:1", now=NOW)


def test_key_opens_the_door_with_its_role(issued):
    client = find_api_client(issued.text, now=NOW)
    assert (client.name, client.role) == ("Shop", Role.EDITOR)
    assert client.has_perm("kernel.edit")
    assert not client.has_perm("kernel.publish")
    assert not client.has_perm("profiles.edit")


def test_secret_is_not_kept(issued):
    secret = issued.text.split("_", 2)[2]
    stored = ApiKey.objects.values().get()
    assert all(secret not in str(value) for value in stored.values())


@pytest.mark.parametrize("spoil", [
    lambda text: text[:-1],
    lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
    lambda text: text.replace("mcps_", "mcp_"),
    lambda text: text.rsplit("_", 1)[0],
    lambda _: "",
    lambda _: "mcps__",
])  # fmt: skip
def test_wrong_key_finds_nobody(issued, spoil):
    assert find_api_client(spoil(issued.text), now=NOW) is None


def test_revoked_key_stops_at_once_and_once(issued):
    assert revoke_api_key(issued.row, actor="user:1", now=NOW) is True
    assert revoke_api_key(issued.row, actor="user:1", now=NOW + timedelta(days=1)) is False
    assert find_api_client(issued.text, now=NOW) is None
    assert ApiKey.objects.get().revoked_at == NOW


def test_rotation_lets_both_keys_work_during_the_overlap(issued):
    fresh = rotate_api_key(issued.row, actor="user:1", overlap=timedelta(hours=24), now=NOW)
    before, after = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
    works = [
        find_api_client(text, now=at) is not None
        for text in (issued.text, fresh.text)
        for at in (before, after)
    ]
    assert works == [True, False, True, True]
    assert (fresh.row.name, fresh.row.role) == ("Shop", "editor")


def test_second_rotation_does_not_lengthen_the_life_of_the_first_key(issued):
    rotate_api_key(issued.row, actor="user:1", overlap=timedelta(hours=1), now=NOW)
    rotate_api_key(issued.row, actor="user:1", overlap=timedelta(hours=24), now=NOW)
    issued.row.refresh_from_db()
    assert issued.row.expires_at == NOW + timedelta(hours=1)


def test_last_use_is_written_once_a_minute(issued):
    seen = []
    for seconds in (0, 59, 61):
        find_api_client(issued.text, now=NOW + timedelta(seconds=seconds))
        seen.append((ApiKey.objects.get().last_used_at - NOW).total_seconds())
    assert seen == [0, 0, 61]


def test_closed_key_cannot_be_rotated(issued):
    revoke_api_key(issued.row, actor="user:1", now=NOW)
    issued.row.refresh_from_db()
    with pytest.raises(Conflict, match="closed already"):
        rotate_api_key(issued.row, actor="user:1", overlap=timedelta(hours=1), now=NOW)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_key_needs_a_name(name):
    with pytest.raises(Invalid, match="1 to 100") as caught:
        issue_api_key(name=name, role=Role.EDITOR, actor="user:1", now=NOW)
    assert caught.value.field == "name"
    assert ApiKey.objects.count() == 0


def test_life_of_a_key_is_on_record_without_its_secret(issued):
    fresh = rotate_api_key(issued.row, actor="user:2", overlap=timedelta(hours=1), now=NOW)
    for _ in range(2):
        revoke_api_key(fresh.row, actor="user:3", now=NOW)
    trail = AuditEntry.objects.order_by("id")
    assert [(e.actor, e.verb, e.object_id) for e in trail] == [
        ("user:1", "created", issued.row.prefix),
        ("user:2", "created", fresh.row.prefix),
        ("user:2", "rotated", issued.row.prefix),
        ("user:3", "revoked", fresh.row.prefix),
    ]
    secret = fresh.text.split("_", 2)[2]
    assert all(secret not in str(entry.after) for entry in trail)
