from datetime import timedelta

import pytest

from campaigns.content.models import Template
from campaigns.deliveries.models import Delivery
from campaigns.journeys.models import Enrollment, JourneyVersion, NodeTally, Step, Timer
from campaigns.journeys.queries import Entrant, enter, make_months_ahead
from campaigns.journeys.route_models import StepRow
from campaigns.journeys.services.advance import advance_all, advance_due
from campaigns.journeys.services.publish import publish_journey
from kernel.buckets import bucket
from kernel.errors import Invalid
from kernel.testing import drain_facts
from profiles.segments.models import Segment, SegmentChange, SegmentMember, SegmentVersion
from profiles.touchpoints.models import Event, Touchpoint
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.services.storing import make_months
from tests.campaigns.builders import NOW, after, entry, key, make_customer, make_template, publish

pytestmark = pytest.mark.django_db


def let_in(journey, *customers, now=NOW, ctx=None):
    trigger = journey.live_version.triggers.get()
    rows = [
        Entrant(trigger_id=trigger.pk, customer_id=c.pk, cause_id=1, ctx=ctx) for c in customers
    ]
    return enter(rows, now=now)


def touch(customer, name, *, at=NOW, starts_journeys=True, **properties):
    make_months([to_micros(at)], now=at)
    event, _ = Event.objects.get_or_create(name=name, defaults={"first_seen_at": NOW})
    return Touchpoint.objects.create(
        message_id=key(Touchpoint.objects.count() + 1),
        customer_id=customer.pk,
        recorded_for=customer.pk,
        event_id=event.pk,
        source_id=1,
        type=1,
        starts_journeys=starts_journeys,
        occurred_at=at,
        received_at=at,
        properties=properties,
        context={},
    )


def trail(customer):
    ids = Enrollment.objects.filter(customer=customer).values_list("id", flat=True)
    steps = Step.objects.filter(enrollment_id__in=list(ids)).order_by("enrollment_id", "step_no")
    return [step.reason for step in steps]


BOUGHT = {"kind": "touchpoint", "event": "Order Completed"}
WAIT = {"id": "pause", "type": "wait", "seconds": 3600, "next": "out"}
OUT = {"id": "out", "type": "exit"}


def send_journey(template, **settings):
    return publish(
        entry(BOUGHT, next_="pause", **settings),
        {"id": "pause", "type": "wait", "seconds": 3600, "next": "ask"},
        {
            "id": "ask",
            "type": "condition",
            "happened_since_entry": {"event": "Order Completed"},
            "yes": "out",
            "no": "mail",
        },
        {"id": "mail", "type": "send", "template": str(template.key), "priority": 3, "next": "out"},
        OUT,
    )


def test_a_person_goes_all_the_way_with_a_reason_for_each_step():
    template = make_template()
    journey = send_journey(template)
    buyer, other = make_customer("Buyer"), make_customer("Other")
    assert let_in(journey, buyer, other) == 2
    advance_all(now=NOW)
    assert trail(other) == ["entered", "entered"]
    touch(buyer, "Order Completed", at=after(minutes=10))
    advance_all(now=after(minutes=59))
    assert not Delivery.objects.exists()
    advance_all(now=after(hours=1))
    assert trail(buyer) == ["entered", "entered", "waited", "condition_met"]
    assert trail(other) == ["entered", "entered", "waited", "condition_not_met", "message_planned"]
    delivery = Delivery.objects.get()
    assert (delivery.customer_id, delivery.template_version_id, delivery.priority) == (
        other.pk, Template.objects.get().live_version_id, 3,
    )  # fmt: skip
    assert (delivery.journey_id, delivery.node, delivery.due_at) == (journey.pk, 3, after(hours=1))
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"finished"}
    assert not Timer.objects.exists()


def test_a_way_over_several_steps_is_one_row_of_the_log_and_all_its_steps_are_seen():
    mail = {"id": "mail", "type": "send", "template": str(make_template().key), "next": "out"}
    journey = publish(entry(BOUGHT, next_="pause"), {**WAIT, "next": "mail"}, mail, OUT)
    let_in(journey, make_customer())
    advance_all(now=NOW)
    advance_all(now=after(hours=1))
    seen = Step.objects.order_by("step_no").values_list("step_no", "node", "next_node", "reason")
    assert list(seen) == [
        (0, 0, None, "entered"),
        (1, 0, 1, "entered"),
        (2, 1, 2, "waited"),
        (3, 2, 3, "message_planned"),
    ]
    rows = StepRow.objects.order_by("step_no").values_list("step_no", "reason")
    assert list(rows) == [(0, "entered"), (1, ""), (2, "")]


