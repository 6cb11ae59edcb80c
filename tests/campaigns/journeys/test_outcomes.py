"""Ways by what becomes of a message: the gate's word, the provider's, the person's."""

import pytest

from campaigns.contracts import EventKind, MessageClass
from campaigns.deliveries import queries
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.services.feedback import record_act
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys.models import Enrollment, Timer
from campaigns.journeys.rules.definition import Problem, parse_definition
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts
from profiles import facade as profiles
from tests.campaigns.builders import (
    NOW,
    after,
    entry,
    key,
    make_cap,
    make_customer,
    make_quiet_hours,
    make_sender,
    make_template,
    plan,
    publish,
)
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, touch, trail

pytestmark = pytest.mark.django_db
OTHER = {"id": "other", "type": "exit"}


@pytest.fixture(autouse=True)
def sender():
    return make_sender()


def journey_with(*ways, template=None, **settings):
    template = template or make_template()
    mail = {"id": "mail", "type": "send", "template": str(template.key), "next": "out", **settings}
    return publish(
        entry(BOUGHT, next_="mail"), {**mail, **dict.fromkeys(ways, "other")}, OUT, OTHER
    )


def run(now=NOW):
    advance_all(now=now)
    while sum(send_shard(shard, now=now) for shard in queries.list_due_shards(now=now)):
        pass
    drain_facts(now)
    advance_all(now=now)


def ends():
    names = {2: "out", 3: "other", 1: "mail"}
    rows = Enrollment.objects.order_by("id").values_list("node", flat=True)
    return [names[node] for node in rows]


def test_each_outcome_has_its_way_and_the_rest_goes_on():
    journey = journey_with("no_consent", "no_address", "suppressed", "capped")
    template = make_template("Before")
    make_cap(count=1)
    fine, silent, nowhere, bounced, capped = (
        make_customer(consent="granted"),
        make_customer(consent="withdrawn"),
        make_customer(email=None),
        make_customer(email="gone@example.com"),
        make_customer(),
    )
    profiles.suppress_address("email", "gone@example.com", reason="hard_bounce", now=NOW)
    plan(capped, template)
    run()
    let_in(journey, fine, silent, nowhere, bounced, capped)
    run()
    assert [trail(person)[-1] for person in (fine, silent, nowhere, bounced, capped)] == [
        "message_sent", "message_no_consent", "message_no_address", "message_suppressed",
        "message_capped",
    ]  # fmt: skip
    assert ends() == ["out", "other", "other", "other", "other"]
    assert not Timer.objects.exists()


def test_people_stay_until_the_gate_has_decided_and_get_one_message():
    journey = journey_with("sent")
    person = make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    advance_all(now=NOW)
    assert (ends(), Delivery.objects.count()) == (["mail"], 1)
    run()
    assert (ends(), trail(person)[-1], Delivery.objects.count()) == (["other"], "message_sent", 1)


def test_a_message_put_off_leaves_by_its_way_and_is_still_sent():
    make_quiet_hours("11:00", "13:00")
    with_way, without = (
        journey_with("deferred"),
        journey_with("failed", template=make_template("B")),
    )
    one, two = make_customer(), make_customer()
    let_in(with_way, one)
    let_in(without, two)
    run()
    assert [trail(one)[-1], trail(two)[-1]] == ["message_deferred", "entered"]
    run(after(hours=1))
    assert trail(two)[-1] == "message_sent"
    assert set(Delivery.objects.values_list("status", flat=True)) == {"handed_over"}


def test_whoever_gets_no_answer_in_time_goes_on():
    journey = journey_with("sent", within=3600)
    person = make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    advance_all(now=after(minutes=59))
    assert ends() == ["mail"]
    advance_all(now=after(hours=1))
    assert (ends(), trail(person)[-1]) == (["out"], "no_outcome")
    run(after(hours=2))
    assert trail(person)[-1] == "no_outcome"


def test_opening_wakes_who_waits_for_it_bots_and_late_openers_do_not():
    journey = journey_with("opened", within=3600)
    reader, late = make_customer(), make_customer()
    let_in(journey, reader, late)
    run()
    assert ends() == ["mail", "mail"]
    read = Delivery.objects.get(customer=reader)
    record_act(read, EventKind.CLICKED, key="c", now=after(minutes=1))
    run(after(minutes=2))
    assert ends() == ["mail", "mail"]
    record_act(read, EventKind.OPENED, key="o", now=after(minutes=3))
    run(after(minutes=4))
    assert (ends(), trail(reader)[-1]) == (["other", "mail"], "message_opened")
    run(after(hours=1))
    record_act(Delivery.objects.get(customer=late), EventKind.OPENED, key="l", now=after(hours=2))
    run(after(hours=2))
    assert (ends(), trail(late)[-1]) == (["other", "out"], "no_outcome")


def test_a_message_that_is_not_sent_is_not_waited_for():
    journey = journey_with("opened")
    person = make_customer(consent=None)
    let_in(journey, person)
    run()
    assert (ends(), trail(person)[-1]) == (["out"], "message_no_consent")


def test_a_way_for_sent_and_one_for_opened_exclude_each_other():
    mail = {"id": "mail", "type": "send", "template": str(key(1)), "next": "out"}
    nodes = [entry(BOUGHT, next_="mail"), {**mail, "sent": "out", "opened": "out"}, OUT]
    with pytest.raises(Problem, match="leaves no time to be opened"):
        parse_definition({"nodes": nodes})


@pytest.mark.parametrize("leaves", [True, False])
def test_the_gate_sees_a_goal_that_no_reader_has_seen_yet(leaves):
    template = make_template(message_class=MessageClass.TRANSACTIONAL)
    mail = {"id": "mail", "type": "send", "template": str(template.key), "next": "pause"}
    pause = {"id": "pause", "type": "wait", "seconds": 60, "next": "out"}
    goal = {"event": "Order Completed", "leaves": leaves,
            "match": [{"property": "total", "is": "at_least", "value": 50}]}  # fmt: skip
    journey = publish(entry(BOUGHT, next_="mail"), mail, pause, OUT, goal=goal)
    bought, little = make_customer(), make_customer()
    let_in(journey, bought, little)
    advance_all(now=NOW)
    touch(bought, "Order Completed", at=after(seconds=1), starts_journeys=False, total=50)
    touch(little, "Order Completed", at=after(seconds=1), starts_journeys=False, total=49)
    for shard in queries.list_due_shards(now=after(seconds=2)):
        send_shard(shard, now=after(seconds=2))
    found = dict(Delivery.objects.values_list("customer_id", "reason"))
    assert found == {bought.pk: "left_journey" if leaves else "accepted", little.pk: "accepted"}
    drain_facts(after(seconds=3))
    states = dict(Enrollment.objects.values_list("customer_id", "state"))
    assert states == {bought.pk: "finished" if leaves else "active", little.pk: "active"}
