"""People at a step: sent on, moved, taken out; and who left, how and when."""

import pytest
from django.urls import reverse

from campaigns.deliveries.models import Decision, Delivery
from campaigns.journeys import selectors
from campaigns.journeys.models import Enrollment, Step, Timer, Waiting
from campaigns.journeys.services import moving
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.pausing import pause_journey
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid
from kernel.testing import drain_facts
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, touch, trail

pytestmark = pytest.mark.django_db
PAUSE = {"id": "pause", "type": "wait", "seconds": 3600, "next": "hold"}
HOLD = {"id": "hold", "type": "hold", "seconds": 7200, "timeout": "late", "since": "arrival",
        "branches": [{"name": "paid", "event": "Paid", "next": "out"}]}  # fmt: skip
LATE = {"id": "late", "type": "exit"}


def inside(*nodes, people=3):
    journey = publish(entry(BOUGHT, next_=nodes[0]["id"]), *nodes, OUT)
    found = [make_customer(f"P{number}") for number in range(people)]
    let_in(journey, *found)
    advance_all(now=NOW)
    return journey, found


def run_of(person):
    return Enrollment.objects.get(customer=person)


def act(journey, node, verb, *, people=(), now=NOW, **more):
    place = moving.find_place(journey, node, [run_of(person).pk for person in people])
    return moving.act_on_people(place, verb, reason="asked", actor="user:1", now=now, **more)


def is_sound():
    return sum(page.broken for page in selectors.check_enrollments()) == 0


def test_only_the_chosen_are_sent_on_and_only_once():
    journey, [ada, bob, cid] = inside(PAUSE, HOLD, LATE)
    assert act(journey, "pause", "go_on", people=[ada, bob], now=after(minutes=5)) == 2
    assert act(journey, "pause", "go_on", people=[ada, bob], now=after(minutes=5)) == 0
    assert [trail(person)[-1] for person in (ada, bob, cid)] == ["sent_on", "sent_on", "entered"]
    assert is_sound()
    advance_all(now=after(minutes=5))
    assert act(journey, "hold", "go_on", now=after(minutes=6)) == 2
    last = Step.objects.filter(enrollment_id=run_of(ada).pk).latest("step_no")
    assert (run_of(ada).state, last.reason) == ("finished", "sent_on")
    assert (Waiting.objects.count(), is_sound()) == (0, True)
    assert list(AuditEntry.objects.filter(verb="sent people on").order_by("pk").values_list("after", flat=True)) == [
        {"step": "pause", "people": 2, "reason": "asked"},
        {"step": "pause", "people": 0, "reason": "asked"},
        {"step": "hold", "people": 2, "reason": "asked"},
    ]  # fmt: skip


def test_who_is_moved_to_a_hold_waits_there_for_its_event_and_the_numbers_follow():
    journey, people = inside(PAUSE, HOLD, LATE)
    assert act(journey, "pause", "move", target="hold", now=after(minutes=5)) == 3
    touch(people[0], "Paid", at=after(minutes=6))
    drain_facts(after(minutes=7))
    advance_all(now=after(minutes=7))
    assert trail(people[0])[-2:] == ["moved_by_staff", "event_arrived"]
    rows = {
        row.name: (row.arrived, row.inside)
        for row in selectors.count_nodes(journey.live_version_id)
    }
    assert (rows["pause"], rows["hold"], rows["out"]) == ((3, 0), (3, 2), (1, 1))
    assert is_sound()
    with pytest.raises(Invalid, match="late"):
        act(journey, "hold", "move", target="late")


def test_a_message_whose_outcome_is_awaited_is_not_left_but_its_person_can_be_taken_out():
    send = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "out",
            "sent": "out"}  # fmt: skip
    journey, people = inside(send, people=2)
    place = moving.find_place(journey, "mail")
    assert (moving.list_verbs(place), moving.count_reached(place, "move")) == (["take_out"], 0)
    with pytest.raises(Conflict):
        act(journey, "mail", "go_on")
    assert act(journey, "mail", "take_out", people=[people[0]]) == 1
    states = Delivery.objects.order_by("customer_id").values_list("status", "reason")
    assert list(states) == [("held_back", "enrollment_stopped"), ("planned", "")]
    assert Decision.objects.get().customer_id == people[0].pk
    assert [run_of(person).state for person in people] == ["removed", "active"]
    assert (Timer.objects.count(), is_sound()) == (1, True)


def test_who_is_held_in_a_paused_journey_stays_held():
    journey, _ = inside(PAUSE, HOLD, LATE)
    pause_journey(journey, actor="user:1", now=NOW, inside="hold")
    place = moving.find_place(journey, "pause")
    assert (moving.count_reached(place, "move"), moving.count_reached(place, "take_out")) == (0, 3)
    assert act(journey, "pause", "go_on") == 0
    assert is_sound()


def test_staff_choose_people_on_the_page_and_only_publishers_may(client, colleague, owner):
    journey, [ada, bob, _] = inside(PAUSE, HOLD, LATE)
    url = reverse("campaigns:journey-standing", kwargs={"key": journey.key, "node": "pause"})
    chosen = {"who": [run_of(ada).pk, run_of(bob).pk]}
    client.force_login(colleague)
    assert client.post(url, {**chosen, "what": "take_out", "reason": "x"}).status_code == 403
    client.force_login(owner)
    assert "2 of the 2 chosen stand there now" in client.get(url, chosen).content.decode()
    assert client.post(url, {"what": "take_out", "reason": "x"}).status_code == 422
    assert client.post(url, {**chosen, "what": "move", "reason": "x"}).status_code == 422
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"active"}
    answer = client.post(url, {**chosen, "what": "take_out", "reason": "By mistake"}, follow=True)
    assert "Done for 2 people" in answer.content.decode()
    left = client.get(reverse("campaigns:journey-left", kwargs={"key": journey.key}))
    text = left.content.decode()
    assert text.count("Taken out by staff") == 2
    assert "Wait 1 hour" in text


def test_who_left_is_paged_and_told_by_how(client, colleague, monkeypatch):
    journey, people = inside(PAUSE, HOLD, LATE, people=5)
    act(journey, "pause", "take_out", people=people[:3], now=after(minutes=1))
    advance_all(now=after(hours=1))
    advance_all(now=after(hours=3))
    rows = selectors.list_left(journey.pk, state="", before=0, limit=3)
    more = selectors.list_left(journey.pk, state="", before=rows[-1].id, limit=3)
    assert [row.customer_id for row in [*rows, *more]] == [p.pk for p in reversed(people)]
    assert {(row.state, row.reason, row.node) for row in [*rows, *more]} == {
        ("removed", "taken_out", "pause"), ("finished", "timed_out", "late"),
    }  # fmt: skip
    assert len(selectors.list_left(journey.pk, state="finished", before=0, limit=9)) == 2
    client.force_login(colleague)
    url = reverse("campaigns:journey-left", kwargs={"key": journey.key})
    assert client.get(url, {"state": "held_out"}).content.decode().count("Nobody has left yet") == 1
