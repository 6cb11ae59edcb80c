"""What came of a version: conversions by step and way, messages, and who was not let in."""

import pytest
from django.urls import reverse

from analytics.metrics import rules as overview
from campaigns.deliveries.models import DeliveryEvent
from campaigns.journeys import results
from campaigns.journeys.models import Enrollment, JourneyNode
from campaigns.journeys.outcome_models import MessageTally, Refusal
from campaigns.journeys.rules import conversions
from campaigns.journeys.rules.conversions import compare_arms, say_difference, say_share
from campaigns.journeys.rules.definition import Goal
from campaigns.journeys.services.advance import advance_all
from campaigns.people import CampaignsData
from kernel.stats.estimates import NotEstimable
from kernel.stats.proportions import Counts
from kernel.testing import drain_facts
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, plan, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, touch

pytestmark = pytest.mark.django_db
GOAL = {"event": "Paid", "days": 2, "leaves": False,
        "match": [{"property": "total", "is": "at_least", "value": 10}]}  # fmt: skip
SPLIT = {"id": "ways", "type": "split", "branches": [
    {"name": "a", "percent": 50, "next": "pause"}, {"name": "b", "percent": 50, "next": "out"},
]}  # fmt: skip
PAUSE = {"id": "pause", "type": "wait", "seconds": 7200, "next": "later"}
LATER = {"id": "later", "type": "exit"}


def counts(journey, *, now):
    found = results.count_conversions(journey.live_version, Goal.model_validate(GOAL), now=now)
    names = dict(
        JourneyNode.objects.filter(version=journey.live_version).values_list("node", "name")
    )
    return {
        (row.kind, names.get(row.node, ""), row.way): (row.people, row.converted) for row in found
    }


@pytest.fixture
def split():
    """People of both ways; of each, one pays within the wait and one after it."""
    journey = publish(entry(BOUGHT, next_="ways"), SPLIT, PAUSE, LATER, OUT, goal=GOAL)
    people = [make_customer(f"P{number}") for number in range(24)]
    let_in(journey, *people)
    advance_all(now=NOW)
    at = dict(Enrollment.objects.values_list("customer_id", "node"))
    ways = {node: [p for p in people if at[p.pk] == node] for node in set(at.values())}
    pause = JourneyNode.objects.get(version=journey.live_version, name="pause").node
    out = JourneyNode.objects.get(version=journey.live_version, name="out").node
    return journey, ways[pause], ways[out]


def test_who_converts_before_a_step_does_not_count_for_it(split):
    journey, waits, gone = split
    touch(waits[0], "Paid", at=after(hours=1), total=20)
    touch(waits[0], "Paid", at=after(hours=1, minutes=1), total=20)
    touch(waits[1], "Paid", at=after(hours=3), total=20)
    touch(gone[0], "Paid", at=after(hours=3), total=20)
    touch(gone[1], "Paid", at=after(hours=3), total=2)
    touch(gone[2], "Paid", at=after(days=2, minutes=1), total=20)
    advance_all(now=after(hours=2))
    found = counts(journey, now=after(days=1))
    assert found == {
        ("arm", "", "treatment"): (24, 3),
        ("open", "", ""): (24, 0),
        ("step", "ways", ""): (24, 3),
        ("step", "pause", ""): (len(waits), 2),
        ("step", "later", ""): (len(waits), 1),
        ("step", "out", ""): (len(gone), 1),
        ("way", "ways", "a"): (len(waits), 2),
        ("way", "ways", "b"): (len(gone), 1),
    }
    assert ("open", "", "") not in counts(journey, now=after(days=3))


def test_who_is_held_out_is_measured_beside_who_is_not():
    journey = publish(entry(BOUGHT, next_="out"), OUT, goal=GOAL, holdout=50)
    people = [make_customer(f"P{number}") for number in range(30)]
    let_in(journey, *people)
    held_out = list(Enrollment.objects.filter(arm="holdout").values_list("customer_id", flat=True))
    assert 5 < len(held_out) < 25
    touch(next(p for p in people if p.pk in held_out), "Paid", at=after(hours=1), total=20)
    found = counts(journey, now=after(hours=2))
    assert found["arm", "", "holdout"] == (len(held_out), 1)
    assert found["arm", "", "treatment"] == (30 - len(held_out), 0)


