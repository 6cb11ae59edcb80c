"""The work of a broadcast grows with its people, never with their square."""

from datetime import timedelta

import pytest

from campaigns.broadcasts.models import Recipient
from campaigns.broadcasts.selectors import estimate
from campaigns.broadcasts.services import running
from campaigns.deliveries.models import Delivery
from profiles.models import Customer
from tests.campaigns.broadcasts.test_running import draft, make_segment, start
from tests.campaigns.builders import NOW, make_sender
from tests.crowds import let_do, make_crowd
from tests.plans import costly, empty_anew, statements_seen

PEOPLE = 600
HOURS = 650
"""Rows of a person's own hours, which the best of them is found from, whatever the others do."""


@pytest.mark.django_db
def test_gathering_and_planning_look_at_each_person_alone():
    empty_anew()
    make_sender()
    crowd = make_crowd(PEOPLE, now=NOW)
    for days in (1, 2, 3):
        let_do(crowd, "Page Viewed", at=NOW - timedelta(days=days))
    segment = make_segment("All", Customer.objects.all())
    broadcast = draft([segment], timing="best", default_zone="UTC")

    with statements_seen() as estimating:
        estimate(broadcast, now=NOW)
    start(broadcast)
    with statements_seen() as sending:
        while running.advance_broadcasts(now=NOW):
            pass

    assert Recipient.objects.count() == Delivery.objects.count() == PEOPLE
    assert costly(estimating, items=PEOPLE) == {}
    assert costly(sending, items=PEOPLE, most=150 + HOURS) == {}
