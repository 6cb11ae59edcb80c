"""The wizard, step by step without scripts, and what the pages say afterwards."""

import pytest
from django.urls import reverse

from campaigns.broadcasts.models import Broadcast
from campaigns.deliveries.models import Delivery
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from tests.campaigns.broadcasts.test_running import advance, draft, make_segment, start
from tests.campaigns.builders import NOW, make_customer, make_template

pytestmark = pytest.mark.django_db

TIME = {
    "timing": "local", "local_on": "2030-01-02", "local_time": "09:30", "default_zone": "UTC",
    "rollout": "gradually", "step_minutes": "30", "most_bounced": "5", "most_complained": "0.3",
    "most_unsubscribed": "2",
}  # fmt: skip


@pytest.fixture
def staff(client, owner):
    client.force_login(owner)
    return client


def url(page, broadcast=None):
    return reverse(f"campaigns:{page}", args=[broadcast.key] if broadcast else [])


def test_the_wizard_leads_from_the_audience_to_a_scheduled_broadcast(staff):
    segment = make_segment("Regulars", [make_customer(), make_customer(consent=None)])
    template = make_template()
    first = {"name": "Sale", "included": [segment.pk], "holdout_percent": "0"}
    answer = staff.post(url("broadcast-new"), first)
    broadcast = Broadcast.objects.get()
    assert answer.url == url("broadcast-message", broadcast)
    said = {
        "template": str(template.key), "tags": "Sale, sale, spring", "priority": "3",
        "goal_event": "Order Completed", "goal_days": "7",
    }  # fmt: skip
    assert staff.post(answer.url, said).url == url("broadcast-time", broadcast)
    assert staff.post(url("broadcast-time", broadcast), TIME).url == url(
        "broadcast-review", broadcast
    )
    page = staff.get(url("broadcast-review", broadcast)).content.decode()
    assert "All 2 people of the audience were judged." in page
    assert "No consent for this channel or topic." in page
    assert Delivery.objects.count() == 0
    answer = staff.post(url("broadcast-review", broadcast))
    assert answer.url == url("broadcast", broadcast)
    broadcast.refresh_from_db()
    assert (broadcast.status, broadcast.tags, broadcast.rollout) == (
        "scheduled", ["sale", "spring"], [5, 25, 100],
    )  # fmt: skip
    assert broadcast.starts_at.isoformat() == "2030-01-01T19:30:00+00:00"
    verbs = AuditEntry.objects.filter(object_type="broadcast").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "created", "changed", "changed", "started",
    ]  # fmt: skip
    month = staff.get(url("broadcast-calendar"), {"month": "2030-01"}).content.decode()
    assert "January 2030" in month
    assert ">Sale</a>" in month


def test_a_step_that_lacks_something_says_so_and_stores_nothing(staff):
    broadcast = draft([make_segment("A", [make_customer()])])
    answer = staff.post(url("broadcast-time", broadcast), {**TIME, "local_time": ""})
    assert answer.status_code == 422
    assert b"This timing needs it." in answer.content
    assert Broadcast.objects.get().timing == "now"
    taken = {"name": "Sale", "included": broadcast.included, "holdout_percent": "0"}
    answer = staff.post(url("broadcast-new"), taken)
    assert (answer.status_code, Broadcast.objects.count()) == (422, 1)
    assert "There is a broadcast called “Sale” already." in answer.content.decode()


def test_only_publishers_start_and_stop(client, owner):
    assign_role(owner, Role.EDITOR)
    client.force_login(owner)
    broadcast = draft([make_segment("A", [make_customer()])])
    assert b"A publisher must start it." in client.get(url("broadcast-review", broadcast)).content
    assert client.post(url("broadcast-review", broadcast)).status_code == 403
    start(broadcast)
    assert client.post(url("broadcast-stop", broadcast), {"reason": "x"}).status_code == 403
    assert Broadcast.objects.get().status == "scheduled"


def test_the_page_of_a_broadcast_shows_the_audience_by_outcome(staff):
    people = [make_customer(), make_customer(), make_customer(consent=None)]
    broadcast = draft([make_segment("A", people)])
    start(broadcast, NOW)
    advance(broadcast)
    page = staff.get(url("broadcast", broadcast)).content.decode()
    assert "The whole audience" in page
    assert broadcast.figures["queued"] == 3
    assert "Cannot be estimated. The broadcast has no goal." in page
    answer = staff.post(url("broadcast-stop", broadcast), {"reason": "Wrong price"})
    assert answer.url == url("broadcast", broadcast)
    assert b"Wrong price" in staff.get(answer.url).content
    assert b"Sale" in staff.get(url("broadcasts")).content


def test_the_api_creates_starts_shows_and_stops(staff):
    segment = make_segment("A", [make_customer()])
    template = make_template()
    body = {
        "name": "By a program", "template": str(template.key), "included": [str(segment.key)],
        "holdout_percent": 0, "rollout": [10, 100],
    }  # fmt: skip
    made = staff.post("/api/v1/broadcasts/", body, content_type="application/json")
    assert made.status_code == 200, made.content
    address = f"/api/v1/broadcasts/{made.json()['key']}/"
    assert staff.post(f"{address}start/", content_type="application/json").json()["status"] == (
        "scheduled"
    )
    reason = {"reason": "Enough"}
    stopped = staff.post(f"{address}stop/", reason, content_type="application/json")
    assert stopped.json()["status"] == "stopped"
    assert staff.get(address).json()["stop_reason"] == "Enough"
    assert [row["name"] for row in staff.get("/api/v1/broadcasts/").json()["results"]] == [
        "By a program"
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"included": ["00000000-0000-0000-0000-00000000ffff"]}, "included"),
        ({"template": "00000000-0000-0000-0000-00000000ffff"}, "template"),
        ({"rollout": [50, 20]}, "rollout"),
    ],
)
def test_the_api_names_the_field_that_cannot_be(staff, changes, field):
    segment = make_segment("A", [make_customer()])
    body = {
        "name": "Wrong", "template": str(make_template().key), "included": [str(segment.key)],
        **changes,
    }  # fmt: skip
    answer = staff.post("/api/v1/broadcasts/", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == field
    assert Broadcast.objects.count() == 0
