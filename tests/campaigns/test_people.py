"""Messages and journeys of people who merge, part again, and are erased."""

import pytest

from campaigns.deliveries.models import Decision, Delivery, DeliveryEvent, MergeMove
from campaigns.journeys.models import Enrollment, Timer
from campaigns.journeys.services.advance import advance_all
from campaigns.people import CampaignsData, CampaignsMerger
from profiles.contracts import MergePair
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, plan, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, let_in

pytestmark = pytest.mark.django_db


def pair(winner, loser):
    return MergePair(merge_id=5, winner_id=winner.pk, loser_id=loser.pk)


def states():
    return list(Enrollment.objects.order_by("id").values_list("customer_id", "state"))


def test_rows_of_the_loser_move_to_the_winner_and_back():
    winner, loser = make_customer(), make_customer()
    own, other = plan(winner, make_template()), plan(loser, make_template("Second"))
    Decision.objects.create(
        customer=loser, delivery=other, outcome="sent", reason="x", decided_at=NOW
    )
    CampaignsMerger().merge_customers([pair(winner, loser)], now=NOW)
    other.refresh_from_db()
    assert (other.customer_id, other.shard) == (winner.pk, winner.pk % 16)
    assert Decision.objects.get().customer_id == winner.pk
    CampaignsMerger().unmerge_customers([pair(winner, loser)], now=NOW)
    assert dict(Delivery.objects.values_list("id", "customer_id")) == {
        own.pk: winner.pk,
        other.pk: loser.pk,
    }
    assert Decision.objects.get().customer_id == loser.pk
    assert not MergeMove.objects.exists()


def test_of_two_inside_the_same_journey_the_winner_stays_and_parting_lets_both_go_on():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    winner, loser = make_customer(), make_customer()
    let_in(journey, winner, loser)
    advance_all(now=NOW)
    CampaignsMerger().merge_customers([pair(winner, loser)], now=NOW)
    assert states() == [(winner.pk, "active"), (winner.pk, "removed")]
    assert Timer.objects.count() == 1
    CampaignsMerger().unmerge_customers([pair(winner, loser)], now=after(minutes=1))
    assert states() == [(winner.pk, "active"), (loser.pk, "active")]
    advance_all(now=after(hours=1))
    assert states() == [(winner.pk, "finished"), (loser.pk, "finished")]


def test_erasing_blanks_what_names_a_person_and_ends_their_ways():
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    gone, stays = make_customer(), make_customer()
    let_in(journey, gone, stays, ctx={"event": {"note": "secret"}})
    delivery = plan(gone, make_template(), address="gone@example.com", ctx={"a": "secret"})
    DeliveryEvent.objects.create(
        delivery=delivery, kind="clicked", at=NOW, key="k", raw={"url": "https://x/?me=gone"}
    )
    exported = CampaignsData().export_customer(gone.pk)
    assert [row["address"] for row in exported["messages"]] == ["gone@example.com"]
    assert [row["state"] for row in exported["journeys"]] == ["active"]
    CampaignsData().erase_customers([gone.pk], now=NOW)
    delivery.refresh_from_db()
    assert (delivery.address, delivery.ctx) == ("", None)
    assert DeliveryEvent.objects.get().raw == {}
    assert states() == [(gone.pk, "removed"), (stays.pk, "active")]
    assert Enrollment.objects.get(customer=gone).ctx is None
    assert list(Timer.objects.values_list("enrollment_id", flat=True)) == [
        Enrollment.objects.get(customer=stays).pk
    ]
