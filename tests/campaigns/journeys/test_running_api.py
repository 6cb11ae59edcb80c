"""The REST API of journeys that run."""

import json

import pytest
from django.test import Client

from campaigns.journeys.models import Enrollment, Journey
from campaigns.journeys.services.advance import advance_all
from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from tests.campaigns.builders import NOW, after, entry, make_customer, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, let_in

pytestmark = pytest.mark.django_db


def ask(method, journey, path="", body=None, *, role=Role.PUBLISHER):
    key = issue_api_key(name=f"{role} {path}"[:60], role=role, actor="user:1", now=NOW)
    address = path if path.startswith("http") else f"/api/v1/journeys/{journey.key}/{path}"
    return Client().generic(
        method,
        address,
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {key.text}"},
    )


@pytest.fixture
def journey():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    let_in(journey, *(make_customer(f"P{i}") for i in range(3)))
    advance_all(now=NOW)
    return journey


def test_runs_are_listed_by_pages_and_each_step_has_its_reason(journey):
    advance_all(now=after(hours=1))
    ids = list(Enrollment.objects.order_by("-id").values_list("id", flat=True))
    first = ask("GET", journey, "enrollments/?limit=2").json()
    second = ask("GET", journey, first["next"]).json()
    assert [row["id"] for row in [*first["results"], *second["results"]]] == ids
    assert (first["results"][0]["state"], second["next"]) == ("finished", None)
    steps = ask("GET", journey, f"enrollments/{ids[0]}/").json()
    assert [step["reason"] for step in steps] == ["entered", "entered", "waited"]
    other = publish(entry(BOUGHT, next_="out"), OUT)
    assert ask("GET", other, f"enrollments/{ids[0]}/").status_code == 404


def test_a_journey_is_paused_resumed_and_ended(journey):
    for status, inside in (("paused", "hold"), ("live", "go_on"), ("ended", "leave")):
        body = {"status": status, "people_inside": inside}
        assert ask("POST", journey, "status/", body).json() == body
        assert Journey.objects.get(pk=journey.pk).status == status
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"removed"}
    assert ask("POST", journey, "status/", {"status": "live"}).status_code == 409


def test_what_makes_no_sense_or_is_not_allowed_is_refused(journey):
    wrong = ask("POST", journey, "status/", {"status": "ended", "people_inside": "hold"})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "people_inside")
    refused = ask("POST", journey, "status/", {"status": "paused"}, role=Role.EDITOR)
    assert (refused.status_code, Journey.objects.get(pk=journey.pk).status) == (403, "live")
    assert ask("PUT", journey, "draft/", {"definition": {}}, role=Role.VIEWER).status_code == 403


def test_a_draft_is_replaced_checked_and_published(journey):
    definition = {"holdout_percent": 0, "nodes": [entry(BOUGHT, next_="out"), OUT]}
    lost = {**definition, "nodes": [entry(BOUGHT, next_="nowhere"), OUT]}
    assert "nowhere" in ask("PUT", journey, "draft/", {"definition": lost}).json()["detail"]
    saved = ask("PUT", journey, "draft/", {"definition": definition}).json()["definition"]
    assert [node["id"] for node in saved["nodes"]] == ["entry", "out"]
    assert ask("POST", journey, "publish/").json() == {"version": 2, "enrolled": 0}
    row = next(r for r in Client().generic(
        "GET", "/api/v1/journeys/", headers=_viewer()).json() if r["key"] == str(journey.key))  # fmt: skip
    assert (row["status"], row["version"], row["inside"]) == ("live", 2, 0)


def _viewer():
    key = issue_api_key(name="Viewer", role=Role.VIEWER, actor="user:1", now=NOW)
    return {"Authorization": f"Bearer {key.text}"}
