"""Pages of the schema."""

import pytest
from django.urls import reverse

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.models import PlanAction, PlannedEvent, PlannedPropertyRow
from profiles.schema.selectors import find_event_id
from tests.profiles.collecting import Sender
from tests.profiles.schema.test_discovering import bought, learn


def staff(client, role):
    user = User.objects.create_user(f"{role.value}@example.com", "correct horse 9")
    assign_role(user, role)
    client.force_login(user)
    return client


@pytest.fixture
def page(sender: Sender) -> str:
    sender.deliver(*[bought(user=f"u{n}", size="m", card=f"card {n}", price=n) for n in range(3)])
    learn()
    return reverse("profiles:schema_event", args=[find_event_id("Bought")])


def form(**planned):
    rows = {"description": "An order was paid", "owner": "Shop"}
    for number, (name, values) in enumerate(planned.items()):
        rows[f"name-{number}"] = name
        rows |= {f"{key}-{number}": value for key, value in values.items()}
    return rows


def test_events_are_listed_and_found_by_a_part_of_the_name(client, page):
    staff(client, Role.VIEWER)
    assert "Bought" in client.get("/schema/?q=ough").content.decode()
    assert "No event is like this" in client.get("/schema/?q=%00sold").content.decode()
    assert "No event is like this" in client.get("/schema/?only=planned").content.decode()


def test_viewers_see_no_value_that_could_name_one_person(client, page):
    text = staff(client, Role.VIEWER).get(page).content.decode()
    assert "card 1" not in text
    assert ">m<" in text.replace("\n", "").replace(" ", "")
    client.logout()
    assert "card 1" in staff(client, Role.EDITOR).get(page).content.decode()


def test_publishers_plan_what_was_found_and_what_is_to_come(client, page):
    staff(client, Role.PUBLISHER)
    body = form(
        price={"planned": "on", "type": "number", "required": "on"},
        size={"planned": "on", "type": "text", "values": "s, m, m,"},
        card={"type": "text"},
        code={"planned": "on", "type": "any", "note": "Coupon"},
    )
    assert client.post(page, body).status_code == 302
    fields = ("name", "type", "is_required", "values", "description")
    assert list(PlannedPropertyRow.objects.order_by("id").values_list(*fields)) == [
        ("price", "number", True, [], ""), ("size", "text", False, ["s", "m"], ""),
        ("code", "any", False, [], "Coupon"),
    ]  # fmt: skip
    text = client.get(page).content.decode()
    assert "An order was paid" in text
    assert client.post(f"{page}unplan/").status_code == 302
    assert not PlannedEvent.objects.exists()


def test_an_unusable_plan_is_refused_with_its_reason(client, page):
    staff(client, Role.PUBLISHER)
    answer = client.post(page, form(price={"planned": "on", "type": "money"}))
    assert answer.status_code == 422
    assert "The type must be one of" in answer.content.decode()
    assert not PlannedEvent.objects.exists()


def test_editors_and_viewers_change_nothing(client, page):
    staff(client, Role.EDITOR)
    assert client.post(page, form()).status_code == 403
    assert client.post("/schema/actions/", {"wrong_type": "block"}).status_code == 403
    assert client.get("/schema/new/").status_code == 403
    assert client.post(f"{page}unplan/").status_code == 403
    assert not PlannedEvent.objects.exists()
    assert not PlanAction.objects.exists()


def test_an_event_is_planned_before_it_comes(client, db):
    staff(client, Role.PUBLISHER)
    assert client.post("/schema/new/", {"name": " "}).status_code == 422
    answer = client.post("/schema/new/", {"name": "Sold", "owner": "Shop"})
    assert "It never came yet" in client.get(answer.url).content.decode()


def test_violations_lead_to_the_event_that_shows_them(client, page, sender):
    staff(client, Role.PUBLISHER)
    client.post(page, form(price={"planned": "on", "type": "text", "required": "on"}))
    client.post("/schema/actions/", {"missing_property": "block", "wrong_type": "omit"})
    sender.deliver(bought(price=3), bought(size="m"))
    text = client.get("/schema/violations/?event=Bought").content.decode()
    assert "A property has another type" in text
    assert "/sources/quarantine/?reason=plan_missing_property" in text
    link = text.partition("/sources/events/")[2].partition('"')[0]
    shown = client.get(f"/sources/events/{link}").content.decode()
    assert "property left out" in shown


def test_actions_of_one_source_are_kept_apart(client, sender):
    staff(client, Role.PUBLISHER)
    client.post("/schema/actions/", {"wrong_type": "omit"})
    client.post(f"/schema/actions/?source={sender.source_id}", {"wrong_type": "block"})
    found = PlanAction.objects.values_list("source_id", "kind", "action").order_by("id")
    assert list(found) == [(None, "wrong_type", "omit"), (sender.source_id, "wrong_type", "block")]
    assert client.get("/schema/actions/?source=99999").status_code == 404
