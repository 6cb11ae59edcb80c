"""The work of rewards grows with the referrals, never with their square."""

from datetime import timedelta

import pytest

from kernel.ids import new_key
from kernel.testing.facts import drain_facts
from referrals.models import Advocate, Grant, Referral
from referrals.programs.services import join_program
from referrals.rewards.services import release_due
from tests.crowds import let_do, make_crowd
from tests.plans import costly, empty_anew, statements_seen
from tests.referrals.world import NOW, live_program

PAIRS = 300
AGO = NOW - timedelta(days=10)


@pytest.mark.django_db
def test_purchases_rewards_and_refunds_look_at_each_referral_alone():
    empty_anew()
    program = live_program()
    crowd = make_crowd(2 * PAIRS, now=AGO)
    refer_each(program, advocates=crowd[:PAIRS], friends=crowd[PAIRS:])
    let_do(crowd[PAIRS:], "Order Completed", at=AGO + timedelta(days=1), properties='{"order_id": "1"}')  # fmt: skip

    with statements_seen() as seen:
        drain_facts(NOW)
        while release_due(now=NOW):
            pass
        let_do(crowd[PAIRS:], "Order Refunded", at=NOW, properties='{"order_id": "1"}')
        drain_facts(NOW)

    assert set(Grant.objects.values_list("status", flat=True)) == {"reversed"}
    assert Grant.objects.count() == 2 * PAIRS
    assert costly(seen, items=PAIRS) == {}


def refer_each(program, *, advocates, friends):
    join_program(program.pk, advocates, now=AGO)
    codes = Advocate.objects.order_by("customer_id")
    Referral.objects.bulk_create(
        Referral(
            key=new_key(now=AGO), program=program, program_version_id=program.live_version_id,
            advocate=advocate, friend_id=friend, friend_recorded_for=friend,
            friend_print=str(friend).encode(), method="link", status="started", started_at=AGO,
            window_ends_at=AGO + timedelta(days=60),
        )
        for advocate, friend in zip(codes, friends, strict=True)
    )  # fmt: skip
