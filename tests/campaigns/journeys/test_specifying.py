import pytest
from django.urls import reverse

from campaigns.journeys.models import Enrollment, Journey
from campaigns.journeys.rules.specs import (
    SpecDocument,
    Unreadable,
    read_then,
    read_when,
    write_then,
    write_when,
)
from campaigns.journeys.services.drafting import publish_draft, start_draft
from campaigns.journeys.services.publish import create_journey
from campaigns.journeys.services.specifying import run_specs, save_spec
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict
from tests.campaigns.builders import NOW, entry, key, make_template

WHEN = "after 90 min Order Completed total=50"
THEN = "sent mail by 2 h\nnot sent push\npasses wait\nnot passes ask\nends goal_reached"


def definition(template, *, wait=7200):
    return {
        "holdout_percent": 10,
        "goal": {"event": "Order Completed", "days": 3, "leaves": True},
        "nodes": [
            entry({"kind": "touchpoint", "event": "Product Added"}, next_="wait"),
            {"id": "wait", "type": "wait", "seconds": wait, "next": "mail"},
            {"id": "mail", "type": "send", "template": str(template.key), "next": "done"},
            {"id": "done", "type": "exit"},
        ],
    }


def document(when, then, **given):
    reachable = {"traits": {"first_name": "Ada", "email": "ada@example.com"}, "channels": ["email"]}
    return SpecDocument(when=read_when(when), then=read_then(then), **{**reachable, **given})


@pytest.fixture
def journey(db):
    journey = create_journey("Cart", key=key(9), actor="user:1", now=NOW)
    start_draft(journey, definition(make_template()), actor="user:1", now=NOW)
    return journey


def differences(journey, when, then, **given):
    spec = document(when, then, **given)
    save_spec(journey, None, name="One", document=spec, actor="user:1", now=NOW)
    shown = journey.draft.edits.get().definition
    (verdict,) = run_specs(journey, shown, now=NOW)
    return list(verdict.differences)


@pytest.mark.parametrize(
    ("when", "then"),
    [
        ("", "sent mail by 2 h\nends done\npasses wait"),
        (WHEN, "not sent mail\nends goal_reached\nnot passes mail"),
        ("after 150 min Order Completed", "sent mail by 2 h\nends done"),
    ],
)
def test_a_spec_that_holds_is_met(journey, when, then):
    assert differences(journey, when, then) == []
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    ("when", "then", "told"),
    [
        ("", "sent mail by 1 h", "Expected “mail” to be sent by 1 h, but it was sent after 2 h."),
        (WHEN, "sent mail", "Expected “mail” to be sent, but it was not."),
        ("", "not sent mail by 3 h", "Expected “mail” not to be sent by 3 h, but it was."),
        ("", "ends goal_reached", "Expected the end “goal_reached”, but it was “done”."),
        ("", "not passes wait", "Expected not to pass “wait”, but did."),
        ("", "passes push", "Expected to pass “push”, but did not."),
    ],
)
def test_a_spec_that_fails_says_what_differs(journey, when, then, told):
    assert differences(journey, when, then) == [told]


def test_without_consent_the_reason_is_told(journey):
    told = differences(journey, "", "sent mail", channels=[])
    assert told == ["Expected “mail” to be sent, but it was not (no_consent)."]


def test_a_failing_spec_stops_publishing_unless_a_reason_is_given(journey):
    spec = document("", "sent mail by 1 h")
    save_spec(journey, None, name="In an hour", document=spec, actor="user:1", now=NOW)
    with pytest.raises(Conflict, match=r"1 of 1 specs are not met\. “In an hour”: Expected “mail”"):
        publish_draft(journey.draft, actor="user:2", now=NOW)
    assert Journey.objects.get().status == "draft"
    publish_draft(journey.draft, actor="user:2", now=NOW, despite="The hour is changed next week")
    assert Journey.objects.get().status == "live"
    noted = AuditEntry.objects.get(verb="published despite specs")
    assert noted.after == {"reason": "The hour is changed next week", "specs": ["In an hour"]}


def test_lines_are_read_as_they_were_written():
    assert read_when(write_when(read_when(WHEN))) == read_when(WHEN)
    assert write_then(read_then(THEN)) == THEN
    for wrong in ("after soon Order Completed", "Order Completed", "after 3 h total=50"):
        with pytest.raises(Unreadable):
            read_when(wrong)
    for wrong in ("sent", "ends a b", "not ends done", "sent mail by noon", "not"):
        with pytest.raises(Unreadable):
            read_then(wrong)


def test_staff_write_change_and_delete_specs(client, colleague, journey):
    client.force_login(colleague)
    new = reverse("campaigns:journey-spec-new", kwargs={"key": journey.key})
    posted = {
        "name": "In two hours", "traits": "email = a@example.com\nfirst_name = Ada",
        "channels": ["email"], "when": "", "then": "sent mail by 1 h",
    }  # fmt: skip
    refused = client.post(new, {**posted, "then": "sends mail"})
    assert (refused.status_code, "cannot be read" in refused.content.decode()) == (422, True)
    listed = client.post(new, posted, follow=True).content.decode()
    assert "it was sent after 2 h" in listed
    url = reverse(
        "campaigns:journey-spec", kwargs={"key": journey.key, "spec": journey.specs.get().key}
    )
    assert "sent mail by 1 h" in client.get(url).content.decode()
    listed = client.post(url, {**posted, "then": "sent mail by 2 h"}, follow=True).content.decode()
    assert "Met" in listed
    assert client.post(new, posted).status_code == 422
    assert "No specs" in client.post(url, {"op": "delete"}, follow=True).content.decode()
