"""Pausing with people inside, ending, and moving people to a newer version."""

from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns.deliveries.models import Decision, Delivery
from campaigns.journeys import selectors
from campaigns.journeys.models import Enrollment, HeldTimer, Timer
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.migrating import LEAVE, STAY, list_old_steps, migrate_people
from campaigns.journeys.services.pausing import (
    end_journey,
    hold_people,
    pause_journey,
    resume_journey,
)
from campaigns.journeys.services.publish import publish_journey
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid
from kernel.testing import drain_facts
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, touch, trail

pytestmark = pytest.mark.django_db
WAIT = {"id": "pause", "type": "wait", "seconds": 3600, "next": "out"}
HOLD = {"id": "hold", "type": "hold", "seconds": 7200, "timeout": "late",
        "branches": [{"name": "paid", "event": "Paid", "next": "out"}]}  # fmt: skip
LATE = {"id": "late", "type": "exit"}


def waiting(*nodes):
    journey = publish(entry(BOUGHT, next_=nodes[0]["id"]), *nodes, OUT)
    person = make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    return journey, person


def is_sound():
    found = list(selectors.check_enrollments())
    return all(page.stuck == page.stale == page.idle == 0 for page in found)


def test_people_who_are_held_stay_and_go_on_after_resuming():
    journey, person = waiting(WAIT)
    pause_journey(journey, actor="user:1", now=after(minutes=1), inside="hold")
    advance_all(now=after(hours=2))
    assert trail(person) == ["entered", "entered"]
    assert (Timer.objects.count(), HeldTimer.objects.count(), is_sound()) == (0, 1, True)
    resume_journey(journey, actor="user:1", now=after(hours=2))
    advance_all(now=after(hours=2))
    assert trail(person)[-1] == "waited"
    assert (HeldTimer.objects.count(), is_sound()) == (0, True)


def test_people_go_on_through_a_journey_whose_entries_are_paused():
    journey, person = waiting(WAIT)
    pause_journey(journey, actor="user:1", now=after(minutes=1))
    advance_all(now=after(hours=1))
    assert trail(person)[-1] == "waited"
    with pytest.raises(Conflict):
        pause_journey(journey, actor="user:1", now=after(hours=1))


def test_who_is_overdue_may_leave_at_resuming_and_the_others_stay():
    journey, overdue = waiting(WAIT)
    pause_journey(journey, actor="user:1", now=after(minutes=1), inside="hold")
    other = make_customer()
    let_in(journey, other, now=after(minutes=50))
    advance_all(now=after(minutes=50))
    hold_people()
    resume_journey(journey, actor="user:1", now=after(minutes=90), overdue_leave=True)
    assert trail(overdue)[-1] == "overdue_at_resuming"
    advance_all(now=after(minutes=90))
    assert Enrollment.objects.get(customer=other).state == "active"
    assert is_sound()


def test_what_happened_while_people_were_held_counts_after_resuming():
    journey, person = waiting(HOLD, LATE)
    pause_journey(journey, actor="user:1", now=after(minutes=1), inside="hold")
    touch(person, "Paid", at=after(minutes=5), starts_journeys=False)
    drain_facts(after(minutes=6))
    assert trail(person)[-1] == "entered"
    resume_journey(journey, actor="user:1", now=after(minutes=10))
    advance_all(now=after(minutes=10))
    assert trail(person)[-1] == "event_arrived"


def test_publishing_lets_go_of_who_is_held():
    journey, person = waiting(WAIT)
    pause_journey(journey, actor="user:1", now=after(seconds=1), inside="hold")
    republish(journey, WAIT)
    advance_all(now=after(hours=1))
    assert (trail(person)[-1], HeldTimer.objects.count()) == ("waited", 0)


def test_a_hold_keeps_its_deadline_over_a_pause():
    journey, _ = waiting(HOLD, LATE)
    pause_journey(journey, actor="user:1", now=after(minutes=1), inside="hold")
    resume_journey(journey, actor="user:1", now=after(minutes=10))
    advance_all(now=after(minutes=10))
    assert Timer.objects.get().due_at == after(hours=2)


