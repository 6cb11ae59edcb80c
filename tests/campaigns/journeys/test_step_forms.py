"""The panel of each step: what is typed is what is published, and what is published shows again."""

from typing import Any

import pytest
from django.urls import reverse
from pydantic import TypeAdapter

from campaigns.journeys.forms.by_type import FORMS
from campaigns.journeys.models import Journey
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.definition import AnyNode
from campaigns.journeys.rules.words import KINDS, blank_node
from campaigns.journeys.services.drafting import shown_edit
from tests.campaigns.builders import key

NODE = TypeAdapter(AnyNode)
KNOWN = Known(
    templates={str(key(1)): "Hello"}, segments={1: "Buyers"}, segment_keys={str(key(2)): "Buyers"}
)


def posted(form):
    """Return the form as a browser would send it back untouched."""
    fields = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, bool):
            fields |= {bound.html_name: "on"} if value else {}
        elif value is not None:
            fields[bound.html_name] = value
    return fields


FULL: list[dict[str, Any]] = [
    {"id": "a", "type": "send", "template": str(key(1)), "priority": 2, "within": 7200, "next": "b", "clicked": "c"},
    {"id": "a", "type": "wait_days", "days": 2, "at": "08:30", "zone": "Europe/Berlin", "next": "b"},
    {"id": "a", "type": "wait_date", "trait": "renewal", "offset_days": -3, "at": "08:30", "zone": "UTC",
     "yearly": True, "next": "b", "otherwise": "c"},
    {"id": "a", "type": "throttle", "people": 50, "seconds": 3600, "next": "b"},
    {"id": "a", "type": "reach", "branches": [{"name": "push", "next": "b"}, {"name": "email", "next": "c"}],
     "trait": "likes", "topic": "news", "otherwise": "d"},
    {"id": "a", "type": "loop", "most": 4, "again": "b", "next": "c"},
    {"id": "a", "type": "update", "next": "b", "settings": [
        {"trait": "tier", "value": "gold", "from_event": ""}, {"trait": "count", "value": 3, "from_event": ""},
        {"trait": "gone", "value": None, "from_event": ""}, {"trait": "total", "value": None, "from_event": "cart.total"}]},
    {"id": "a", "type": "webhook", "url": "https://a.example/x", "traits": ["tier", "name"], "next": "b", "failed": "c"},
    {"id": "a", "type": "condition", "rule": None, "happened_since_entry": None, "yes": "b", "no": "c",
     "context": [{"property": "event.total", "is": "at_least", "value": 5}]},
    {"id": "a", "type": "choose", "otherwise": "b", "branches": [
        {"name": "x", "segment": str(key(2)), "rule": None, "next": "b"},
        {"name": "y", "segment": None, "rule": {"version": 1}, "next": "c"}]},
    {"id": "a", "type": "entry", "next": "b", "reentry": "after_exit", "max_entries": 3, "min_gap_seconds": 1800,
     "key": "order_id", "at_once": 4, "max_age_seconds": 7200, "starts": "current", "triggers": [
        {"kind": "schedule", "segment_id": 1, "rrule": "FREQ=DAILY", "at": "07:15", "zone": "Asia/Tokyo"},
        {"kind": "date_trait", "trait": "birthday", "offset_days": 2, "at": "07:15", "zone": "UTC", "yearly": True},
        {"kind": "segment_left", "segment_id": 1}, {"kind": "api"},
        {"kind": "event", "event": "referrals.reward_granted", "match": []}]},
    {"id": "a", "type": "plugin", "kind": "referrals.grant_reward", "settings": {"amount": "20", "unit": "EUR"},
     "branches": [{"name": "granted", "next": "x"}, {"name": "no program", "next": "y"}]},
]  # fmt: skip


