"""States of a grant, and how much of an order must come back before its reward does. Pure."""

from decimal import Decimal
from enum import StrEnum


class GrantStatus(StrEnum):
    """Where a grant stands. Capped ones are kept so that nobody wonders where they went."""

    HELD = "held"
    GRANTED = "granted"
    REVERSED = "reversed"
    CAPPED = "capped"


class Side(StrEnum):
    """Who gets the reward; also the rule part of a grant's unique key.

    A member gets one by a journey, without a referral.
    """

    ADVOCATE = "advocate"
    FRIEND = "friend"
    MEMBER = "member"


class AccountKind(StrEnum):
    """Where value stands. Members' accounts never go below zero, the program's issue does."""

    ISSUED = "issued"
    RETURNED = "returned"
    PENDING = "pending"
    AVAILABLE = "available"


class PostingKind(StrEnum):
    """Why value moved. A grant has at most one posting of each kind."""

    EARN = "earn"
    RELEASE = "release"
    REVERSE = "reverse"


# From which account to which, for each kind of posting and the grant's state before it.
ROUTES: dict[tuple[PostingKind, GrantStatus], tuple[AccountKind, AccountKind]] = {
    (PostingKind.EARN, GrantStatus.HELD): (AccountKind.ISSUED, AccountKind.PENDING),
    (PostingKind.RELEASE, GrantStatus.HELD): (AccountKind.PENDING, AccountKind.AVAILABLE),
    (PostingKind.REVERSE, GrantStatus.HELD): (AccountKind.PENDING, AccountKind.RETURNED),
    (PostingKind.REVERSE, GrantStatus.GRANTED): (AccountKind.AVAILABLE, AccountKind.RETURNED),
}


def no_longer_qualifies(
    *, revenue: Decimal | None, refunded: Decimal | None, minimum: Decimal
) -> bool:
    """Say whether refunds took an order below what the program asks for.

    `refunded` is the sum of all refunds of the order, None when one of them names no amount,
    which counts as the whole order. An order without revenue is taken back by any refund.
    """
    if refunded is None or revenue is None:
        return True
    left = revenue - refunded
    return left <= 0 or left < minimum
