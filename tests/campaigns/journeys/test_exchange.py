"""Journeys as files: out of one installation, into another."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.journeys.models import Journey
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.exchange import Unreadable, read_file, write_file
from campaigns.journeys.rules.specs import SpecDocument, read_then
from campaigns.journeys.services.drafting import shown_edit
from campaigns.journeys.services.specifying import save_spec
from tests.campaigns.builders import NOW, entry, key, make_template, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT

HERE = Known(
    templates={str(key(1)): "Hello"}, segments={1: "Buyers"}, segment_keys={str(key(2)): "Buyers"}
)
THERE = Known(
    templates={str(key(7)): "Hello"}, segments={9: "Buyers"}, segment_keys={str(key(8)): "Buyers"}
)
DEFINITION = {
    "version": 1, "holdout_percent": 10,
    "nodes": [
        {"id": "entry", "type": "entry", "next": "mail", "triggers": [{"kind": "segment_entered", "segment_id": 1}]},
        {"id": "mail", "type": "send", "template": str(key(1)), "next": "pick"},
        {"id": "pick", "type": "choose", "otherwise": "out",
         "branches": [{"name": "a", "segment": str(key(2)), "next": "out"}]},
        {"id": "out", "type": "exit"},
    ],
}  # fmt: skip


def test_a_file_comes_back_as_it_was():
    text = json.dumps(write_file("Cart", DEFINITION, HERE))
    assert read_file(text, HERE) == (DEFINITION, {})


def test_templates_and_segments_are_found_by_name_elsewhere():
    text = json.dumps(write_file("Cart", DEFINITION, HERE))
    read, _ = read_file(text, THERE)
    assert read["nodes"][0]["triggers"][0]["segment_id"] == 9
    assert read["nodes"][1]["template"] == str(key(7))
    assert read["nodes"][2]["branches"][0]["segment"] == str(key(8))


def test_what_has_no_namesake_is_left_open():
    read, _ = read_file(json.dumps(write_file("Cart", DEFINITION, HERE)), Known())
    assert read["nodes"][0]["triggers"][0]["segment_id"] is None
    assert (read["nodes"][1]["template"], read["nodes"][2]["branches"][0]["segment"]) == ("", "")


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"format": "other"}', '{"format": "mcps.journey", "definition": {"nodes": [1]}}',
     '{"format": "mcps.journey", "definition": {"nodes": [{"id": "a", "type": "exit"}]}}'],
    ids=["no JSON", "a list", "another format", "no steps", "no entry"],
)  # fmt: skip
def test_what_is_no_journey_is_refused_in_words(text):
    with pytest.raises(Unreadable, match="This file"):
        read_file(text, HERE)


@pytest.mark.django_db
def test_a_downloaded_journey_is_the_start_of_another(client, colleague):
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "out"}
    journey = publish(entry(BOUGHT, next_="mail"), mail, OUT)
    document = SpecDocument(traits={"email": "a@example.com"}, then=read_then("ends out"))
    save_spec(journey, None, name="Ends", document=document, actor="user:1", now=NOW)
    client.force_login(colleague)
    url = reverse("campaigns:journey-export", kwargs={"key": journey.key})
    file = client.get(url, {"version": "1"})
    assert "attachment" in file["Content-Disposition"]
    assert client.get(url, {"version": "2"}).status_code == 404
    assert client.get(url, {"version": "²"}).content == file.content
    upload = SimpleUploadedFile("j.json", file.content, content_type="application/json")
    made = client.post(reverse("campaigns:journey-new"), {"name": "Copy", "file": upload})
    assert made.status_code == 302
    copy = Journey.objects.get(name="Copy")
    assert shown_edit(copy.draft).definition == journey.live_version.definition
    assert list(copy.specs.values_list("name", "document")) == [
        ("Ends", document.model_dump(mode="json"))
    ]
    torn = {**json.loads(file.content), "specs": {"Ends": {"then": []}}}
    torn_file = SimpleUploadedFile("j.json", json.dumps(torn).encode())
    refused = client.post(reverse("campaigns:journey-new"), {"name": "Torn", "file": torn_file})
    assert "The spec “Ends” of this file cannot be read at “then”" in refused.content.decode()
    wrong = SimpleUploadedFile("j.json", b"nothing")
    refused = client.post(reverse("campaigns:journey-new"), {"name": "Third", "file": wrong})
    assert (refused.status_code, Journey.objects.count()) == (422, 2)
    assert "This file is no JSON." in refused.content.decode()