def test_what_was_done_before_entering_does_not_count():
    journey = send_journey(make_template())
    customer = make_customer()
    touch(customer, "Order Completed", at=NOW - timedelta(seconds=1))
    let_in(journey, customer)
    advance_all(now=NOW)
    advance_all(now=after(hours=1))
    assert trail(customer)[-2:] == ["condition_not_met", "message_planned"]


def test_a_second_advance_at_the_same_instant_changes_nothing():
    journey = send_journey(make_template())
    let_in(journey, make_customer())
    advance_all(now=NOW)
    steps = Step.objects.count()
    assert advance_all(now=NOW) == 0
    assert Step.objects.count() == steps


def test_a_timer_of_an_earlier_step_moves_nobody():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    customer = make_customer()
    let_in(journey, customer)
    advance_all(now=NOW)
    Timer.objects.update(step_no=0, due_at=NOW)
    done = advance_due(now=NOW)
    assert (done.claimed, done.moved) == (1, 0)
    assert Enrollment.objects.get().step_no == 1


def test_nobody_enters_twice_unless_the_journey_allows_it():
    customer = make_customer()
    once = publish(entry(BOUGHT, next_="out"), OUT)
    again = publish(entry(BOUGHT, next_="out", reentry="after_exit"), OUT)
    for journey, expected in ((once, [1, 0]), (again, [1, 1])):
        counts = []
        for _ in range(2):
            counts.append(let_in(journey, customer))
            assert let_in(journey, customer) == 0
            advance_all(now=NOW)
        assert counts == expected


def test_ten_percent_are_held_out_stably_and_never_moved():
    journey = publish(entry(BOUGHT, next_="out", reentry="after_exit"), OUT, holdout=10)
    people = [make_customer(consent=None) for _ in range(300)]
    assert let_in(journey, *people) == 300
    held = set(Enrollment.objects.filter(arm="holdout").values_list("customer_id", flat=True))
    expected = {p.pk for p in people if bucket(f"journey:{journey.key}", str(p.key)) < 1000}
    assert held == expected
    assert 10 <= len(held) <= 55
    advance_all(now=NOW)
    assert set(Enrollment.objects.filter(arm="holdout").values_list("state", flat=True)) == {
        "held_out"
    }
    assert trail(next(p for p in people if p.pk in held)) == ["held_out"]
    assert let_in(journey, *people) == 300 - len(held)


def test_a_split_sends_the_same_person_the_same_way():
    nodes = [
        {"id": "ab", "type": "split", "branches": [
            {"name": "a", "percent": 25, "next": "out"},
            {"name": "b", "percent": 50, "next": "out"},
            {"name": "c", "percent": 25, "next": "out"},
        ]},
        OUT,
    ]  # fmt: skip
    journey = publish(entry(BOUGHT, next_="ab"), *nodes)
    people = [make_customer(consent=None) for _ in range(200)]
    let_in(journey, *people)
    advance_all(now=NOW)
    ways = {p.pk: trail(p)[-1] for p in people}
    salt = f"journey:{journey.key}:ab"
    assert ways == {
        p.pk: "a"
        if bucket(salt, str(p.key)) < 2500
        else "b"
        if bucket(salt, str(p.key)) < 7500
        else "c"
        for p in people
    }
    assert set(ways.values()) == {"a", "b", "c"}


def test_people_inside_stay_on_their_version():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    old, new = make_customer(), make_customer()
    let_in(journey, old)
    definition = {**journey.live_version.definition}
    definition["nodes"] = [entry(BOUGHT, next_="out"), OUT]
    assert publish_journey(journey, definition=definition, actor="user:1", now=NOW).version == 2
    journey.refresh_from_db()
    let_in(journey, new)
    advance_all(now=NOW)
    assert [e.state for e in Enrollment.objects.order_by("id")] == ["active", "finished"]
    advance_all(now=after(hours=1))
    assert trail(old) == ["entered", "entered", "waited"]


