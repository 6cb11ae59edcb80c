"""The palette finds people and segments."""

import pytest

from kernel.ui.palette import Result
from profiles import facade
from profiles.palette_sources import search_people, search_segments
from profiles.segments.models import Segment, SegmentStatus
from tests.kernel.ui.test_navigation import Person
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import person, read_facts

pytestmark = pytest.mark.django_db


def test_people_are_found_by_identifier_and_masked_for_those_who_may_not_see_them():
    person("ada", firstName="Ada", lastName="Lovelace", email="ada@example.com")
    person("ben", firstName="Ben", email="ben@example.com")
    read_facts()
    seen = Person("view", "view_personal_data")
    [whole] = search_people("ada@example.com", seen, 6)
    assert (whole.label, whole.note) == ("Ada Lovelace", "ada@example.com")
    [masked] = search_people("ada", Person("view"), 6)
    assert (masked.url, "Lovelace" in masked.label, "ada@" in masked.note) == (
        whole.url, False, False,
    )  # fmt: skip
    assert search_people("nobody", seen, 6) == []


def test_segments_in_use_are_found_by_every_word_of_their_name():
    for name in ("VIP lapsed", "vip new", "Lapsed", "Old VIP lapsed"):
        facade.create_segment(name, rule={"root": {"rules": []}}, now=NOW)
    Segment.objects.filter(name="Old VIP lapsed").update(status=SegmentStatus.ARCHIVED)
    found: list[Result] = search_segments("lapsed VIP", Person("view"), 6)
    assert [(each.label, each.note) for each in found] == [("VIP lapsed", "Draft")]
    assert [each.label for each in search_segments("vip", Person("view"), 1)] == ["VIP lapsed"]
