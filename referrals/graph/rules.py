"""The states of a referral and the moves that are allowed between them. Pure."""

from enum import StrEnum


class ReferralStatus(StrEnum):
    """Where a referral stands."""

    STARTED = "started"
    CONVERTED = "converted"
    REWARDED = "rewarded"
    REVERSED = "reversed"
    REJECTED = "rejected"


ALLOWED_MOVES: dict[ReferralStatus, frozenset[ReferralStatus]] = {
    ReferralStatus.STARTED: frozenset({ReferralStatus.CONVERTED, ReferralStatus.REJECTED}),
    ReferralStatus.CONVERTED: frozenset(
        {ReferralStatus.REWARDED, ReferralStatus.REVERSED, ReferralStatus.REJECTED}
    ),
    ReferralStatus.REWARDED: frozenset({ReferralStatus.REVERSED}),
    ReferralStatus.REVERSED: frozenset(),
    ReferralStatus.REJECTED: frozenset(),
}


def can_move(before: ReferralStatus, after: ReferralStatus) -> bool:
    """Say whether a referral may go from one state to the other."""
    return after in ALLOWED_MOVES[before]
