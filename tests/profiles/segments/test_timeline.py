"""A person's timeline shows the segments they entered and left."""

import pytest

from profiles.contracts import CustomerId
from profiles.segments.selectors.timeline import SegmentTimeline
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import DAY, bought, live, person, read_facts
from tests.profiles.segments.world import add_touch

pytestmark = pytest.mark.django_db


def test_entering_and_leaving_are_listed_newest_first_with_their_cause():
    buyer, other = person("ada"), person("ben")
    segment = live("Buyers", bought())
    add_touch(buyer, event="Order Completed", occurred_at=NOW - DAY)
    read_facts()
    entries = SegmentTimeline().entries(CustomerId(buyer), before=NOW + DAY, limit=10)
    assert [(entry.title, entry.detail) for entry in entries] == [
        (f"Entered the segment {segment.name}", "Touchpoint")
    ]
    assert str(segment.key) in entries[0].url
    assert SegmentTimeline().entries(CustomerId(other), before=NOW + DAY, limit=10) == []
    assert SegmentTimeline().entries(CustomerId(buyer), before=entries[0].at, limit=10) == []
