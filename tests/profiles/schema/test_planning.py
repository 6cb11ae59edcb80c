"""The tracking plan in the path of arriving events."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kernel.errors import Invalid, NotFound
from profiles.models import (
    Customer,
    PlannedEvent,
    PlanViolation,
    QuarantinedMessage,
    Source,
    Touchpoint,
)
from profiles.schema.rules import PlannedProperty
from profiles.schema.services.planning import EventPlan, plan_event, set_actions, unplan_event
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.judging import current_plan
from profiles.touchpoints.services.replaying import replay_quarantined
from tests.profiles.collecting import Sender

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def planned(*properties, event="Bought"):
    plan = EventPlan(properties={each.name: each for each in properties}, owner="Shop team")
    return plan_event(event, plan, actor="user:1", now=NOW)


def act(source_id=None, **actions):
    set_actions(actions, source_id=source_id, actor="user:1", now=NOW)


def bought(message_id="m1", **properties):
    return {"type": "track", "userId": "u1", "event": "Bought", "messageId": message_id,
            "properties": properties}  # fmt: skip


def stored():
    return list(Touchpoint.objects.order_by("id").values_list("properties", flat=True))


PRICE = PlannedProperty("price", "number", is_required=True)


def test_without_a_plan_nothing_is_judged(sender: Sender):
    assert sender.deliver(bought(price="x")).stored == 1
    assert not PlanViolation.objects.exists()
    assert "plan" not in Touchpoint.objects.get().context


def test_violations_are_allowed_counted_and_noted_beside_the_event(sender: Sender):
    planned(PRICE)
    sender.deliver(bought("m1", price="x"), bought("m2", price="y"), bought("m3", price=3))
    [row] = PlanViolation.objects.all()
    assert (row.event_name, row.kind, row.property, row.found, row.action, row.seen) == (
        "Bought", "wrong_type", "price", "text", "allow", 2
    )  # fmt: skip
    assert stored() == [{"price": "x"}, {"price": "y"}, {"price": 3}]
    noted = [row.context.get("plan") for row in Touchpoint.objects.order_by("id")]
    verdict = {"violations": [{"kind": "wrong_type", "property": "price", "action": "allow"}]}
    assert noted == [verdict, verdict, None]


def test_repeated_messages_are_counted_once(sender: Sender):
    planned(PRICE)
    for _ in range(2):
        sender.deliver(bought(price="x"))
    assert PlanViolation.objects.get().seen == 1


def test_omitted_properties_are_kept_beside_the_event_only(sender: Sender):
    planned(PRICE)
    act(unplanned_property="omit")
    sender.deliver(bought(price=3, revenue=9, note="gift"))
    touchpoint = Touchpoint.objects.get()
    assert touchpoint.properties == {"price": 3}
    assert touchpoint.context["plan"]["omitted"] == {"note": "gift", "revenue": 9}
    assert touchpoint.revenue is None


def test_omitted_traits_do_not_become_traits(sender: Sender):
    planned(PlannedProperty("plan", "text"), event="Identify")
    act(unplanned_property="omit")
    sender.deliver({"type": "identify", "userId": "u1", "traits": {"plan": "pro", "ssn": "1"}})
    assert Customer.objects.get().traits == {"plan": "pro"}


def test_blocked_events_wait_in_quarantine_until_the_plan_is_mended(sender: Sender):
    planned(PRICE)
    act(missing_property="block")
    drained = sender.deliver(bought("m1", price=3), bought("m2"))
    assert (drained.stored, drained.quarantined) == (1, 1)
    [kept] = QuarantinedMessage.objects.all()
    assert (kept.reason, kept.field) == ("plan_missing_property", "properties.price")
    assert kept.detail == "“price” of “Bought” is required by the tracking plan and missing."
    assert PlanViolation.objects.get().action == "block"
    assert replay_quarantined(actor="user:1", now=NOW) == (0, 1)
    planned(PlannedProperty("price", "number"))
    assert replay_quarantined(actor="user:1", now=NOW) == (1, 0)
    assert stored() == [{"price": 3}, {}]


def test_unplanned_events_can_be_blocked_except_in_one_source(sender: Sender):
    planned()
    act(unplanned_event="block")
    sold = {"type": "track", "userId": "u1", "event": "Sold"}
    assert sender.deliver(sold | {"messageId": "a"}).quarantined == 1
    act(source_id=Source.objects.get(name="Shop").id, unplanned_event="allow")
    assert sender.deliver(sold | {"messageId": "b"}).stored == 1


def test_a_bad_neighbor_does_not_count_violations_twice(sender: Sender):
    planned(PRICE)
    act(missing_property="block")
    # A number that jsonb cannot hold makes the batch be stored one by one.
    huge = bought("m4", price=1) | {"context": {"n": "HUGE"}}
    body = json.dumps({"batch": [bought("m1"), bought("m2", price="x"), huge]})
    body = body.replace('"HUGE"', "1e200000")
    answer = sender.client.post("/v1/batch", content=body, auth=(sender.write_key, ""))
    assert answer.status_code == 200, answer.text
    drained = drain_inbox(now=NOW)
    assert (drained.stored, drained.quarantined) == (1, 2)
    counted = dict(PlanViolation.objects.values_list("kind", "seen"))
    assert counted == {"missing_property": 1, "wrong_type": 1}


def test_the_last_event_out_of_the_plan_ends_judging(sender: Sender):
    event_id = planned(PRICE)
    act(unplanned_event="block")
    unplan_event(event_id, actor="user:1", now=NOW)
    assert sender.deliver(bought()).stored == 1
    with pytest.raises(NotFound):
        unplan_event(event_id, actor="user:1", now=NOW)


def test_an_unusable_plan_changes_nothing(db):
    with pytest.raises(Invalid):
        planned(PlannedProperty("price", "money"))
    with pytest.raises(Invalid):
        planned(event=" ")
    assert not PlannedEvent.objects.exists()


def test_the_plan_is_read_again_only_after_a_change(db):
    planned(PRICE)
    before = current_plan()
    assert current_plan() is before
    act(wrong_type="omit")
    assert current_plan() is not before


def test_revenue_of_an_allowed_event_stays(sender: Sender):
    planned(PRICE)
    sender.deliver(bought(price="x", revenue=9))
    assert Touchpoint.objects.get().revenue == Decimal("9.00")


def test_counts_keep_no_name_that_holds_an_address(sender: Sender):
    planned(PRICE)
    sender.deliver(bought(**{"price": 1, "ada@example.com": 2, "eve@example.com": 3}))
    [row] = PlanViolation.objects.all()
    assert (row.property, row.seen) == ("…@…", 2)