@pytest.mark.parametrize("inside", ["go_on", "leave"])
def test_an_ended_journey_lets_people_finish_or_takes_them_out(inside):
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "pause"}
    journey, person = waiting(mail, WAIT)
    end_journey(journey, actor="user:1", now=after(minutes=1), inside=inside)
    advance_all(now=after(hours=1))
    delivery = Delivery.objects.get()
    if inside == "leave":
        assert trail(person)[-1] == "journey_ended"
        assert (delivery.status, Decision.objects.get().reason) == (
            "held_back",
            "enrollment_stopped",
        )
    else:
        assert (trail(person)[-1], delivery.status) == ("waited", "planned")
    assert (Timer.objects.count(), is_sound()) == (0, True)
    assert AuditEntry.objects.get(verb="ended").after == {
        "status": "ended",
        "people_inside": inside,
    }


def republish(journey, *nodes):
    publish_journey(
        journey, definition={"holdout_percent": 0, "nodes": [entry(BOUGHT, next_=nodes[0]["id"]), *nodes, OUT]},
        actor="user:1", now=after(minutes=1),
    )  # fmt: skip
    journey.refresh_from_db()


def test_a_wait_that_got_shorter_counts_from_the_arrival():
    journey, person = waiting(WAIT)
    republish(journey, {**WAIT, "seconds": 1800})
    (step,) = list_old_steps(journey)
    assert (step.name, step.inside, step.proposed) == ("pause", 1, "pause")
    moved = migrate_people(journey, {(1, "pause"): "pause"}, actor="user:1", now=after(minutes=2))
    assert (moved, Timer.objects.get().due_at) == (1, after(minutes=30))
    assert Enrollment.objects.get().version_id == journey.live_version_id
    advance_all(now=after(minutes=30))
    assert trail(person)[-2:] == ["moved_to_version", "waited"]
    assert (list_old_steps(journey), is_sound()) == ([], True)


def test_people_moved_to_another_step_arrive_there_now_and_are_woken_there():
    journey, person = waiting(WAIT)
    republish(journey, HOLD, LATE)
    migrate_people(journey, {(1, "pause"): "hold"}, actor="user:1", now=after(minutes=2))
    advance_all(now=after(minutes=2))
    assert Timer.objects.get().due_at == after(hours=2, minutes=2)
    touch(person, "Paid", at=after(minutes=3), starts_journeys=False)
    drain_facts(after(minutes=3))
    assert trail(person)[-1] == "event_arrived"


def test_people_stay_on_their_version_unless_somebody_chooses_otherwise():
    journey, person = waiting(WAIT)
    republish(journey, HOLD, LATE)
    assert migrate_people(journey, {(1, "pause"): STAY}, actor="user:1", now=NOW) == 0
    with pytest.raises(Invalid, match="Nobody can be moved"):
        migrate_people(journey, {(1, "pause"): "late"}, actor="user:1", now=NOW)
    assert Enrollment.objects.get().version_id != journey.live_version_id
    assert migrate_people(journey, {(1, "pause"): LEAVE}, actor="user:1", now=NOW) == 1
    assert trail(person)[-1] == "taken_out"
    assert (Timer.objects.count(), is_sound()) == (0, True)


def test_the_pages_stop_resume_and_move(client, owner):
    journey, _ = waiting(WAIT)
    republish(journey, {**WAIT, "seconds": 60})
    client.force_login(owner)
    stop, versions = (
        reverse(f"campaigns:journey-{name}", kwargs={"key": journey.key}) for name in ("stop", "versions")
    )  # fmt: skip
    page = client.get(versions).content.decode()
    assert "People at “pause” of version 1" in page
    assert client.post(versions, {"step_0": "pause"}, follow=True).status_code == 200
    assert Enrollment.objects.get().version_id == journey.live_version_id
    assert client.post(stop, {"what": "resume:now"}).status_code == 422
    for what, status in (
        ("pause:hold", "paused"),
        ("resume:leave", "live"),
        ("end:leave", "ended"),
    ):
        assert client.post(stop, {"what": what}).status_code == 302
        journey.refresh_from_db()
        assert journey.status == status


def test_stopping_and_moving_need_the_right_to_publish(client, colleague):
    journey, _ = waiting(WAIT)
    client.force_login(colleague)
    for name in ("stop", "versions"):
        url = reverse(f"campaigns:journey-{name}", kwargs={"key": journey.key})
        assert client.post(url, {"what": "end:leave"}).status_code == 403
    journey.refresh_from_db()
    assert journey.status == "live"
    assert Timer.objects.get().due_at - NOW == timedelta(hours=1)
