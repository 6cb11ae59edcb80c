"""States of a grant, and which refunds take a reward back."""

from decimal import Decimal

import pytest

from referrals.rewards.rules import ROUTES, no_longer_qualifies


def test_every_route_leads_from_one_account_to_another():
    assert all(source != target for source, target in ROUTES.values())


@pytest.mark.parametrize(
    ("revenue", "refunded", "minimum", "expected"),
    [
        ("30", "30", "0", True),
        ("30", "29.99", "0", False),
        ("30", "10", "20", False),
        ("30", "10.01", "20", True),
        ("30", "40", "0", True),
        ("30", None, "0", True),
        (None, "5", "0", True),
    ],
    ids=["all", "nearly all", "down to the minimum", "below the minimum", "more than all",
         "no amount", "order without revenue"],
)  # fmt: skip
def test_a_reward_goes_when_the_order_no_longer_qualifies(revenue, refunded, minimum, expected):
    def money(text):
        return None if text is None else Decimal(text)

    found = no_longer_qualifies(
        revenue=money(revenue), refunded=money(refunded), minimum=Decimal(minimum)
    )
    assert found is expected
