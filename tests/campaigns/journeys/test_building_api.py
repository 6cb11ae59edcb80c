"""The REST API of journeys from creating one to its results."""

import pytest

from campaigns.journeys.models import Enrollment, Journey, JourneyDraft
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.dry_run_queue import work_next
from campaigns.journeys.services.publish import create_journey
from campaigns.journeys.trial_models import DryRun, JourneySpec
from kernel.access.roles import Role
from tests.campaigns.builders import NOW, entry, key, make_customer, make_template, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, let_in, touch
from tests.campaigns.journeys.test_running_api import ask

pytestmark = pytest.mark.django_db
GOAL = {"event": "Paid", "days": 3, "leaves": True}


class Anywhere:
    """Stands for a journey where an address is given in full."""

    key = "-"


def at(path):
    return f"http://testserver/api/v1/{path}"


def test_a_journey_is_created_drafted_published_read_and_not_deleted_then():
    definition = {"holdout_percent": 0, "nodes": [entry(BOUGHT, next_="out"), OUT]}
    body = {"name": "By program", "definition": definition}
    made = ask("POST", Anywhere, at("journeys/"), body, role=Role.EDITOR).json()
    assert (made["name"], made["status"], made["version"]) == ("By program", "draft", None)
    journey = Journey.objects.get(key=made["key"])
    assert ask("POST", Anywhere, at("journeys/"), body).status_code == 409
    assert ask("GET", journey, "draft/").json()["definition"]["nodes"][1]["id"] == "out"
    assert ask("GET", journey, "versions/").json() == []
    assert ask("POST", journey, "publish/").json()["version"] == 1
    [version] = ask("GET", journey, "versions/").json()
    assert (version["number"], version["is_live"]) == (1, True)
    told = ask("GET", journey, "versions/1/").json()
    assert [node["id"] for node in told["definition"]["nodes"]] == ["entry", "out"]
    assert ask("GET", journey, "versions/2/").status_code == 404
    assert ask("GET", journey).json()["version"] == 1
    refused = ask("DELETE", journey)
    assert (refused.status_code, "End it instead" in refused.json()["detail"]) == (409, True)


def test_a_fault_creates_nothing_and_a_journey_without_versions_can_be_deleted():
    lost = {"nodes": [entry(BOUGHT, next_="nowhere"), OUT]}
    body = {"name": "Lost", "definition": lost}
    assert ask("POST", Anywhere, at("journeys/"), body).status_code == 422
    null = {"nodes": [{**OUT, "note": "a\x00b"}]}
    assert ask("POST", Anywhere, at("journeys/"), {**body, "definition": null}).status_code == 422
    assert not Journey.objects.exists()
    made = ask("POST", Anywhere, at("journeys/"), {"name": "Empty"}).json()
    journey = Journey.objects.get(key=made["key"])
    assert ask("DELETE", journey, role=Role.VIEWER).status_code == 403
    assert ask("DELETE", journey).status_code == 204
    assert (Journey.objects.count(), JourneyDraft.objects.count()) == (0, 0)


def test_people_at_a_step_are_listed_counted_and_moved():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    let_in(journey, *(make_customer(f"P{i}") for i in range(3)))
    advance_all(now=NOW)
    people = ask("GET", journey, "steps/pause/people/").json()
    ids = [row["id"] for row in people]
    assert sorted(ids) == sorted(Enrollment.objects.values_list("id", flat=True))
    act = {"what": "take_out", "enrollments": ids[:2], "reason": "Asked by phone"}
    preview = ask("POST", journey, "steps/pause/people/", {**act, "is_preview": True})
    assert (preview.json(), Enrollment.objects.filter(state="active").count()) == ({"people": 2}, 3)
    refused = ask("POST", journey, "steps/pause/people/", act, role=Role.EDITOR)
    assert (refused.status_code, Enrollment.objects.filter(state="active").count()) == (403, 3)
    assert ask("POST", journey, "steps/pause/people/", act).json() == {"people": 2}
    assert Enrollment.objects.filter(state="removed").count() == 2
    assert ask("GET", journey, "steps/nowhere/people/").status_code == 404
    wrong = ask(
        "POST", journey, "steps/pause/people/", {"what": "move", "target": "x", "reason": "r"}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "target")


def test_somebody_made_up_runs_through_the_draft_and_specs_are_kept_and_run():
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "out"}
    pause = {**WAIT, "next": "mail"}
    journey = publish(entry(BOUGHT, next_="pause"), pause, mail, OUT, goal=GOAL)
    given = {"traits": {"first_name": "Ada", "email": "a@example.com"}, "channels": ["email"]}
    tried = ask("POST", journey, "try/", given, role=Role.EDITOR).json()
    assert [row["outcome"] for row in tried["messages"]] == ["sent"]
    assert (tried["state"], tried["node"]) == ("finished", "out")
    assert ask("POST", journey, "try/", {"segments": ["Nobody"]}).status_code == 422
    then = [{"what": "not_sent", "name": "mail"}, {"what": "ends", "name": "goal_reached"}]
    document = {**given, "when": [{"after": 60, "event": "Paid"}], "then": then}
    body = {"name": "Who pays gets no mail", "document": document}
    spec = ask("POST", journey, "specs/", body).json()
    assert ask("GET", journey, "specs/").json() == [spec]
    [verdict] = ask("POST", journey, "specs/run/").json()
    assert (verdict["is_met"], verdict["differences"]) == (True, [])
    late = {**body, "document": {**document, "when": [{"after": 7200, "event": "Paid"}]}}
    assert ask("PUT", journey, f"specs/{spec['key']}/", late).status_code == 200
    [verdict] = ask("POST", journey, "specs/run/").json()
    assert (verdict["is_met"], len(verdict["differences"])) == (False, 2)
    assert ask("DELETE", journey, f"specs/{spec['key']}/").status_code == 204
    assert not JourneySpec.objects.exists()


def test_a_dry_run_is_asked_for_and_read():
    journey = publish(entry(BOUGHT, next_="out"), OUT)
    asked = ask("POST", journey, "dry-runs/", {"days": 2, "beside": 1}).json()
    assert (asked["status"], asked["results"]) == ("asked", [])
    assert ask("POST", journey, "dry-runs/", {"beside": 5}).status_code == 422
    assert work_next(now=DryRun.objects.get().asked_at)
    read = ask("GET", journey, f"dry-runs/{asked['key']}/").json()
    assert [one["label"] for one in read["results"]] == ["Draft", "Version 1"]
    assert [row["key"] for row in ask("GET", journey, "dry-runs/").json()] == [asked["key"]]


def test_results_give_counts_with_their_intervals():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT, goal={**GOAL, "leaves": False})
    people = [make_customer(f"P{i}") for i in range(4)]
    let_in(journey, *people)
    advance_all(now=NOW)
    touch(people[0], "Paid", at=NOW)
    found = ask("GET", journey, "results/").json()
    [arm] = [row for row in found["conversions"] if row["of"] == "arm"]
    assert (arm["way"], arm["people"], arm["converted"], arm["share"]) == ("treatment", 4, 1, 0.25)
    assert (round(arm["low"], 3), round(arm["high"], 3)) == (0.046, 0.699)
    empty = create_journey("Empty", key=key(9), actor="user:1", now=NOW)
    assert ask("GET", empty, "results/").json() == {
        "version": None, "conversions": [], "messages": [],
    }  # fmt: skip
