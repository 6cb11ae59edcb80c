"""The demo's content is made by the services staff use, once."""

from datetime import UTC, datetime

from campaigns.content.models import Template
from campaigns.journeys.models import Journey
from mcps_site.world.content import SEGMENTS, TEMPLATES, load_content
from profiles.segments.models import Segment
from referrals.programs.models import Program

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def counts():
    return [model.objects.count() for model in (Segment, Program, Template, Journey)]


def test_loading_twice_makes_everything_once(db):
    load_content(now=NOW)
    once = counts()
    load_content(now=NOW)
    assert counts() == once == [len(SEGMENTS), 1, len(TEMPLATES), 2]
