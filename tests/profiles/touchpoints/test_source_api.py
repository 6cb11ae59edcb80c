"""The REST API of sources."""

from kernel.access.roles import Role
from kernel.audit.models import AuditEntry
from profiles.models import Source
from profiles.touchpoints.services.keys import forget_keys
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller

EVENT = {"type": "track", "userId": "u1", "event": "Viewed"}


def answer_to(sender: Sender, write_key: str) -> int:
    forget_keys()
    return sender.client.post("/v1/track", json=EVENT, auth=(write_key, "")).status_code


def test_a_source_is_made_and_its_key_shown_once(sender: Sender):
    admin = Caller(Role.ADMIN)
    made = admin.ask("sources/", "post", {"name": "App", "starts_journeys": False})
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["starts_journeys"]) == ("api", False)
    write_key = made.json()["write_key"]
    assert answer_to(sender, write_key) == 200
    assert write_key not in admin.ask(f"sources/{made.json()['key']}/").content.decode()
    again = admin.ask("sources/", "post", {"name": "App"})
    assert (again.status_code, Source.objects.filter(name="App").count()) == (409, 1)


def test_a_source_is_renamed_and_stopped_unless_somebody_was_first(sender: Sender):
    admin, key = Caller(Role.ADMIN), Source.objects.get(pk=sender.source_id).key
    read = admin.ask(f"sources/{key}/")
    changed = admin.ask(
        f"sources/{key}/", "patch", {"name": "Web", "enabled": False},
        **{"If-Match": read.headers["ETag"]},
    )  # fmt: skip
    assert (changed.status_code, changed.json()["name"]) == (200, "Web")
    assert changed.json()["disabled_at"] is not None
    assert answer_to(sender, sender.write_key) == 401
    late = admin.ask(
        f"sources/{key}/", "patch", {"enabled": True}, **{"If-Match": read.headers["ETag"]}
    )
    assert late.status_code == 412
    assert admin.ask(f"sources/{key}/", "patch", {"enabled": True}).json()["disabled_at"] is None
    assert answer_to(sender, sender.write_key) == 200


def test_a_key_is_renewed_while_the_former_one_works_on(sender: Sender):
    admin, key = Caller(Role.ADMIN), Source.objects.get(pk=sender.source_id).key
    renewed = admin.ask(f"sources/{key}/write-key/", "post", {"overlap_hours": 24})
    assert renewed.json()["former_key_until"] is not None
    keys = (sender.write_key, renewed.json()["write_key"])
    assert [answer_to(sender, one) for one in keys] == [200, 200]
    last = admin.ask(f"sources/{key}/write-key/", "post", {}).json()["write_key"]
    assert [answer_to(sender, one) for one in (*keys, last)] == [401, 401, 200]
    assert admin.ask(f"sources/{key}/write-key/", "post", {"overlap_hours": 721}).status_code == 422


def test_editors_read_sources_and_change_nothing(sender: Sender):
    editor, key = Caller(Role.EDITOR), Source.objects.get(pk=sender.source_id).key
    assert editor.ask(f"sources/{key}/").json()["name"] == "Shop"
    refused = [
        editor.ask("sources/", "post", {"name": "App"}),
        editor.ask(f"sources/{key}/", "patch", {"enabled": False}),
        editor.ask(f"sources/{key}/write-key/", "post", {}),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert "admin" in refused[0].json()["detail"]
    assert answer_to(sender, sender.write_key) == 200
    assert not AuditEntry.objects.filter(actor__startswith="key:").exists()