def test_touchpoints_start_journeys_when_their_properties_match():
    shop = [
        {"property": "total", "is": "at_least", "value": 50},
        {"property": "kind", "is": "equals", "value": 'a"b'},
    ]
    journey = publish(entry({**BOUGHT, "match": shop}, next_="out"), OUT)
    big, small, other, imported = (make_customer() for _ in range(4))
    touch(big, "Order Completed", total=50, kind='a"b')
    touch(small, "Order Completed", total=49.9, kind='a"b')
    touch(other, "Order Viewed", total=80, kind='a"b')
    touch(imported, "Order Completed", total=80, kind='a"b', starts_journeys=False)
    drain_facts(NOW)
    row = Enrollment.objects.get()
    assert (row.journey_id, row.customer_id, row.cause_kind) == (journey.pk, big.pk, "touchpoint")
    assert row.ctx == {"event": {"total": 50, "kind": 'a"b'}}


def make_segment():
    segment = Segment.objects.create(key=key(77), name="Lapsed")
    version = SegmentVersion.objects.create(segment=segment, number=1, rule={}, published_at=NOW)
    return segment, version


def test_entering_a_segment_starts_the_journey_and_leaving_does_not():
    segment, version = make_segment()
    publish(entry({"kind": "segment_entered", "segment_id": segment.pk}, next_="out"), OUT)
    entered, left, quiet = (make_customer() for _ in range(3))
    for customer, came, may in ((entered, True, True), (left, False, True), (quiet, True, False)):
        SegmentChange.objects.create(
            segment=segment, version=version, customer=customer, entered=came, at=NOW,
            cause_kind="touchpoint", may_start_journeys=may,
        )  # fmt: skip
    drain_facts(NOW)
    assert list(Enrollment.objects.values_list("customer_id", flat=True)) == [entered.pk]


def test_people_already_in_the_segment_enter_at_publish_when_asked_to():
    segment, _ = make_segment()
    members = [make_customer() for _ in range(3)]
    for member in members:
        SegmentMember.objects.create(segment=segment, customer=member, since=NOW)
    trigger = {"kind": "segment_entered", "segment_id": segment.pk}
    publish(entry(trigger, next_="out"), OUT)
    assert Enrollment.objects.count() == 0
    publish(entry(trigger, next_="out", starts="current_and_future"), OUT)
    assert set(Enrollment.objects.values_list("customer_id", flat=True)) == {m.pk for m in members}


def test_tallies_add_up_to_what_happened():
    journey = send_journey(make_template())
    let_in(journey, make_customer(), make_customer())
    advance_all(now=NOW)
    advance_all(now=after(hours=1))
    moves: dict[tuple[int, int], int] = {}
    for row in NodeTally.objects.filter(version_id=journey.live_version_id):
        moves[row.node, row.next_node] = moves.get((row.node, row.next_node), 0) + row.moved
    assert moves == {(-1, 0): 2, (0, 1): 2, (1, 2): 2, (2, 3): 2, (3, 4): 2}


def test_a_condition_by_a_rule_decides_for_each_person():
    is_pro = {"type": "text", "operator": "is", "values": ["pro"]}
    trait = {"kind": "trait", "key": "plan", "test": is_pro}
    rule = {"version": 1, "root": {"kind": "group", "match": "all", "rules": [trait]}}
    journey = publish(
        entry(BOUGHT, next_="ask"),
        {"id": "ask", "type": "condition", "rule": rule, "yes": "out", "no": "out"},
        OUT,
    )
    pro, free, none = make_customer(plan="pro"), make_customer(plan="free"), make_customer()
    let_in(journey, pro, free, none)
    advance_all(now=NOW)
    assert [trail(p)[-1] for p in (pro, free, none)] == [
        "condition_met",
        "condition_not_met",
        "condition_not_met",
    ]


def test_a_rule_that_cannot_be_used_is_refused_at_publish():
    with pytest.raises(Invalid):
        publish(
            entry(BOUGHT, next_="ask"),
            {"id": "ask", "type": "condition", "rule": {"nope": 1}, "yes": "out", "no": "out"},
            OUT,
        )
    assert not JourneyVersion.objects.exists()


def test_the_months_ahead_of_the_log_of_steps_are_made_once():
    far = after(days=3650)
    assert make_months_ahead(now=far) == 4
    assert make_months_ahead(now=far) == 0
