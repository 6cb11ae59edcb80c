"""Rows name themselves by id, never by who they are about."""

from datetime import timedelta

import pytest

from referrals.models import (
    Account,
    Finding,
    Grant,
    LedgerEntry,
    Posting,
    Referral,
    ReferralChange,
    Refund,
    SignUpAttempt,
    Visit,
)
from referrals.rewards.tasks import release_grants
from tests.referrals.world import NOW, advocate, live_program, refer

MODELS = (Referral, ReferralChange, Grant, Account, Posting, LedgerEntry, Refund)


def test_no_row_says_a_name_or_an_address(db, shop):
    program = live_program(hold_seconds=0)
    refer(program, advocate(program, "ada"), "ben", at=NOW - timedelta(days=3))
    shop.order("ben", at=NOW - timedelta(days=2), revenue=30)
    shop.refund("ben", revenue=1, refund_id="r")
    assert release_grants() == 2
    rows = [model.objects.first() for model in MODELS]
    rows += [program.live_version, program.advocates.get()]
    rows += [Visit(pk=3), SignUpAttempt(pk=4), Finding(pk=5)]
    words = [str(row) for row in rows]
    assert words == [
        f"referral {rows[0].pk}",
        f"change {rows[1].pk} of referral {rows[0].pk}",
        f"grant {rows[2].pk}",
        f"{rows[3].kind} account {rows[3].pk}",
        f"{rows[4].kind} posting {rows[4].pk}",
        f"entry {rows[5].pk}",
        f"refund {rows[6].pk}",
        f"{program.pk} v1",
        f"advocate {rows[8].pk}",
        "visit 3",
        "attempt 4",
        "finding 5",
    ]
    assert str(program) == "Bring a friend"


def test_a_move_that_is_not_allowed_is_a_programming_error(db):
    from referrals.graph.queries import move_referrals
    from referrals.graph.rules import ReferralStatus

    with pytest.raises(ValueError, match="cannot go from reversed to rewarded"):
        move_referrals(
            [1],
            before=ReferralStatus.REVERSED,
            after=ReferralStatus.REWARDED,
            reason="",
            now=NOW,
        )
