from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from kernel.audit import record
from kernel.audit.models import AuditEntry
from kernel.events.models import Parked
from kernel.events.registry import subscribe, subscribers
from kernel.heartbeats.models import Heartbeat, HeartbeatKind
from kernel.operations import queues
from kernel.operations.database import list_tables
from kernel.operations.queues import Depth, register_queue

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def parked():
    """One fact set aside by a subscriber that handles it once `mended` is set."""
    mended = []

    def handler(bounds, *, now):
        if not mended:
            raise ValueError("the price is missing")

    with subscribers.opened():
        subscribe("kernel.event", name="test.prices")(handler)
        row = Parked.objects.create(
            subscriber="test.prices", source="kernel.event", fact_xid="5", fact_id=12,
            error="ValueError: the price is missing", parked_at=NOW,
        )  # fmt: skip
        yield row, mended


def page_text(client, name, **query):
    return client.get(reverse(name), query).content.decode()


def test_page_shows_processes_readers_queues_and_tables(admin, parked):
    Heartbeat.objects.create(
        name="worker@host", kind=HeartbeatKind.WORKER, started_at=NOW, last_at=datetime.now(UTC)
    )
    with queues._queues.opened():
        depth = Depth(waiting=1234, oldest_at=datetime.now(UTC) - timedelta(seconds=90))
        register_queue("test.outbox", "Messages to send", lambda: depth)
        page = page_text(admin, "operations:state")
    for expected in (
        "worker@host", "test.prices", "ValueError: the price is missing", "Messages to send",
        "1,234", "90 s", list_tables(most=1)[0].name,
    ):  # fmt: skip
        assert expected in page
    assert "Not everything works" in page


def test_replay_that_succeeds_takes_the_fact_from_the_page(admin, owner, parked):
    row, mended = parked
    mended.append(True)
    page = admin.post(reverse("operations:replay", args=[row.pk]), follow=True).content.decode()
    assert "The fact was handled this time." in page
    assert Parked.objects.get().replayed_at is not None
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.object_id) == (
        f"user:{owner.pk}", "replayed", str(row.pk),
    )  # fmt: skip


def test_replay_that_fails_says_why_and_keeps_the_fact(admin, parked):
    row, _ = parked
    page = admin.post(reverse("operations:replay", args=[row.pk]), follow=True).content.decode()
    assert "The fact failed again" in page
    assert Parked.objects.get().replayed_at is None


def test_replay_is_for_admins(client, colleague, parked):
    client.force_login(colleague)
    assert client.post(reverse("operations:replay", args=[parked[0].pk])).status_code == 403
    assert AuditEntry.objects.count() == 0


@pytest.fixture
def trail(owner):
    key = issue_api_key(name="Shop", role=Role.EDITOR, actor=f"user:{owner.pk}", now=NOW)
    for actor, verb, thing in (
        (f"key:{key.row.prefix}", "published", "journey"),
        ("command:create_staff", "created", "staff"),
        (f"user:{owner.pk}", "stopped", "journey"),
    ):
        record(actor=actor, verb=verb, object_type=thing, object_id=7, now=NOW)


def rows(client, **query):
    found = client.get(reverse("operations:audit"), query).context["deeds"]
    return [(deed.who, deed.entry.verb) for deed in found]


def test_log_names_people_programs_and_commands_newest_first(admin, owner, trail):
    assert rows(admin) == [
        (owner.email, "stopped"),
        ("create_staff (command)", "created"),
        ("Shop (key)", "published"),
        (owner.email, "created"),
    ]


def test_log_is_filtered_by_each_field(admin, owner, trail):
    assert rows(admin, person=owner.pk) == [(owner.email, "stopped"), (owner.email, "created")]
    assert rows(admin, object_type="journey", verb="stopped") == [(owner.email, "stopped")]
    assert rows(admin, object_id="8") == []


@pytest.mark.parametrize("query", [{"person": "x"}, {"before": "-1"}, {"before": "9" * 30}])
def test_unusable_filter_is_refused(admin, trail, query):
    assert admin.get(reverse("operations:audit"), query).status_code == 422


def test_log_goes_on_behind_fifty_entries(admin):
    for number in range(51):
        record(actor="import:7", verb=f"v{number}", object_type="thing", object_id=1, now=NOW)
    first = admin.get(reverse("operations:audit"))
    assert len(first.context["deeds"]) == 50
    assert rows(admin, before=first.context["older_than"]) == [("import:7", "v0")]


def test_api_gives_the_log_to_admins_only(client, owner, colleague, trail):
    client.force_login(colleague)
    assert client.get("/api/v1/audit-entries/").status_code == 403
    client.force_login(owner)
    first = client.get("/api/v1/audit-entries/?limit=3").json()
    second = client.get(first["next"]).json()
    assert [row["verb"] for row in first["results"]] == ["stopped", "created", "published"]
    assert ([row["verb"] for row in second["results"]], second["next"]) == (["created"], None)
