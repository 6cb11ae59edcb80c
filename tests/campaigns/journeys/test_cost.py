"""The work of moving people grows with the people, never with their square."""

import pytest

from campaigns.deliveries.models import Delivery
from campaigns.journeys.models import Enrollment
from campaigns.journeys.queries import Entrant, enter
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts
from profiles.customers.models import Merge
from profiles.identities.services.merging import merge_people
from tests.campaigns.builders import NOW, after, entry, make_template, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT
from tests.crowds import let_do, make_crowd, measure_tables
from tests.plans import costly, empty_anew, statements_seen

pytestmark = pytest.mark.django_db
PEOPLE = 500


@pytest.fixture(params=["new tables", "known tables"])
def crowd(request, db):
    empty_anew()
    ids = make_crowd(PEOPLE, now=NOW)
    if request.param == "known tables":
        measure_tables()
    return ids


def let_in(journey, people, *, now=NOW):
    trigger = journey.live_version.triggers.get().pk
    rows = [Entrant(trigger_id=trigger, customer_id=i, cause_id=1, ctx=None) for i in people]
    assert enter(rows, now=now) == len(people)


def wait(name, next_):
    return {"id": name, "type": "wait", "seconds": 60, "next": next_}


def hold(next_):
    awaited = [{"name": "seen", "event": "Page Viewed", "next": next_}]
    return {"id": "hold", "type": "hold", "since": "entry", "seconds": 3600, "timeout": next_,
            "branches": awaited}  # fmt: skip


def test_steps_of_all_kinds_look_at_each_person_alone(crowd):
    half = [{"name": name, "percent": 50, "next": "ask"} for name in "ab"]
    asked = {"event": "Order Completed"}
    journey = publish(
        entry(BOUGHT, next_="split"), {"id": "split", "type": "split", "branches": half},
        {"id": "ask", "type": "condition", "happened_since_entry": asked, "yes": "out", "no": "mail"},
        {"id": "mail", "type": "send", "template": str(make_template().key), "next": "loop"},
        {"id": "loop", "type": "loop", "again": "pause", "next": "update", "most": 2},
        wait("pause", "loop"),
        {"id": "update", "type": "update", "settings": [{"trait": "stage", "value": "x"}], "next": "hold"},
        hold("out"), OUT,
    )  # fmt: skip
    with statements_seen() as seen:
        let_in(journey, crowd)
        for hours in range(4):
            advance_all(now=after(hours=hours))

    assert Delivery.objects.count() == PEOPLE
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"finished"}
    assert costly(seen, items=PEOPLE) == {}


def test_a_hold_that_looks_back_looks_at_each_person_alone(crowd):
    journey = publish(entry(BOUGHT, next_="pause"), wait("pause", "hold"), hold("out"), OUT)
    let_in(journey, crowd)
    advance_all(now=NOW)
    let_do(crowd[::2], "Page Viewed", at=after(seconds=30))
    measure_tables()

    with statements_seen() as seen:
        advance_all(now=after(minutes=1))

    assert Enrollment.objects.filter(state="finished").count() == PEOPLE // 2
    assert costly(seen, items=PEOPLE) == {}


def test_what_people_do_lets_in_wakes_and_ends_ways_person_by_person(crowd):
    journey = publish(
        entry(BOUGHT, next_="hold"), hold("pause"), wait("pause", "out"), OUT,
        leaves=[{"event": "Paid", "is_goal": True}],
    )  # fmt: skip
    with statements_seen() as seen:
        for minutes, event in enumerate(("Order Completed", "Page Viewed", "Paid")):
            let_do(crowd, event, at=after(minutes=minutes))
            drain_facts(after(minutes=minutes))
            advance_all(now=after(minutes=minutes))

    assert set(Enrollment.objects.values_list("journey_id", "state")) == {(journey.pk, "finished")}
    assert costly(seen, items=PEOPLE) == {}


def test_many_merges_look_at_the_ways_of_the_two_people_only(crowd):
    journey = publish(entry(BOUGHT, next_="hold"), hold("out"), OUT)
    let_in(journey, crowd)
    advance_all(now=NOW)
    pairs = list(zip(crowd[::2], crowd[1::2], strict=True))

    with statements_seen() as seen:
        merge_people(pairs, kind=Merge.Kind.STITCHED, reason="test", now=after(minutes=1))

    assert Enrollment.objects.filter(state="removed").count() == PEOPLE // 2
    assert costly(seen, items=PEOPLE) == {}
