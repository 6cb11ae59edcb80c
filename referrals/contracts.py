"""What other apps may see of `referrals`: the events it publishes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardGranted:
    """Payload of `referrals.reward_granted`, version 1: a reward became available to a customer.

    `side` is advocate, friend, or member; `amount` is a decimal number as text; `unit` is points or
    a currency code; `referral` is the key of the referral that earned it, empty for a member, to
    whom a journey granted it.
    """

    customer_id: int
    program: str
    side: str
    amount: str
    unit: str
    referral: str
