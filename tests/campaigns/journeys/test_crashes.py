"""The engine is killed before and after every statement, at every kind of step; nothing happens twice."""

import pytest

from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys import selectors
from campaigns.journeys.models import Call, Enrollment, HeldTimer, NodeTally, Step, Timer, Waiting
from campaigns.journeys.services.pausing import pause_journey, resume_journey
from profiles.touchpoints.models import Event, Touchpoint
from tests.campaigns.builders import (
    NOW,
    after,
    entry,
    make_customer,
    make_sender,
    make_template,
    publish,
)
from tests.campaigns.channels.http_server import HttpServer
from tests.campaigns.journeys.crashing import Killer, survive, work
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, touch, trail
from tests.campaigns.journeys.test_steps import identified

pytestmark = pytest.mark.django_db
LATE = {"id": "late", "type": "exit"}


@pytest.fixture
def server(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with HttpServer(lambda _: (200, {}, b'{"score": 7}')) as running:
        yield running


def is_sound() -> None:
    for page in selectors.check_enrollments():
        assert page.broken == 0, page


def every_step(server):
    """A journey through each thing the engine does."""
    mail = {"type": "send", "template": str(make_template().key)}
    half = [{"name": name, "percent": 50, "next": "hold"} for name in ("a", "b")]
    paid = [{"name": "paid", "event": "Paid", "next": "throttle"}]
    return publish(
        entry(BOUGHT, next_="pause"),
        {"id": "pause", "type": "wait", "seconds": 3600, "next": "split"},
        {"id": "split", "type": "split", "branches": half},
        {"id": "hold", "type": "hold", "seconds": 7200, "branches": paid, "timeout": "late"},
        {"id": "throttle", "type": "throttle", "people": 1, "seconds": 60, "next": "emit"},
        {"id": "emit", "type": "emit", "event": "Welcomed", "next": "update"},
        {"id": "update", "type": "update", "settings": [{"trait": "plan", "value": "pro"}],
         "next": "ask"},
        {"id": "ask", "type": "condition", "happened_since_entry": {"event": "Paid"},
         "yes": "loop", "no": "late"},
        {"id": "loop", "type": "loop", "most": 2, "again": "short", "next": "mail"},
        {"id": "short", "type": "wait", "seconds": 60, "next": "loop"},
        {"id": "mail", **mail, "next": "sure"},
        {"id": "sure", **mail, "sent": "lookup", "next": "late"},
        {"id": "lookup", "type": "webhook", "url": f"{server.url}/hook", "next": "days",
         "failed": "late"},
        {"id": "days", "type": "wait_days", "days": 1, "at": "09:00", "next": "out"},
        OUT, LATE, leaves=[{"event": "Cancelled", "is_goal": True}],
    )  # fmt: skip


FIRST = ["entered", "entered", "waited"]
LAST = ["throttled", "event_emitted", "traits_set", "condition_met", "goes_again", "waited",
        "goes_again", "waited", "been_enough", "message_planned", "message_sent", "call_answered"]  # fmt: skip


def send_all(now):
    for shard in queries.list_due_shards(now=now):
        while send_shard(shard, now=now):
            pass


def check_ways(first, second, silent, *leavers):
    """Each person took each step once, in order, and has finished."""
    for person in (first, second):
        assert trail(person)[:3] == FIRST
        assert trail(person)[3] in {"a", "b"}
        assert trail(person)[4:] == ["event_arrived", *LAST, "waited"]
    assert trail(silent)[4:] == ["timed_out"]
    for person in leavers:
        assert trail(person)[4:] == ["goal_reached"]
    for enrollment in Enrollment.objects.all():
        numbers = Step.objects.filter(enrollment_id=enrollment.pk).values_list("step_no", flat=True)
        assert sorted(numbers) == list(range(enrollment.step_no + 1))
        assert enrollment.state == "finished"


def test_a_kill_at_any_statement_of_any_step_changes_nothing_that_people_see(server, monkeypatch):
    make_sender()
    journey = every_step(server)
    people = [identified(make_customer(f"Ada{i}")) for i in range(5)]
    first, second, _, leaver, hasty = people

    def live_at(now, killer=None):
        return survive(lambda: work(now), is_sound, monkeypatch, killer)

    for person in people:
        touch(person, "Order Completed")
    kills = live_at(NOW)
    kills += live_at(after(minutes=61))
    survive(
        lambda: pause_journey(journey, actor="user:1", now=after(minutes=62), inside="hold"),
        is_sound, monkeypatch,
    )  # fmt: skip
    for person in (first, second):
        touch(person, "Paid", at=after(minutes=63))
    touch(hasty, "Cancelled", at=after(minutes=63))
    kills += live_at(after(minutes=63))
    assert (Timer.objects.count(), HeldTimer.objects.count()) == (0, 4)
    survive(
        lambda: resume_journey(journey, actor="user:1", now=after(minutes=64)),
        is_sound, monkeypatch,
    )  # fmt: skip
    for minutes in range(64, 72):
        kills += live_at(after(minutes=minutes))
    send_all(after(minutes=72))
    killer = Killer()  # a call that was cut off is made again when its lease has ended
    for minutes in range(72, 160, 11):
        kills += live_at(after(minutes=minutes), killer)
    touch(leaver, "Cancelled", at=after(minutes=162))
    kills += live_at(after(minutes=162))
    kills += live_at(after(hours=4))
    kills += live_at(after(days=2))

    assert kills > 500
    check_ways(*people)
    sent = Delivery.objects.values_list("customer_id", "status")
    assert sorted(sent) == sorted([(p.pk, "handed_over") for p in (first, second)] * 2)
    assert Decision.objects.filter(outcome="sent").count() == 4
    welcomed = Event.objects.get(name="Welcomed").pk
    assert sorted(
        Touchpoint.objects.filter(event_id=welcomed).values_list("customer_id", flat=True)
    ) == [first.pk, second.pk]
    assert Call.objects.filter(status="answered").count() == 2
    keys = [request.headers["idempotency-key"] for request in server.calls]
    assert (len(set(keys)), len(keys) >= 2) == (2, True)
    assert (Timer.objects.count(), HeldTimer.objects.count(), Waiting.objects.count()) == (0, 0, 0)
    entered = sum(NodeTally.objects.filter(node=-1).values_list("moved", flat=True))
    assert entered == 5
