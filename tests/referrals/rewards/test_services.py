"""From a purchase to a reward, and back after a refund."""

from datetime import timedelta
from decimal import Decimal

import pytest

from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid
from kernel.events.models import Event
from kernel.testing.facts import drain_facts
from referrals.models import Finding, Grant, LedgerEntry, Referral, ReferralChange
from referrals.programs.rules import Terms
from referrals.programs.services import publish_terms
from referrals.rewards.queries import list_balances
from referrals.rewards.services import decide_finding, release_due, reverse_grant
from tests.profiles.collecting import events_of
from tests.referrals.world import (
    BOTH,
    NOW,
    advocate,
    check_constraints,
    grants,
    live_program,
    person,
    refer,
)

DAY = timedelta(days=1)
AGO = NOW - timedelta(days=10)


@pytest.fixture
def ada(db):
    return advocate(live_program(minimum_revenue="20"), "ada")


def balance(user_id, *, at=NOW):
    return [(b.unit, b.pending, b.available) for b in list_balances([person(user_id)], at=at)]


def test_a_purchase_converts_and_holds_both_rewards(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    check_constraints()
    referral = Referral.objects.get()
    assert (referral.status, referral.order_key, referral.revenue) == (
        "converted",
        "o-1",
        Decimal("30.00"),
    )
    assert referral.converted_at == AGO + DAY
    assert grants() == [("advocate", "20.00", "held"), ("friend", "10.00", "held")]
    assert set(Grant.objects.values_list("release_at", flat=True)) == {AGO + 2 * DAY}
    assert balance("ada") == [("points", Decimal(20), Decimal(0))]
    assert balance("ben") == [("points", Decimal(10), Decimal(0))]
    assert "Referral Converted" in events_of("user_id", "ada")
    assert "Referral Converted" in events_of("user_id", "ben")


@pytest.mark.parametrize(
    ("at", "revenue", "converts"),
    [
        (AGO, 20, True),
        (AGO - timedelta(microseconds=1), 20, False),
        (AGO + timedelta(days=30) - timedelta(microseconds=1), 20, True),
        (AGO + timedelta(days=30), 20, False),
        (AGO + DAY, 19.99, False),
        (AGO + DAY, None, False),
    ],
    ids=["at sign-up", "before", "last moment", "window over", "too little", "no revenue"],
)
def test_only_a_large_enough_purchase_inside_the_half_open_window_converts(
    db, shop, at, revenue, converts
):
    shift = NOW - timedelta(days=40) - AGO
    program = live_program(minimum_revenue="20")
    refer(program, advocate(program, "ada"), "ben", at=AGO + shift)
    shop.order("ben", at=at + shift, revenue=revenue)
    assert Referral.objects.get().status == ("converted" if converts else "started")
    assert Grant.objects.count() == (2 if converts else 0)


def test_other_events_and_other_people_convert_nothing(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.event("Product Viewed", "ben", at=NOW, revenue=50)
    shop.order("cem", at=NOW)
    shop.order("ada", at=NOW)
    assert Referral.objects.get().status == "started"
    assert Grant.objects.count() == 0


def test_the_same_order_sent_again_and_later_orders_pay_nothing_more(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY, message_id="first")
    before = LedgerEntry.objects.count()
    shop.order("ben", at=AGO + DAY, message_id="first")
    shop.order("ben", at=AGO + DAY, message_id="delivered twice under another id")
    shop.order("ben", at=AGO + 2 * DAY, order_id="o-2")
    assert grants() == [("advocate", "20.00", "held"), ("friend", "10.00", "held")]
    assert LedgerEntry.objects.count() == before == 4


def test_of_several_purchases_in_one_batch_the_first_to_happen_counts(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + 3 * DAY, order_id="late", settle=False)
    shop.order("ben", at=AGO + 2 * DAY, order_id="early", settle=False)
    drain_facts(NOW)
    assert Referral.objects.get().order_key == "early"


def test_rewards_are_granted_after_the_hold_and_published_once(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=NOW - DAY / 2)
    assert release_due(now=NOW + DAY / 2 - timedelta(seconds=1)) == 0
    assert release_due(now=NOW + DAY / 2) == 2
    assert release_due(now=NOW + DAY) == 0
    check_constraints()
    assert grants() == [("advocate", "20.00", "granted"), ("friend", "10.00", "granted")]
    assert Referral.objects.get().status == "rewarded"
    assert balance("ada", at=NOW + DAY) == [("points", Decimal(0), Decimal(20))]
    events = Event.objects.filter(type="referrals.reward_granted").order_by("id")
    assert [
        (event.subject, event.payload["side"], event.payload["amount"]) for event in events
    ] == [
        (f"customer:{person('ada')}", "advocate", "20.00"),
        (f"customer:{person('ben')}", "friend", "10.00"),
    ]
    assert events_of("user_id", "ada").count("Reward Granted") == 1
    changes = ReferralChange.objects.order_by("id").values_list("before", "after", "reason")
    assert list(changes) == [
        ("", "started", "link"),
        ("started", "converted", "qualifying_event"),
        ("converted", "rewarded", "reward_granted"),
    ]


def test_release_goes_on_batch_by_batch(ada, shop):
    for name in ("ben", "cem"):
        refer(ada.program, ada, name, at=AGO)
        shop.order(name, at=AGO + DAY)
    assert [release_due(now=NOW, batch=3) for _ in range(3)] == [3, 1, 0]


def test_the_terms_of_the_sign_up_are_kept(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    changed = Terms.model_validate({**BOTH, "advocate_reward": {"amount": "1"}})
    publish_terms(ada.program_id, changed, actor="command:test", now=NOW)
    shop.order("ben", at=AGO + DAY)
    assert grants() == [("advocate", "20.00", "held"), ("friend", "10.00", "held")]


def test_at_the_cap_the_advocate_gets_nothing_and_friends_still_do(db, shop):
    program = live_program(advocate_cap=2)
    ada = advocate(program, "ada")
    for name in ("ben", "cem", "dov", "eve"):
        refer(program, ada, name, at=AGO)
    for place, name in enumerate(("ben", "cem", "dov")):
        shop.order(name, at=AGO + DAY + timedelta(hours=place), settle=False)
    drain_facts(NOW)
    shop.order("eve", at=AGO + 2 * DAY)
    assert [status for side, _, status in grants() if side == "advocate"] == [
        "held",
        "held",
        "capped",
        "capped",
    ]
    assert [status for side, _, status in grants() if side == "friend"] == ["held"] * 4
    assert balance("ada") == [("points", Decimal(40), Decimal(0))]


def test_a_refund_during_the_hold_takes_everything_back(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=NOW - DAY / 2)
    shop.refund("ben", at=NOW - DAY / 4, revenue=30)
    check_constraints()
    assert grants() == [("advocate", "20.00", "reversed"), ("friend", "10.00", "reversed")]
    assert Referral.objects.get().status == "reversed"
    assert balance("ada") == [("points", Decimal(0), Decimal(0))]
    assert release_due(now=NOW + 9 * DAY) == 0
    assert not Event.objects.filter(type="referrals.reward_granted").exists()


def test_a_refund_after_the_grant_posts_a_correction(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    release_due(now=NOW)
    before = set(LedgerEntry.objects.values_list("id", "amount"))
    shop.now = NOW + DAY
    shop.refund("ben", at=NOW)
    check_constraints()
    assert grants() == [("advocate", "20.00", "reversed"), ("friend", "10.00", "reversed")]
    assert balance("ada", at=NOW + DAY) == [("points", Decimal(0), Decimal(0))]
    assert balance("ada", at=NOW) == [("points", Decimal(0), Decimal(20))]
    assert before < set(LedgerEntry.objects.values_list("id", "amount"))
    grant = Grant.objects.get(rule="advocate")
    kinds = [(p.kind, p.corrects and p.corrects.kind) for p in grant.postings.order_by("id")]
    assert kinds == [("earn", None), ("release", None), ("reverse", "release")]


def test_partial_refunds_take_the_reward_once_the_order_no_longer_qualifies(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY, revenue=30)
    shop.refund("ben", revenue=6, refund_id="r-1")
    shop.refund("ben", revenue=6, refund_id="r-1")
    assert Referral.objects.get().status == "converted"
    shop.refund("ben", revenue=5, refund_id="r-2")
    assert Referral.objects.get().status == "reversed"
    entries = LedgerEntry.objects.count()
    shop.refund("ben", revenue=19, refund_id="r-3")
    assert LedgerEntry.objects.count() == entries == 8


@pytest.mark.parametrize("order", [("order", "refund"), ("refund", "order")])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_order_in_which_purchase_and_refund_arrive_does_not_matter(ada, shop, order, at_once):
    refer(ada.program, ada, "ben", at=AGO)
    for what in order:
        if what == "order":
            shop.order("ben", at=AGO + DAY, settle=not at_once)
        else:
            shop.refund("ben", at=AGO + 2 * DAY, settle=not at_once)
    drain_facts(NOW)
    assert Referral.objects.get().status == "reversed"
    assert grants() == [("advocate", "20.00", "reversed"), ("friend", "10.00", "reversed")]


def test_a_refund_of_another_order_takes_nothing(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    shop.refund("ben", order_id="o-2")
    assert Referral.objects.get().status == "converted"


def test_staff_reverse_a_reward_with_a_reason_once(ada, shop):
    refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    grant = Grant.objects.get(rule="advocate")
    with pytest.raises(Invalid):
        reverse_grant(grant.pk, reason="  ", actor="user:1", now=NOW)
    assert balance("ada") == [("points", Decimal(20), Decimal(0))]
    reverse_grant(grant.pk, reason="Paid by hand ", actor="user:1", now=NOW)
    with pytest.raises(Conflict):
        reverse_grant(grant.pk, reason="Again", actor="user:1", now=NOW)
    check_constraints()
    assert grants() == [("advocate", "20.00", "reversed"), ("friend", "10.00", "held")]
    entry = AuditEntry.objects.get(verb="reversed")
    assert (entry.actor, entry.object_id, entry.before, entry.after) == (
        "user:1",
        str(grant.key),
        {"status": "held"},
        {"status": "reversed", "reason": "Paid by hand"},
    )


@pytest.fixture
def suspect(ada, shop):
    """A converted referral whose rewards a finding holds beyond their time."""
    referral = refer(ada.program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    finding = Finding.objects.create(
        program=ada.program,
        advocate=ada,
        friend_id=referral.friend_id,
        referral=referral,
        kind="many_from_one_place",
        severity="hold",
        evidence={"signups_in_24_hours": 9},
    )
    assert release_due(now=NOW) == 0
    return finding


def test_a_cleared_finding_lets_the_rewards_go_on(suspect):
    decide_finding(suspect.pk, is_abuse=False, reason="A class", actor="user:1", now=NOW)
    assert release_due(now=NOW) == 2
    with pytest.raises(Conflict):
        decide_finding(suspect.pk, is_abuse=True, reason="No", actor="user:2", now=NOW)
    assert grants() == [("advocate", "20.00", "granted"), ("friend", "10.00", "granted")]


def test_a_confirmed_finding_takes_the_rewards_back(suspect):
    with pytest.raises(Invalid):
        decide_finding(suspect.pk, is_abuse=True, reason="", actor="user:1", now=NOW)
    decide_finding(suspect.pk, is_abuse=True, reason="One person", actor="user:1", now=NOW)
    check_constraints()
    assert grants() == [("advocate", "20.00", "reversed"), ("friend", "10.00", "reversed")]
    assert Referral.objects.get().status == "rejected"
    assert AuditEntry.objects.get(object_type="finding").verb == "confirmed"
