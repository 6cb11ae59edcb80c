"""The work of segments grows with the people whom something concerns, never with their square."""

from datetime import timedelta

import pytest

from kernel.testing import drain_facts
from profiles.models import SegmentMember
from profiles.segments.services.refreshing import refresh_due
from tests.crowds import let_do, make_crowd, measure_tables
from tests.plans import costly, empty_anew, statements_seen
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import bought, inside, live, plan_is

pytestmark = pytest.mark.django_db
PEOPLE = 500


@pytest.mark.parametrize("is_known", [False, True], ids=["new tables", "known tables"])
def test_who_enters_and_who_leaves_by_time_is_found_person_by_person(is_known):
    empty_anew()
    buyers = live("Buyers", bought())
    live("Pro buyers", plan_is("pro"), inside(buyers))
    crowd = make_crowd(PEOPLE, now=NOW)
    let_do(crowd, "Order Completed", at=NOW)
    let_do(crowd, "Identify", at=NOW, kind=2, properties='{"plan": "pro"}')
    if is_known:
        measure_tables()

    with statements_seen() as entering:
        drain_facts(NOW + timedelta(seconds=1))
        while refresh_due(now=NOW + timedelta(seconds=2)):
            pass
    assert SegmentMember.objects.count() == 2 * PEOPLE
    with statements_seen() as leaving:
        while refresh_due(now=NOW + timedelta(days=31)):
            pass

    assert SegmentMember.objects.count() == 0
    assert costly(entering + leaving, items=PEOPLE) == {}
