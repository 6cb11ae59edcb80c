"""Exports: asked for by REST, made by whoever is alive, given out by a link, forgotten in time."""

import gzip
import itertools
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from kernel.audit.models import AuditEntry
from kernel.ids import new_key
from kernel.tokens import sign
from profiles.contracts import CustomerId, SystemTouchpoint
from profiles.customers.services import erase_customers
from profiles.exports import queries
from profiles.exports.services import making
from profiles.exports.services.asking import Wish, ask_export, forget_exports
from profiles.models import Customer, Export, Identity, SegmentMember
from profiles.segments.services.listing import create_list
from profiles.touchpoints.services.recording import record_touchpoints
from profiles.touchpoints.services.storing import system_source_id

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
ACTOR = "user:1"
NUMBERS = itertools.count()


class Caller:
    def __init__(self, role: Role) -> None:
        key = issue_api_key(name=role.value, role=role, actor=ACTOR, now=NOW)
        self.headers = {"Authorization": f"Bearer {key.text}"}

    def ask(self, body, **headers):
        return Client().post(
            "/api/v1/exports/", body, content_type="application/json",
            headers={**self.headers, **headers},
        )  # fmt: skip

    def state(self, key):
        return Client().get(f"/api/v1/exports/{key}/", headers=self.headers)


def person(name: str) -> Customer:
    made = Customer.objects.create(
        key=new_key(now=NOW), traits={"name": name}, first_seen_at=NOW, last_seen_at=NOW
    )
    Identity.objects.create(
        customer=made, kind="email", value=f"{name.lower()}@example.com", first_seen_at=NOW,
        last_seen_at=NOW, source_id=system_source_id(now=NOW), linked_at=NOW,
    )  # fmt: skip
    return made


def visit(who: Customer, at: datetime, key: str) -> None:
    fact = SystemTouchpoint(
        customer_id=CustomerId(who.pk),
        event="Visited",
        key=key,
        occurred_at=at,
        properties={"k": key},
    )
    record_touchpoints([fact], now=NOW)


def wish(what="people", form="jsonl", **more) -> Export:
    return ask_export(Wish(what=what, form=form, **more), actor=ACTOR, now=datetime.now(UTC))


def content(export: Export) -> str:
    export.refresh_from_db()
    assert export.status == "ready"
    with default_storage.open(export.file_name(export.turn)) as file:
        return gzip.decompress(file.read()).decode()


def names(export: Export) -> list[str]:
    return [json.loads(line)["name"] for line in content(export).splitlines()]


def test_a_file_goes_from_asking_to_the_download():
    ada, editor = person("Ada"), Caller(Role.EDITOR)
    first = editor.ask({"what": "people", "format": "csv"}, **{"Idempotency-Key": "once"})
    again = editor.ask({"what": "people", "format": "csv"}, **{"Idempotency-Key": "once"})
    assert (first.status_code, again.status_code, first.json()) == (202, 202, again.json())
    export = Export.objects.get()
    assert editor.state(export.key).json()["download_url"] is None
    assert making.make_exports(now=NOW) == 1
    state = editor.state(export.key).json()
    assert (state["status"], state["rows"], state["progress_percent"]) == ("ready", 1, 100)
    answer = Client().get(urlsplit(state["download_url"]).path)
    assert (answer["Content-Type"], "attachment" in answer["Content-Disposition"]) == (
        "application/gzip", True,
    )  # fmt: skip
    body = gzip.decompress(b"".join(answer.streaming_content)).decode().splitlines()
    assert body[0] == "key,name,email,phone,user_id,first_seen_at,last_seen_at,traits"
    assert body[1].startswith(f"{ada.key},Ada,ada@example.com,,,")
    deeds = AuditEntry.objects.filter(object_type="export", object_id=str(export.key))
    assert list(deeds.order_by("id").values_list("verb", flat=True)) == ["exported", "downloaded"]


def test_viewers_neither_ask_nor_look():
    viewer, export = Caller(Role.VIEWER), wish()
    assert viewer.ask({"what": "people", "format": "csv"}).status_code == 403
    assert viewer.state(export.key).status_code == 403
    assert Export.objects.count() == 1


def test_a_link_ends_after_an_hour_and_is_for_one_file():
    export = wish()
    making.make_exports(now=NOW)
    payload = {"export": str(export.key), "actor": ACTOR}
    late = sign("export", payload, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    other = sign("preferences", payload, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert [Client().get(f"/exports/{token}/").status_code for token in (late, other)] == [403, 403]
    assert not AuditEntry.objects.filter(verb="downloaded").exists()


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"what": "cats", "format": "csv"}, "what"),
        ({"what": "people"}, "format"),
        ({"what": "people", "format": "csv", "from": "2026-01-01T00:00:00Z"}, "from"),
        ({"what": "people", "format": "csv", "segment": "01900000-0000-7000-8000-000000000000"}, "segment"),
        (
            {
                "what": "touchpoints", "format": "csv", "from": "2026-01-02T00:00:00Z",
                "until": "2026-01-01T00:00:00Z",
            },
            "until",
        ),
    ],
    ids=["what", "format", "from-of-people", "segment", "until-before-from"],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_by_field(body, path):
    found = Caller(Role.EDITOR).ask(body)
    assert found.status_code in {400, 422}
    assert found.json()["errors"][0]["path"] == path
    assert not Export.objects.exists()