@pytest.mark.parametrize("node", FULL, ids=[node["type"] for node in FULL])
def test_a_form_sent_back_untouched_changes_nothing(node):
    NODE.validate_python(node)
    form = FORMS[node["type"]](node, KNOWN)
    back = FORMS[node["type"]](node, KNOWN, posted(form))
    assert back.is_valid(), back.errors
    assert back.fill() == node


@pytest.mark.parametrize("kind", [kind.type for kind in KINDS])
def test_every_step_that_can_be_added_has_a_panel(kind):
    form = FORMS[kind](blank_node(kind), KNOWN)
    assert "note" in form.fields


def test_a_trigger_that_was_just_chosen_begins_with_its_first_values():
    form = FORMS["entry"](blank_node("entry"), KNOWN, {"kind_0": "date_trait", "reentry": "never"})
    assert form.is_valid(), form.errors
    assert form.fill()["triggers"] == [
        {
            "kind": "date_trait",
            "trait": "",
            "offset_days": 0,
            "yearly": False,
            "at": "09:00",
            "zone": "UTC",
        }
    ]


def test_sent_and_opened_exclude_each_other_in_the_panel():
    node = blank_node("send")
    form = FORMS["send"](
        node, KNOWN, {"template": str(key(1)), "priority": "0", "ways": ["sent", "opened"]}
    )
    assert list(form.errors) == ["ways"]


def test_several_ways_at_once_need_a_key_in_the_panel():
    form = FORMS["entry"](
        blank_node("entry"), KNOWN, {"reentry": "never", "starts": "future", "at_once": "2"}
    )
    assert list(form.errors) == ["key"]


@pytest.fixture
def journey(client, colleague):
    client.force_login(colleague)
    client.post(reverse("campaigns:journey-new"), {"name": "Cart", "sample": ""})
    journey = Journey.objects.get()
    url = reverse("campaigns:journey-edit", kwargs={"key": journey.key})
    client.post(url, {"op": "add", "type": "condition", "source": "entry", "slot": "next"})
    client.post(url, {"op": "change", "node": "condition", "asks": "rule", "note": ""})
    return journey


def condition(journey):
    journey.draft.refresh_from_db()
    return next(n for n in shown_edit(journey.draft).definition["nodes"] if n["id"] == "condition")


@pytest.mark.django_db
def test_the_rule_of_a_condition_is_written_in_the_builder_of_segments(client, journey):
    assert condition(journey)["rule"] == {}
    panel = client.get(
        reverse("campaigns:journey-build", kwargs={"key": journey.key}), {"node": "condition"}
    )
    url = reverse("campaigns:journey-rule", kwargs={"key": journey.key, "node": "condition"})
    assert url in panel.content.decode()
    assert "Write the rule" in panel.content.decode()
    assert client.get(url).status_code == 200
    fields = {"match": "all", "0.kind": "trait", "0.key": "country", "0.test.type": "text"}
    wrong = client.post(url, {**fields, "step": "save", "0.key": ""})
    assert wrong.status_code == 422
    assert condition(journey)["rule"] == {}
    grown = client.post(url, {"match": "all", "step": "add::count"}, headers={"HX-Request": "true"})
    assert 'name="0.event"' in grown.content.decode()


@pytest.mark.django_db
def test_a_saved_rule_is_in_the_draft_and_undone_like_any_edit(client, journey):
    url = reverse("campaigns:journey-rule", kwargs={"key": journey.key, "node": "condition"})
    fields = {"match": "all", "0.kind": "count", "0.event": "Order Completed", "0.times": "at_least",
              "0.number": "2", "0.window": "ever", "step": "save"}  # fmt: skip
    answer = client.post(url, fields)
    assert (answer.status_code, answer.url[-15:]) == (302, "?node=condition")
    saved = condition(journey)
    assert (saved["rule"]["root"]["rules"][0]["event"], saved["happened_since_entry"]) == (
        "Order Completed",
        None,
    )
    client.post(reverse("campaigns:journey-edit", kwargs={"key": journey.key}), {"op": "undo"})
    assert condition(journey)["rule"] == {}
