import pytest

from tests.profiles.collecting import sender
from tests.referrals.world import Shop

__all__ = ["sender", "shop"]


@pytest.fixture
def shop(sender):
    return Shop(sender)
