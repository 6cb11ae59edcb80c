"""The settings page of limits: what is entered holds for the next message, and is audited."""

import pytest
from django.urls import reverse

from campaigns.deliveries.models import FrequencyCap, QuietHours, SendingRule
from campaigns.deliveries.rules import say_numbers
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from tests.campaigns.builders import make_cap

pytestmark = pytest.mark.django_db

CAP = {
    "name": "Offers", "max_count": "2", "period": "week", "days": "1", "message_class": "marketing",
    "channel": "", "topic": "offers", "tag": "sale", "counts_transactional": "on",
    "default_zone": "Europe/Berlin", "is_active": "on",
}  # fmt: skip


@pytest.fixture
def staff(client, owner):
    client.force_login(owner)
    return client


def url(page, **parts):
    return reverse(f"campaigns:{page}", kwargs=parts)


def test_a_cap_is_added_changed_and_deleted_with_an_audit_entry_each(staff):
    assert staff.post(url("cap-new"), CAP).url == url("limits")
    cap = FrequencyCap.objects.get()
    assert (cap.topic, cap.tag, cap.period, cap.counts_transactional) == (
        "offers", "sale", "week", True,
    )  # fmt: skip
    page = staff.get(url("limits")).content.decode()
    assert "2 in the calendar week" in page
    assert "Marketing, about offers, tagged sale, transactional ones count" in page
    staff.post(url("cap-edit", number=cap.pk), {**CAP, "max_count": "3"})
    staff.post(url("cap-delete", number=cap.pk))
    assert FrequencyCap.objects.count() == 0
    entries = AuditEntry.objects.filter(object_type="frequency_cap").order_by("id")
    assert list(entries.values_list("verb", flat=True)) == ["created", "changed", "deleted"]
    assert (entries[1].before["max_count"], entries[1].after["max_count"]) == ("2", "3")


def test_quiet_hours_and_the_rules_of_all_marketing_are_kept(staff):
    quiet = {
        "channel": "sms", "starts_at": "20:00", "ends_at": "09:00", "policy": "drop",
        "default_zone": "UTC", "is_active": "on",
    }  # fmt: skip
    staff.post(url("quiet-new"), quiet)
    staff.post(
        url("sending-rule"), {"holdout_percent": "2.5", "gap_minutes": "60", "utm_source": "shop"}
    )
    staff.post(
        url("sending-rule"), {"holdout_percent": "1", "gap_minutes": "60", "utm_source": "shop"}
    )
    assert QuietHours.objects.get().policy == "drop"
    assert [float(rule.holdout_percent) for rule in SendingRule.objects.all()] == [1.0]
    page = staff.get(url("limits")).content.decode()
    assert "Messages are held back for good" in page
    assert "Links are not marked" in page
    assert "At least 60 minutes" in page


@pytest.mark.parametrize("changes", [{"max_count": "-1"}, {"name": "Weekly"}, {"period": "year"}])
def test_a_cap_that_cannot_be_is_refused_and_nothing_changes(staff, changes):
    make_cap()
    answer = staff.post(url("cap-new"), {**CAP, **changes})
    assert answer.status_code == 422
    assert list(FrequencyCap.objects.values_list("name", "max_count")) == [("Weekly", 1)]


def test_an_editor_reads_the_limits_and_changes_none(client, owner):
    assign_role(owner, Role.EDITOR)
    client.force_login(owner)
    assert client.get(url("limits")).status_code == 200
    assert client.post(url("cap-new"), CAP).status_code == 403
    assert FrequencyCap.objects.count() == 0


def test_the_numbers_of_a_decision_are_said_in_words():
    numbers = {
        "consent": "granted", "cap": "Weekly",
        "slot": {"message": "0199", "template": "Order", "by": "Orders", "class": "transactional",
                 "priority": 0, "own_priority": 5, "was_waiting": True},
        "caps": {"Weekly": {"count": 2, "max": 2, "days": 7, "period": "rolling"}},
        "clock": {"zone": "Asia/Tokyo", "from": "person", "local": "2026-03-10 21:00"},
    }  # fmt: skip
    last_slot = (
        "The last slot went to “Order” of “Orders”: it is transactional. "
        "Its priority is 0, that of this one 5."
    )
    assert say_numbers(numbers) == [
        "Weekly: 2 so far, at most 2 in 7 days",
        last_slot,
        "Consent: granted",
        "Local time 2026-03-10 21:00 in Asia/Tokyo, the zone of the person",
    ]