def test_touchpoints_are_those_of_the_members_between_the_instants():
    ada, ben = person("Ada"), person("Ben")
    start, end = NOW - timedelta(days=3), NOW - timedelta(days=1)
    visit(ada, start - timedelta(seconds=1), "before")
    visit(ada, start, "first")
    visit(ada, end, "after")
    visit(ben, start, "other")
    segment = create_list(name="A", now=NOW)
    SegmentMember.objects.create(segment=segment, customer_id=ada.pk, since=NOW)
    export = wish("touchpoints", segment_key=segment.key, since=start, until=end)
    making.make_exports(now=datetime.now(UTC))
    rows = [json.loads(line) for line in content(export).splitlines()]
    assert [(row["customer_key"], row["properties"]) for row in rows] == [
        (str(ada.key), {"k": "first"})
    ]


def test_pages_part_nothing_and_repeat_nothing(monkeypatch):
    monkeypatch.setattr(making, "PAGE", 2)
    monkeypatch.setattr(making, "_PEOPLE_AT_ONCE", 2)
    people = [person(f"P{n}") for n in range(5)]
    for n in range(5):
        visit(people[1], NOW - timedelta(hours=1), f"same-{n}")
    everybody, visits = wish(), wish("touchpoints")
    assert making.make_exports(now=datetime.now(UTC)) == 2
    assert names(everybody) == ["P4", "P3", "P2", "P1", "P0"]
    found = [json.loads(line)["properties"]["k"] for line in content(visits).splitlines()]
    assert sorted(found) == [f"same-{n}" for n in range(5)]


def test_a_lost_worker_gives_way_and_the_file_is_the_same():
    for name in ("Ada", "Ben"):
        person(name)
    whole = wish()
    making.make_exports(now=NOW)
    with default_storage.open(whole.file_name(1)) as file:
        expected = file.read()
    broken, later = wish(), NOW + timedelta(minutes=3)
    assert queries.claim_export(now=NOW, lease=NOW + timedelta(minutes=2), most_tries=5)
    assert making.make_exports(now=NOW) == 0
    person("Came later")
    assert making.make_exports(now=later) == 1
    broken.refresh_from_db()
    assert (broken.status, broken.turn, broken.rows) == ("ready", 2, 2)
    with default_storage.open(broken.file_name(2)) as file:
        assert file.read() == expected


def test_a_worker_whose_turn_is_over_changes_nothing():
    person("Ada")
    export = wish()
    queries.claim_export(now=NOW, lease=NOW - timedelta(seconds=1), most_tries=5)
    slow = Export.objects.get()
    making.make_exports(now=NOW)
    slow.rows = 99
    assert not queries.renew(slow, lease=NOW)
    export.refresh_from_db()
    assert (export.status, export.rows) == ("ready", 1)


def test_what_breaks_off_each_time_ends_with_the_reason():
    export = wish()
    for _ in range(5):
        assert queries.claim_export(now=NOW, lease=NOW - timedelta(seconds=1), most_tries=5)
    assert making.make_exports(now=NOW) == 0
    export.refresh_from_db()
    assert (export.status, "ask again" in export.failure) == ("failed", True)


def test_files_go_after_a_week():
    export = wish()
    making.make_exports(now=NOW)
    export.refresh_from_db()
    assert forget_exports(now=export.created_at + timedelta(days=7)) == 0
    assert default_storage.exists(export.file_name(1))
    assert forget_exports(now=export.created_at + timedelta(days=7, seconds=1)) == 1
    assert not default_storage.exists(export.file_name(1))
    assert Caller(Role.EDITOR).state(export.key).json()["status"] == "deleted"
    assert forget_exports(now=export.created_at + timedelta(days=8)) == 0


def test_files_on_a_disk_are_private_and_go_again(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": disk}
    person("Ada")
    export = wish()
    making.make_exports(now=NOW)
    assert names(export) == ["Ada"]
    path = tmp_path / export.file_name(1)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    forget_exports(now=NOW + timedelta(days=8))
    assert list(path.parent.iterdir()) == []


def test_formulas_are_written_as_text_in_csv():
    person("=1+1")
    export = wish(form="csv")
    making.make_exports(now=NOW)
    assert ",'=1+1," in content(export)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(before={0}, between={1}, after={2})
@given(
    before=st.sets(st.integers(0, 4)),
    between=st.sets(st.integers(0, 4)),
    after=st.sets(st.integers(0, 4)),
)
def test_erased_people_never_appear(django_capture_on_commit_callbacks, before, between, after):
    """Erased before the worker began, while it was at work, or when the file was ready."""
    people = [person(f"P{next(NUMBERS)}") for n in range(5)]
    for who in people:
        visit(who, NOW - timedelta(hours=1), f"{who.key}")

    def erase(which):
        with django_capture_on_commit_callbacks(execute=True):
            ids = [CustomerId(people[n].pk) for n in which]
            erase_customers(ids, actor=ACTOR, reason="request 7", now=datetime.now(UTC))

    erase(before)
    exports = [wish(segment_key=None), wish("touchpoints")]
    queries.claim_export(now=NOW, lease=NOW + timedelta(minutes=2), most_tries=5)
    erase(between)
    making.make_exports(now=NOW + timedelta(minutes=5))
    erase(after)
    making.make_exports(now=NOW + timedelta(minutes=10))
    gone = before | between | after
    for export in exports:
        text = content(export)
        shown = {n for n, who in enumerate(people) if str(who.key) in text}
        assert shown == set(range(5)) - gone
        files = default_storage.listdir("exports")[1]
        assert [name for name in files if name.startswith(str(export.key))] == [
            f"{export.key}-{export.turn}.jsonl.gz"
        ]
