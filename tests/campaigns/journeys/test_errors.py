"""Errors of a journey: by step and reason, tried again, skipped, people taken out; tags."""

import pytest
from django.urls import reverse

from campaigns.deliveries.models import Decision, Delivery
from campaigns.journeys.failures import Group, count_errors
from campaigns.journeys.models import Call, Enrollment, Journey
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.calling import make_calls
from campaigns.journeys.services.mending import act_on_errors, count_reached
from kernel.audit.models import AuditEntry
from kernel.errors import Invalid
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, publish
from tests.campaigns.channels.http_server import HttpServer
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, trail
from tests.campaigns.journeys.test_standing import PAUSE, is_sound

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
AWAY = "The server answered 503."
LATER = {**PAUSE, "next": "out"}


@pytest.fixture
def server(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with HttpServer(lambda _: (503, {}, b"")) as running:
        yield running


def called(server, people=2):
    hook = {"id": "hook", "type": "webhook", "url": f"{server.url}/x", "traits": [], "next": "out",
            "failed": "pause"}  # fmt: skip
    journey = publish(entry(BOUGHT, next_="hook"), hook, LATER, OUT)
    found = [make_customer(f"P{number}") for number in range(people)]
    let_in(journey, *found)
    advance_all(now=NOW)
    make_calls(now=NOW)
    return journey, found


def mailed(people=3):
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "pause"}
    journey = publish(entry(BOUGHT, next_="mail"), mail, LATER, OUT)
    found = [make_customer(f"P{number}") for number in range(people)]
    let_in(journey, *found)
    advance_all(now=NOW)
    Delivery.objects.update(status="failed", reason="smtp_550", finished_at=NOW)
    lacking = Delivery.objects.filter(customer=found[0])
    lacking.update(status="held_back", reason="missing_value:first_name")
    return journey, found


def group(journey, kind, step, reason, ids=()):
    return Group(journey_id=journey.pk, kind=kind, version=1, step=step, reason=reason, ids=ids)


def act(found, verb, now=NOW):
    return act_on_errors(found, verb, reason="mended", actor="user:1", now=now)


def shown(journey):
    return sorted((r.step, r.reason, r.times, r.inside, r.stuck) for r in count_errors(journey.pk))


def test_messages_that_failed_or_lack_a_value_are_counted_and_sent_again_once():
    journey, _ = mailed()
    missing = "missing_value:first_name"
    assert shown(journey) == [("mail", missing, 1, 1, 0), ("mail", "smtp_550", 2, 2, 0)]
    failed = group(journey, "message", "mail", "smtp_550")
    assert count_reached(failed, "again") == 2
    assert [act(failed, "again"), act(failed, "again")] == [2, 0]
    assert act(group(journey, "message", "mail", missing), "again") == 1
    assert set(Delivery.objects.values_list("status", "attempts")) == {("planned", 0)}
    assert set(Decision.objects.values_list("outcome", "reason")) == {("delayed", "sent_again")}
    assert shown(journey) == []
    entries = AuditEntry.objects.filter(verb="tried errors again").order_by("pk")
    assert [entry.after["errors"] for entry in entries] == [2, 0, 1]


def test_a_message_that_is_skipped_keeps_its_status_and_only_the_chosen_are():
    journey, people = mailed()
    chosen = Delivery.objects.get(customer=people[1])
    assert act(group(journey, "message", "mail", "smtp_550", [chosen.pk]), "skip") == 1
    assert act(group(journey, "message", "mail", "missing_value:first_name"), "skip") == 1
    states = Delivery.objects.order_by("customer_id").values_list("status", "reason")
    assert list(states) == [("held_back", "skipped"), ("failed", "skipped"), ("failed", "smtp_550")]
    assert shown(journey) == [("mail", "smtp_550", 1, 1, 0)]


def test_who_is_stuck_at_a_call_goes_on_by_the_normal_way_when_it_is_skipped(server):
    journey, people = called(server)
    assert shown(journey) == [("hook", AWAY, 2, 2, 2)]
    first = Call.objects.get(enrollment__customer=people[0])
    assert act(group(journey, "call", "hook", AWAY, [first.pk]), "skip") == 1
    assert trail(people[0])[-1] == "call_skipped"
    assert list(Enrollment.objects.order_by("id").values_list("state", flat=True)) == [
        "finished", "active",
    ]  # fmt: skip
    assert (shown(journey), is_sound()) == ([("hook", AWAY, 1, 1, 1)], True)


