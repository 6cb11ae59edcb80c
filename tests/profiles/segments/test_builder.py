"""The builder: what its form shows it also reads back, and every step works without scripts."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from hypothesis import given, settings

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.models import Segment, SegmentMember
from profiles.segments.forms.editing import NEW, apply_step
from profiles.segments.forms.reading import FormReader
from profiles.segments.forms.showing import _fields, errors_by_place, show_rule
from profiles.segments.rules.tree import parse_rule
from tests.profiles.segments.strategies import NOW, rules
from tests.profiles.segments.test_refreshing import bought, live, person, plan_is
from tests.profiles.segments.world import add_touch

NEW_URL = "/segments/new/"


class Form(HTMLParser):
    """The fields that a browser would send from a page without scripts."""

    def __init__(self, html):
        super().__init__()
        self.fields, self._select, self._area = {}, None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        is_chosen = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if tag == "input" and given.get("type") != "search" and is_chosen:
            self._keep(given.get("name"), given.get("value") or "")
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select and self._select not in self.fields:
            self._keep(self._select, given["value"])
        if tag == "option" and self._select and "selected" in given:
            self._keep(self._select, given["value"])
        if tag == "textarea":
            self._area = given["name"]

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self._keep(self._area, data)

    def _keep(self, name, value):
        if name:
            self.fields[name] = value


@pytest.fixture
def staff(client, colleague):
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    return client


@settings(deadline=None, max_examples=200)
@given(rules())
def test_what_the_form_shows_it_reads_back_unchanged(rule):
    authored = parse_rule(rule).model_dump(mode="json", exclude_none=True)
    fields = {"match": authored["root"]["match"]}

    def collect(node):
        for child in node.rules:
            if child.kind == "group":
                fields[f"{child.place}.kind"] = "group"
                fields[f"{child.place}.match"] = child.match
                collect(child)
            elif child.kind == "json":
                fields[f"{child.place}.kind"] = "json"
                fields[f"{child.place}.json"] = child.json
            else:
                fields.update(_fields(child))

    collect(show_rule(authored, {}))
    back = parse_rule(FormReader(fields).document())
    assert back == parse_rule(authored)


@pytest.mark.parametrize("kind", [kind for kind in NEW if kind != "group"])
def test_a_fresh_condition_of_each_kind_is_drawn_as_fields(kind):
    document = apply_step({"version": 1, "root": {"kind": "group", "rules": []}}, f"add::{kind}")
    [child] = show_rule(document, {}).rules
    assert child.kind == kind


def test_steps_add_remove_and_ignore_places_that_are_gone():
    start = {"version": 1, "root": {"kind": "group", "match": "all", "rules": []}}
    one = apply_step(start, "add::group")
    assert one["root"]["rules"][0]["rules"] == [NEW["count"]]
    two = apply_step(one, "add:0:trait")
    assert [rule["kind"] for rule in two["root"]["rules"][0]["rules"]] == ["count", "trait"]
    assert apply_step(two, "remove:0.0")["root"]["rules"][0]["rules"] == [NEW["trait"]]
    assert apply_step(two, "remove:7") == two
    assert apply_step(two, "add:0.0:trait") == two
    assert start["root"]["rules"] == []


def test_a_filter_is_added_as_fields():
    document = apply_step({"version": 1, "root": {"kind": "group", "rules": []}}, "add::count")
    [shown] = show_rule(apply_step(document, "filter:0"), {}).rules
    assert (shown.kind, [row[:3] for row in shown.filters]) == (
        "count",
        [("where", "", "0.where0")],
    )


def test_the_form_asks_what_the_last_time_carried_at_any_time():
    document = apply_step({"version": 1, "root": {"kind": "group", "rules": []}}, "add::occurrence")
    document = apply_step(document, "carried:0")
    assert apply_step(document, "add::count")["root"]["rules"][1].get("having") is None
    [shown] = show_rule(document, {}).rules
    assert [row[:3] for row in shown.filters] == [("and it had", "", "0.having0")]
    fields = _fields(shown) | {
        "match": "all", "0.event": "Order Completed", "0.op": "date:any",
        "0.having0.property": "status", "0.having0.value": "refunded",
    }  # fmt: skip
    rule = parse_rule(FormReader(fields).document())
    assert rule.root.words() == "the last “Order Completed” had status is “refunded”"
    [again] = show_rule(rule.model_dump(mode="json", exclude_none=True), {}).rules
    assert (again.kind, again.test.operator) == ("occurrence", "date:any")


def test_errors_are_shown_at_their_condition():
    errors = [("root.rules.0.rules.1.test.value", "wrong"), ("root.match", "no")]
    assert errors_by_place(errors) == {"0.1": ["test: wrong"], "": ["match: no"]}


@pytest.mark.django_db
def test_a_segment_with_a_nested_group_is_built_step_by_step_without_scripts(staff):
    ada = person("ada", plan="pro", email="ada@example.com")
    person("ben", plan="pro")
    add_touch(ada, event="Order Completed", occurred_at=NOW)

    def send(page, step, **changes):
        fields = Form(page.content.decode()).fields | changes | {"step": step}
        return staff.post(NEW_URL, fields, follow=True)

    page = staff.get(NEW_URL)
    page = send(page, "add::group", **{"0.event": "Order Completed", "0.window": "ever"})
    page = send(page, "add:1:trait", **{"1.0.event": "Never Done", "1.0.window": "ever"})
    page = send(page, "refresh", **{"1.1.key": "plan", "1.1.value": "pro, free"})
    text = page.content.decode()
    assert "did “Order Completed” at least once and (did “Never Done” at least once or" in text
    assert re.search(r'class="rules__figure"[^>]*>1<', text)
    assert "exact, of 2 people" in text
    page = send(page, "publish", name="Buyers", may_start_journeys="")
    assert page.redirect_chain[-1][0].startswith("/segments/")
    assert "Version 1 of “Buyers” is live: 1 people are in" in page.content.decode()
    segment = Segment.objects.get(name="Buyers")
    assert list(SegmentMember.objects.values_list("segment_id", "customer_id")) == [
        (segment.pk, ada)
    ]


@pytest.mark.django_db
def test_an_incomplete_rule_is_not_saved_and_says_what_is_missing(staff):
    page = staff.post(NEW_URL, {"name": "X", "0.kind": "count", "0.event": "", "step": "save"})
    assert page.status_code == 422
    assert "event: Fill this in." in page.content.decode()
    assert not Segment.objects.exists()


@pytest.mark.django_db
def test_a_taken_name_is_refused_at_the_name(staff):
    live("Buyers", bought())
    fields = {"name": "Buyers", "0.kind": "count", "0.event": "X", "step": "save"}
    page = staff.post(NEW_URL, fields)
    assert page.status_code == 422
    assert "There is a segment named “Buyers” already." in page.content.decode()


@pytest.mark.django_db
def test_only_publishers_publish(client, colleague):
    client.force_login(colleague)
    fields = {"name": "Buyers", "0.kind": "count", "0.event": "X", "step": "publish"}
    assert client.post(NEW_URL, fields).status_code == 403
    assert not Segment.objects.exists()
    assert client.post(NEW_URL, fields | {"step": "save"}).status_code == 302


@pytest.mark.django_db
def test_strangers_see_no_segments(client, stranger):
    segment = live("Buyers", bought())
    client.force_login(stranger)
    for name in ("segment", "segment-edit", "segment-check", "segment-export"):
        url = reverse(f"profiles:{name}", kwargs={"key": segment.key})
        assert client.get(url).status_code == 403
    assert client.get("/segments/").status_code == 403


@pytest.mark.django_db
def test_the_pages_of_a_segment_show_people_reasons_and_members(staff):
    ada = person("ada", plan="pro", email="ada@example.com")
    person("ben", plan="free")
    segment = live("Pro", plan_is("pro"))
    assert "Pro" in staff.get("/segments/").content.decode()
    detail = staff.get(f"/segments/{segment.key}/").content.decode()
    assert "plan is “pro”" in detail
    assert "Entered" in detail
    check = f"/segments/{segment.key}/check/"
    yes = staff.get(check, {"person": "ADA@example.com"}).content.decode()
    assert "Matches the rule now" in yes
    assert "plan is “pro”" in yes
    no = staff.get(check, {"person": "ben"}).content.decode()
    assert "Does not match the rule now" in no
    assert "plan is “free”" in no
    csv = b"".join(staff.get(f"/segments/{segment.key}/members.csv").streaming_content).decode()
    header, line = csv.split("\r\n")[:2]
    assert header == "customer_key,email,in_since"
    assert line.split(",")[1] == "ada@example.com"
    assert SegmentMember.objects.get().customer_id == ada


@pytest.mark.django_db
def test_a_copy_is_a_draft_with_a_free_name(staff):
    segment = live("Pro", plan_is("pro"))
    for _ in range(2):
        staff.post(f"/segments/{segment.key}/duplicate/")
    names = Segment.objects.order_by("id").values_list("name", "status")
    assert list(names) == [("Pro", "live"), ("Pro (copy 1)", "draft"), ("Pro (copy 2)", "draft")]


def test_consent_takes_several_states_in_any_order(client, colleague):
    node = {"kind": "consent", "channel": "sms", "topic": "news", "states": ["none", "granted"]}
    shown = show_rule(
        {"version": 1, "root": {"kind": "group", "match": "all", "rules": [node]}}, {}
    )
    [consent] = shown.rules
    assert (consent.kind, consent.values["state_none"], consent.values["state_granted"]) == (
        "consent", "yes", "yes",
    )  # fmt: skip
    client.force_login(colleague)
    fields = {"kind": "group", "match": "all", "0.kind": "consent", "0.channel": "sms",
              "0.topic": "news", "0.state_none": "yes", "0.state_granted": "yes"}  # fmt: skip
    assert FormReader(fields).document()["root"]["rules"][0]["states"] == ["granted", "none"]
    page = Form(
        client.post(NEW_URL, {**fields, "name": "N", "step": "add:group:"}).content.decode()
    )
    kept = {name: value for name, value in page.fields.items() if ".state_" in name}
    assert kept == {"0.state_granted": "yes", "0.state_none": "yes"}
