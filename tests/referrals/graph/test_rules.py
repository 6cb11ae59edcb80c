"""Which states of a referral may follow which."""

from itertools import product

from referrals.graph.rules import ReferralStatus, can_move


def test_only_these_moves_are_allowed():
    allowed = {
        (before.value, after.value)
        for before, after in product(ReferralStatus, ReferralStatus)
        if can_move(before, after)
    }
    assert allowed == {
        ("started", "converted"),
        ("started", "rejected"),
        ("converted", "rewarded"),
        ("converted", "reversed"),
        ("converted", "rejected"),
        ("rewarded", "reversed"),
    }
