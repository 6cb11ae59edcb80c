"""The REST API of people."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from profiles.models import Customer, Identity, Source, Touchpoint
from tests.profiles.collecting import Sender

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Caller:
    def __init__(self, role: Role) -> None:
        key = issue_api_key(name="Shop", role=role, actor="user:1", now=NOW)
        self.headers = {"Authorization": f"Bearer {key.text}"}

    def ask(self, path, method="get", data=None, **headers):
        return getattr(Client(), method)(
            f"/api/v1/{path}", data, content_type="application/json", headers={**self.headers, **headers}
        )  # fmt: skip


@pytest.fixture
def ada(sender: Sender) -> str:
    sender.deliver(
        {"type": "identify", "userId": "u1", "traits": {"email": "ada@example.com", "name": "Ada"}},
        {"type": "track", "userId": "u1", "event": "Bought", "properties": {"sku": "x"}},
        {"type": "track", "userId": "u2", "event": "Bought"},
    )
    return str(Customer.objects.get(traits__name="Ada").key)


def test_people_come_page_by_page_and_by_identifier(ada):
    editor = Caller(Role.EDITOR)
    first = editor.ask("customers/?limit=1").json()
    second = Client().get(first["next"], headers=editor.headers).json()
    keys = {row["key"] for row in first["results"] + second["results"]}
    assert (len(keys), second["next"]) == (2, None)
    [found] = editor.ask("customers/?identifier=ada@example.com").json()["results"]
    assert (found["key"], found["name"], found["email"]) == (ada, "Ada", "ada@example.com")


def test_people_are_narrowed_to_those_seen_lately(ada):
    editor = Caller(Role.EDITOR)
    Customer.objects.filter(key=ada).update(last_seen_at=NOW)
    found = editor.ask("customers/?seen_since=2026-03-01T12:00:01Z").json()["results"]
    assert [row["key"] == ada for row in found] == [False]
    assert len(editor.ask("customers/?seen_since=2026-03-01T12:00:00Z").json()["results"]) == 2
    refused = editor.ask("customers/?seen_since=lately")
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "seen_since")


def test_touchpoints_are_narrowed_by_event_and_time(sender: Sender):
    days = {"Viewed": 1, "Bought": 2, "Returned": 3}
    sender.deliver(*(
        {"type": "track", "userId": "u1", "event": name, "messageId": name,
         "timestamp": f"2026-01-0{day}T00:00:00Z"} for name, day in days.items()
    ))  # fmt: skip
    editor, key = Caller(Role.EDITOR), Customer.objects.get().key

    def events(query):
        rows = editor.ask(f"customers/{key}/touchpoints/?{query}").json()["results"]
        return [row["event"] for row in rows]

    assert events("event=Bought") == ["Bought"]
    assert events("event=Never") == []
    assert events("from=2026-01-02T00:00:00Z&until=2026-01-03T00:00:00Z") == ["Bought"]
    assert events("until=2026-01-03T00:00:00Z") == ["Bought", "Viewed"]
    wrong = editor.ask(f"customers/{key}/touchpoints/?from=soon").json()
    assert wrong["errors"][0]["path"] == "from"


def test_a_person_has_traits_identities_and_an_etag(ada):
    editor = Caller(Role.EDITOR)
    answer = editor.ask(f"customers/{ada}/")
    assert answer.json()["traits"] == {"email": "ada@example.com", "name": "Ada"}
    kinds = [row["kind"] for row in answer.json()["identities"]]
    assert kinds == ["user id", "email"]
    again = editor.ask(f"customers/{ada}/", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_viewers_get_no_personal_data(ada):
    viewer = Caller(Role.VIEWER)
    for path in ("customers/", f"customers/{ada}/", f"customers/{ada}/touchpoints/"):
        text = viewer.ask(path).content.decode()
        assert "ada@example.com" not in text
        assert "sku" not in text
    assert viewer.ask(f"customers/{ada}/", "patch", {"traits": {"a": 1}}).status_code == 403


def test_touchpoints_come_page_by_page(ada):
    editor = Caller(Role.EDITOR)
    first = editor.ask(f"customers/{ada}/touchpoints/?limit=1").json()
    second = Client().get(first["next"], headers=editor.headers).json()
    events = [row["event"] for row in first["results"] + second["results"]]
    assert (sorted(events), second["next"]) == (["Bought", "Identify"], None)


def test_traits_are_set_once_as_a_touchpoint_of_the_api(ada):
    editor = Caller(Role.EDITOR)
    change = {"traits": {"plan": "pro", "name": None, "phone": "+436601234567"}}
    for _ in range(2):
        answer = editor.ask(f"customers/{ada}/", "patch", change, **{"Idempotency-Key": "k"})
        assert answer.status_code == 200, answer.content
    customer = Customer.objects.get(key=ada)
    assert customer.traits == {"email": "ada@example.com", "plan": "pro", "phone": "+436601234567"}
    source = Source.objects.get(name="REST API")
    assert Touchpoint.objects.filter(customer_id=customer.id, source=source).count() == 1
    assert Identity.objects.get(kind="phone").customer_id == customer.id


def test_a_change_of_an_older_version_is_refused(ada):
    editor = Caller(Role.EDITOR)
    old = editor.ask(f"customers/{ada}/").headers["ETag"]
    for status in (200, 412):
        answer = editor.ask(
            f"customers/{ada}/", "patch", {"traits": {"plan": str(status)}}, **{"If-Match": old}
        )
        assert answer.status_code == status


def test_an_admin_exports_and_erases(ada):
    admin, editor = Caller(Role.ADMIN), Caller(Role.EDITOR)
    assert admin.ask(f"customers/{ada}/export/").json()["customer"]["key"] == ada
    assert editor.ask(f"customers/{ada}/export/").status_code == 403
    assert editor.ask(f"customers/{ada}/erase/", "post", {"reason": "x"}).status_code == 403
    assert admin.ask(f"customers/{ada}/erase/", "post", {}).status_code == 422
    assert admin.ask(f"customers/{ada}/erase/", "post", {"reason": "x"}).status_code == 200
    assert admin.ask(f"customers/{ada}/").status_code == 404
    assert not Identity.objects.filter(value="ada@example.com").exists()


@pytest.mark.parametrize(
    "path", ["customers/nobody/", "customers/00000000-0000-4000-8000-000000000000/touchpoints/"]
)
def test_an_unknown_key_is_not_found(db, path):
    assert Caller(Role.VIEWER).ask(path).status_code == 404


def test_sources_are_listed_without_their_keys(sender):
    [source] = Caller(Role.VIEWER).ask("sources/").json()["results"]
    assert (source["name"], "write_key_hash" in source) == ("Shop", False)
