"""Codes are given once, and a pool that runs low is told of."""

import pytest

from campaigns.coupons.models import Coupon
from campaigns.coupons.selectors import list_levels
from campaigns.coupons.services import add_codes, claim_codes, warn_of_low
from kernel.events.models import Event
from kernel.testing.racing import run_together
from tests.campaigns.builders import NOW
from tests.campaigns.coupons.builders import make_pool


@pytest.mark.django_db
def test_a_low_pool_is_told_of_once_until_codes_are_added():
    pool = make_pool("A1", "A2", warn_below=3)
    assert warn_of_low(now=NOW) == 1
    assert warn_of_low(now=NOW) == 0
    assert Event.objects.get().payload == {"pool": "spring", "free": 2}
    assert add_codes(pool, ["A2", "A3", " A3 ", ""], actor="u", now=NOW) == 1
    assert [(level.free, level.given, level.is_low) for level in list_levels()] == [(3, 0, False)]


@pytest.mark.django_db(transaction=True)
def test_twenty_claims_at_once_never_give_a_code_twice_nor_more_than_there_are():
    make_pool(*[f"C{number}" for number in range(30)])
    batches = [list(range(start, start + 3)) for start in range(1, 61, 3)]

    def claim(numbers):
        given = []
        for batch in numbers:
            given += claim_codes("spring", batch, NOW).items()
        return given

    done = run_together(*[lambda part=batches[n::5]: claim(part) for n in range(5)])
    given = [pair for part in done for pair in part]
    assert len(given) == len({code for _, code in given}) == len({number for number, _ in given})
    assert len(given) == Coupon.objects.exclude(given_at=None).count()
    rest = claim_codes("spring", list(range(100, 160)), NOW)
    assert len(given) + len(rest) == 30
    assert claim_codes("spring", [200], NOW) == {}
