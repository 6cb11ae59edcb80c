"""The REST API of events and their plan."""

import pytest

from kernel.access.roles import Role
from profiles.models import PlannedEvent
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller
from tests.profiles.schema.test_discovering import bought, learn


@pytest.fixture
def event_id(sender: Sender) -> int:
    sender.deliver(bought(price=3, size="m"), bought(price="x"), bought() | {"event": "Sold"})
    learn()
    found = Caller(Role.VIEWER).ask("events/").json()["results"]
    return next(row["id"] for row in found if row["name"] == "Bought")


def test_events_come_page_by_page(event_id):
    viewer = Caller(Role.VIEWER)
    first = viewer.ask("events/?limit=1").json()
    assert [row["name"] for row in first["results"]] == ["Bought"]
    rest = viewer.ask("events/?" + first["next"].partition("?")[2]).json()
    assert ([row["name"] for row in rest["results"]], rest["next"]) == (["Sold"], None)


def test_an_event_shows_its_properties_and_plan(event_id):
    found = Caller(Role.VIEWER).ask(f"events/{event_id}/").json()
    assert found["plan"] is None
    types = {row["name"]: row["types"] for row in found["properties"]}
    assert types == {"price": {"number": 1, "text": 1}, "size": {"text": 1}}


def test_a_plan_is_made_replaced_and_taken_back(event_id):
    publisher = Caller(Role.PUBLISHER)
    price = {"name": "price", "type": "number", "is_required": True}
    made = publisher.ask("events/", "post", {"name": "Bought", "properties": [price]})
    assert made.status_code == 200, made.content
    assert made.json()["plan"]["properties"] == [
        {"name": "price", "type": "number", "is_required": True, "values": [], "description": ""}
    ]
    replaced = publisher.ask(f"events/{event_id}/", "put", {"owner": "Shop"})
    assert replaced.json()["plan"] == {"description": "", "owner": "Shop", "properties": []}
    assert publisher.ask(f"events/{event_id}/", "delete").status_code == 204
    assert publisher.ask(f"events/{event_id}/", "delete").status_code == 404


def test_a_change_of_an_older_plan_is_refused(event_id):
    publisher = Caller(Role.PUBLISHER)
    old = publisher.ask(f"events/{event_id}/").headers["ETag"]
    for status in (200, 412):
        answer = publisher.ask(
            f"events/{event_id}/", "put", {"owner": str(status)}, **{"If-Match": old}
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "path"),
    [({"properties": [{"name": "p", "type": "money"}]}, "properties.0.type"),
     ({"properties": [{"name": "p"}, {"name": "p"}]}, "properties"),
     ({"properties": [{"type": "text"}]}, "properties.0.name")],
)  # fmt: skip
def test_an_unusable_plan_names_the_field(event_id, body, path):
    answer = Caller(Role.PUBLISHER).ask(f"events/{event_id}/", "put", body)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    assert not PlannedEvent.objects.exists()


def test_editors_may_not_change_the_plan(event_id):
    editor = Caller(Role.EDITOR)
    for method, path in (("post", "events/"), ("put", "plan/actions/")):
        assert editor.ask(path, method, {}).status_code == 403


def test_violations_and_actions(event_id, sender):
    publisher = Caller(Role.PUBLISHER)
    price = {"name": "price", "type": "number"}
    publisher.ask("events/", "post", {"name": "Bought", "properties": [price]})
    actions = publisher.ask("plan/actions/").json()
    assert set(actions.values()) == {"allow"}
    changed = actions | {"wrong_type": "omit"}
    assert publisher.ask("plan/actions/", "put", changed).json() == changed
    wrong = publisher.ask("plan/actions/", "put", actions | {"unplanned_event": "omit"})
    assert wrong.json()["errors"][0]["path"] == "unplanned_event"
    sender.deliver(bought(price="x"))
    [row] = publisher.ask("plan/violations/").json()["results"]
    assert (row["event"], row["kind"], row["property"], row["action"], row["source"]) == (
        "Bought", "wrong_type", "price", "omit", "Shop",
    )  # fmt: skip
