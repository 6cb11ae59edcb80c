"""Looking for duplicates compares those who share something, never everybody with everybody."""

from datetime import UTC, datetime

import pytest

from profiles.customers.models import Customer
from profiles.duplicates.services import look_for_duplicates
from tests.crowds import make_crowd
from tests.plans import costly, empty_anew, statements_seen

PEOPLE = 400


@pytest.mark.django_db
def test_pairs_are_found_by_what_they_share():
    empty_anew()
    now = datetime.now(UTC)
    crowd = make_crowd(PEOPLE, now=now)
    for one, other in zip(crowd[::2], crowd[1::2], strict=True):
        traits = Customer.objects.get(id=one).traits
        Customer.objects.filter(id=other).update(traits=traits)

    with statements_seen() as seen:
        found = [look_for_duplicates(now=now), look_for_duplicates(now=now)]

    assert found == [PEOPLE // 2, PEOPLE // 2]
    assert costly(seen, items=PEOPLE) == {}