def test_a_difference_of_too_few_cannot_be_estimated():
    few, many = Counts(converted=30, exposed=99), Counts(converted=40, exposed=100)
    assert isinstance(compare_arms(control=few, variant=many), NotEstimable)
    rare = Counts(converted=12, exposed=100)
    assert say_difference(compare_arms(control=rare, variant=rare)) == (
        "cannot be estimated: 24 converted; 25 are needed"
    )
    enough = Counts(converted=13, exposed=100)
    said = say_difference(compare_arms(control=rare, variant=enough))
    assert said == "+1.0 points (−8.4 to +10.4)"
    assert say_share(Counts(converted=0, exposed=0)) == "cannot be estimated: nobody yet"
    assert say_share(Counts(converted=5, exposed=50)) == "10.0% (4.3% to 21.4%)"


def test_the_least_numbers_are_those_of_the_overview():
    assert conversions.LEAST_PEOPLE == overview.LEAST_PEOPLE
    assert conversions.LEAST_CONVERSIONS == overview.LEAST_CONVERSIONS


def test_a_message_counts_once_however_often_it_is_reported(client, colleague):
    template = make_template()
    send = {"id": "mail", "type": "send", "template": str(template.key), "next": "out"}
    journey = publish(entry(BOUGHT, next_="mail"), send, OUT)
    version = journey.live_version_id
    mine = {"journey_id": journey.pk, "journey_version_id": version, "node": 1}
    first, second = (plan(make_customer(), template, **mine) for _ in range(2))
    for delivery in (first, first, second):
        delivery.decisions.create(
            customer=delivery.customer, outcome="sent", reason="accepted", decided_at=NOW
        )
    stray = plan(make_customer(), template)
    stray.decisions.create(customer=stray.customer, outcome="sent", reason="x", decided_at=NOW)
    first.events.create(kind="opened", at=NOW, key="1")
    first.events.create(kind="opened", at=NOW, key="2")
    second.events.create(kind="opened", at=NOW, key="3", is_bot=True)
    drain_facts(NOW)
    DeliveryEvent.objects.create(delivery=first, kind="opened", at=NOW, key="4")
    DeliveryEvent.objects.create(delivery=first, kind="clicked", at=NOW, key="5")
    drain_facts(NOW)
    assert sorted(MessageTally.objects.values_list("version_id", "node", "kind", "messages")) == [
        (version, 1, "clicked", 1), (version, 1, "opened", 1), (version, 1, "sent", 2),
    ]  # fmt: skip
    client.force_login(colleague)
    page = client.get(reverse("campaigns:journey", kwargs={"key": journey.key})).content.decode()
    assert "1 opened · 1 clicked" in page
    assert "2 sent" in page


def test_the_page_of_results_tells_shares_ways_and_versions(client, colleague, split):
    journey, waits, _ = split
    touch(waits[0], "Paid", at=after(hours=1), total=20)
    client.force_login(colleague)
    url = reverse("campaigns:journey-results", kwargs={"key": journey.key})
    answer = client.get(url, {"version": "1"})
    text = answer.content.decode()
    assert list(answer.context["messages"]) == []
    assert "cannot be estimated: one side has 0 people; 100 are needed" in text
    assert "Split by chance" in text
    assert say_share(Counts(converted=1, exposed=24)) in text
    aimless = publish(entry(BOUGHT, next_="out"), OUT)
    url = reverse("campaigns:journey-results", kwargs={"key": aimless.key})
    assert "this version has no goal" in client.get(url).content.decode()


def test_every_refusal_is_kept_for_the_person_with_its_reason(client, owner):
    journey = publish(entry(BOUGHT, next_="pause"), {**PAUSE, "next": "out"}, OUT)
    ada, bob = make_customer("Ada"), make_customer("Bob")
    let_in(journey, ada, bob)
    let_in(journey, ada, now=after(minutes=1))
    let_in(journey, ada, now=after(minutes=2))
    advance_all(now=NOW)
    advance_all(now=after(hours=2))
    let_in(journey, ada, now=after(hours=3))
    rows = Refusal.objects.order_by("last_at").values_list("customer_id", "reason", "times")
    assert list(rows) == [(ada.pk, "inside", 2), (ada.pk, "been_here", 1)]
    told = results.list_refusals(ada.pk, before=after(days=1), limit=9)
    assert [(one.reason, one.last_at) for one in told] == [
        ("been_here", after(hours=3)), ("inside", after(minutes=2)),
    ]  # fmt: skip
    client.force_login(owner)
    page = client.get(reverse("campaigns:journey-refused", kwargs={"key": journey.key}))
    assert page.content.decode().count("Ada") == 2
    profile = client.get(reverse("profiles:profile", kwargs={"key": ada.key})).content.decode()
    assert f"Not let into {journey.name}" in profile
    exported = CampaignsData().export_customer(ada.pk)["refusals"]
    assert [one["reason"] for one in exported] == ["inside", "been_here"]
    CampaignsData().erase_customers([ada.pk], now=NOW)
    assert not Refusal.objects.exists()