def test_a_call_is_made_again_at_once_and_moves_who_stands_there(server):
    journey, people = called(server)
    server.answer = lambda _: (200, {}, b"{}")
    assert act(group(journey, "call", "hook", AWAY), "again") == 2
    assert make_calls(now=NOW) == 2
    assert [trail(person)[-1] for person in people] == ["call_answered"] * 2
    assert shown(journey) == []


def test_a_call_that_failed_for_good_is_made_again_and_moves_nobody_who_went_on(server):
    server.answer = lambda _: (400, {}, b"")
    journey, people = called(server)
    found = group(journey, "call", "hook", "The server answered 400.")
    assert shown(journey) == [("hook", found.reason, 2, 2, 0)]
    server.answer = lambda _: (200, {}, b"{}")
    calls = len(server.calls)
    assert [act(found, "again"), act(found, "again")] == [2, 0]
    make_calls(now=after(minutes=1))
    assert len(server.calls) == calls + 2
    assert set(Call.objects.values_list("status", "error")) == {("answered", "")}
    assert [trail(person)[-1] for person in people] == ["call_failed"] * 2
    assert is_sound()


def test_people_are_taken_out_wherever_they_are_and_the_errors_are_settled(server):
    journey, people = mailed()
    bystander = make_customer("Bystander")
    let_in(journey, bystander)
    found = group(journey, "message", "mail", "smtp_550")
    assert count_reached(found, "take_out") == 2
    assert [act(found, "take_out"), act(found, "take_out")] == [2, 0]
    states = dict(Enrollment.objects.values_list("customer_id", "state"))
    assert [states[person.pk] for person in [*people, bystander]] == [
        "active", "removed", "removed", "active",
    ]  # fmt: skip
    stuck, _ = called(server)
    assert act(group(stuck, "call", "hook", AWAY), "take_out") == 2
    assert make_calls(now=after(hours=1)) == 0
    assert (shown(stuck), is_sound()) == ([], True)
    with pytest.raises(Invalid):
        act(found, "burn")


def test_staff_choose_on_the_page_see_whom_it_reaches_and_only_publishers_act(
    client, colleague, owner
):
    journey, _ = mailed()
    client.force_login(colleague)
    text = client.get(reverse("campaigns:journey-errors", kwargs={"key": journey.key})).content
    assert "The mail server answered 550." in text.decode()
    url = reverse("campaigns:journey-error", kwargs={"key": journey.key})
    url += "?kind=message&version=1&step=mail&reason=smtp_550"
    assert client.get(url).status_code == 200
    asked = {"everybody": "on", "what": "again", "reason": "Mended"}
    assert client.post(url, asked).status_code == 403
    client.force_login(owner)
    assert "Send the messages again (2)" in client.get(f"{url}&everybody=on").content.decode()
    assert client.post(url, {"what": "again", "reason": "x"}).status_code == 422
    assert Delivery.objects.filter(status="planned").count() == 0
    assert "Done for 2 errors" in client.post(url, asked, follow=True).content.decode()


def test_programs_list_preview_and_settle_errors(client, owner):
    journey, _ = mailed()
    client.force_login(owner)
    url = f"/api/v1/journeys/{journey.key}/errors/"
    assert [row["times"] for row in client.get(url).json()] in ([2, 1], [1, 2])
    asked = {"kind": "message", "version": 1, "step": "mail", "error": "smtp_550", "what": "skip",
             "reason": "x"}  # fmt: skip
    assert client.post(url, {**asked, "is_preview": True}, **JSON).json() == {"done": 2}
    assert [client.post(url, asked, **JSON).json()["done"] for _ in range(2)] == [2, 0]


def test_tags_filter_the_list_of_journeys_here_and_over_rest(client, owner):
    first, second = (
        publish(entry(BOUGHT, next_="out"), OUT),
        publish(entry(BOUGHT, next_="out"), OUT),
    )
    client.force_login(owner)
    put = client.put(f"/api/v1/journeys/{first.key}/tags/", {"tags": [" Shop ", "shop"]}, **JSON)
    assert put.json()["tags"] == ["shop"]
    client.post(reverse("campaigns:journey-tags", kwargs={"key": second.key}), {"tags": "b, c"})
    assert Journey.objects.get(pk=second.pk).tags == ["b", "c"]
    listed = client.get("/api/v1/journeys/?tag=shop").json()
    assert [row["key"] for row in listed] == [str(first.key)]
    page = client.get(reverse("campaigns:journeys"), {"tag": "b"}).content.decode()
    assert (str(second.key) in page, str(first.key) in page) == (True, False)
