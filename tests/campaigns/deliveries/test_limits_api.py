"""Limits, senders and messages over the REST API, and throttles and budgets on their page."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.channels.models import Sender
from campaigns.deliveries.models import Delivery, FrequencyCap, SendingRule, VolumeLimit
from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from kernel.audit.models import AuditEntry
from tests.campaigns.builders import NOW, key, make_cap, make_customer, make_template, plan
from tests.campaigns.deliveries.test_gate import _null_sender, send_all  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

BUDGET = {
    "name": "Texts", "scope": "channel", "subject": "sms", "measure": "money", "amount": "12.50",
    "period": "month", "policy": "hold_back",
}  # fmt: skip


@pytest.fixture
def staff(client, owner):
    client.force_login(owner)
    return client


def ask(method, path, body=None, *, role=Role.PUBLISHER):
    made = issue_api_key(name=f"{method} {role} {path}"[:60], role=role, actor="user:1", now=NOW)
    return Client().generic(
        method,
        path if path.startswith("http") else f"/api/v1/{path}",
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {made.text}"},
    )


def url(page, **parts):
    return reverse(f"campaigns:{page}", kwargs=parts)


def test_a_budget_is_made_replaced_and_deleted_on_the_audit_log():
    made = ask("POST", "volume-limits/", BUDGET)
    assert (made.status_code, made.json()["amount"]) == (201, "12.50")
    path = f"volume-limits/{made.json()['id']}/"
    changed = ask("PUT", path, {**BUDGET, "amount": "20"})
    assert changed.json()["amount"] == "20.00"
    assert [row["name"] for row in ask("GET", "volume-limits/").json()] == ["Texts"]
    assert ask("DELETE", path).status_code == 204
    assert ask("DELETE", path).status_code == 404
    verbs = AuditEntry.objects.filter(object_type="volume_limit").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["created", "changed", "deleted"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ({"subject": "pigeons"}, "subject"),
        ({"scope": "domain", "subject": "nodots"}, "subject"),
        ({"scope": "broadcast", "subject": str(key(5))}, "subject"),
        ({"amount": "-1"}, "amount"),
        ({"period": "fortnight"}, "period"),
    ],
)
def test_a_budget_about_nothing_is_refused_by_the_name_of_the_field(field, wrong):
    answer = ask("POST", "volume-limits/", {**BUDGET, **field})
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == [wrong]
    assert not VolumeLimit.objects.exists()


def test_a_taken_name_is_refused():
    ask("POST", "volume-limits/", BUDGET)
    assert ask("POST", "volume-limits/", {**BUDGET, "amount": "1"}).status_code == 422
    assert VolumeLimit.objects.get().amount == 12.5


def test_caps_quiet_hours_and_the_rule_are_kept():
    cap = {"name": "Weekly", "max_count": 3, "days": 7}
    assert ask("POST", "frequency-caps/", cap).status_code == 201
    quiet = {"channel": "sms", "starts_at": "21:00", "ends_at": "08:00"}
    number = ask("POST", "quiet-hours/", quiet).json()["id"]
    assert ask("PUT", f"quiet-hours/{number}/", {**quiet, "policy": "drop"}).json()[
        "policy"] == "drop"  # fmt: skip
    assert ask("PUT", "sending-rule/", {"holdout_percent": "5", "gap_minutes": 60}).json() == {
        "holdout_percent": "5.00", "gap_minutes": 60, "adds_utm": False, "utm_source": "newsletter",
    }  # fmt: skip
    assert FrequencyCap.objects.get().max_count == 3
    assert SendingRule.objects.get().gap_minutes == 60
    assert ask("GET", "sending-rule/", role=Role.VIEWER).json()["gap_minutes"] == 60


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "frequency-caps/"),
        ("POST", "volume-limits/"),
        ("PUT", "sending-rule/"),
        ("DELETE", "quiet-hours/1/"),
        ("PUT", f"senders/{key(1)}/pause/"),
    ],
)
def test_editors_change_no_limit(method, path):
    assert ask(method, path, {}, role=Role.EDITOR).status_code == 403


def test_a_sender_is_listed_without_its_secrets_and_paused():
    [row] = ask("GET", "senders/", role=Role.VIEWER).json()
    assert (row["name"], row["kind"], "config" in row) == ("Null", "console", False)
    place = f"senders/{Sender.objects.get().key}/pause/"
    assert ask("PUT", place, {"is_paused": True}).json()["is_paused"] is True
    assert Sender.objects.get().is_paused is True
    assert ask("PUT", f"senders/{key(9)}/pause/", {"is_paused": True}).status_code == 404


def test_activity_and_a_person_s_messages_say_why():
    make_cap(count=1)
    ada, template = make_customer(), make_template()
    first, second = plan(ada, template, priority=1), plan(ada, template)
    plan(make_customer(), template)
    send_all()
    held = ask("GET", "message-activity/?outcome=held_back").json()["results"]
    assert [(row["message"], row["reason"]) for row in held] == [(str(second.key), "frequency_cap")]
    assert ask("GET", "message-activity/?outcome=lost").status_code == 422
    page = ask("GET", f"customers/{ada.key}/messages/?limit=1").json()
    rest = ask("GET", page["next"]).json()
    assert [row["key"] for row in [*page["results"], *rest["results"]]] == [
        str(second.key), str(first.key),
    ]  # fmt: skip
    sent = ask("GET", f"customers/{ada.key}/messages/?place=sent").json()["results"]
    assert [row["key"] for row in sent] == [str(first.key)]
    one = ask("GET", f"messages/{second.key}/").json()
    assert one["decisions"][0]["text"] == "A frequency cap was reached."
    assert ask("GET", f"messages/{key(4)}/").status_code == 404


def test_a_throttle_is_added_on_the_page_and_lets_its_waiting_go_when_it_ends(staff):
    form = {
        "name": "Gmail", "target": "domain:", "domain": "gmail.com", "amount": "0",
        "measure": "messages", "period": "minute", "zone": "UTC", "policy": "wait",
        "is_active": "on",
    }  # fmt: skip
    assert staff.post(url("volume-new"), {**form, "domain": ""}).status_code == 422
    assert staff.post(url("volume-new"), form).url == url("limits")
    limit = VolumeLimit.objects.get()
    assert (limit.scope, limit.subject) == ("domain", "gmail.com")
    delivery = plan(make_customer(email="a@gmail.com"), make_template())
    send_all()
    page = staff.get(url("limits")).content.decode()
    assert "A domain of recipients" not in page
    assert "gmail.com" in page
    shown = staff.get(url("volume-edit", number=limit.pk)).content.decode()
    assert 'value="gmail.com"' in shown
    assert Delivery.objects.get().waits_for_id == limit.pk
    staff.post(url("volume-delete", number=limit.pk))
    assert Delivery.objects.get().waits_for_id is None
    assert Delivery.objects.get().due_at > delivery.due_at
    assert not VolumeLimit.objects.exists()
