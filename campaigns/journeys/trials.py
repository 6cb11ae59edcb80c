"""One typed function for each statement about dry runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.journeys.nodes.triggers import (
    DateTrait,
    EventPublished,
    Schedule,
    SegmentEntered,
    SegmentLeft,
    TouchpointRecorded,
    Trigger,
)
from kernel.sql import SqlFile, bigint_array, text_array

TRYING = SqlFile(__file__, "trying")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days of a dry run; with imports, history that was imported counts as if it were live."""

    since: datetime
    until: datetime
    with_imports: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """How many people triggers may let in, and how many of them a share takes."""

    people: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrantsOfDay:
    """How many entered on one day, those held out included."""

    day: str
    people: int
    held_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCount:
    """How many took a way, for a reason."""

    node: str
    next_node: str | None
    reason: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCount:
    """How many messages were decided about on one day."""

    day: str
    channel: str
    outcome: str
    reason: str
    messages: int


def count_candidates(triggers: Sequence[Trigger], span: Span, *, share: int) -> Candidates:
    """Return how many people triggers may have let in, and how many a share of them takes."""
    return TRYING.one("count_candidates", _asked(triggers, span, share), into=Candidates)


def list_candidates(triggers: Sequence[Trigger], span: Span, *, share: int) -> list[int]:
    """Return the people whom a share of the candidates takes."""
    return [row[0] for row in TRYING.run("list_candidates", _asked(triggers, span, share))]


def count_entrants(version_id: int) -> list[EntrantsOfDay]:
    """Return how many entered a version on each day."""
    return TRYING.all("count_entrants", {"version_id": version_id}, into=EntrantsOfDay)


def count_ways(version_id: int) -> list[WayCount]:
    """Return how many took each way of a version."""
    return TRYING.all("count_ways", {"version_id": version_id}, into=WayCount)


def count_sends(version_id: int) -> list[SendCount]:
    """Return what became of the messages of a version on each day."""
    return TRYING.all("count_sends", {"version_id": version_id}, into=SendCount)


def count_heavy(version_id: int) -> dict[int, int]:
    """Return how many people got how many messages of a version."""
    return dict(TRYING.run("count_heavy", {"version_id": version_id}))


def count_flows(version_id: int) -> list[tuple[str, str, int]]:
    """Return how many went from each step of a version to the next."""
    return [
        (row[0], row[1], row[2]) for row in TRYING.run("count_flows", {"version_id": version_id})
    ]


def count_inside(version_id: int) -> int:
    """Return how many are still on their way in a version."""
    return int(TRYING.value("count_inside", {"version_id": version_id}) or 0)


def _asked(triggers: Sequence[Trigger], span: Span, share: int) -> dict[str, object]:
    return {
        "events": text_array(t.event for t in triggers if isinstance(t, TouchpointRecorded)),
        "segments": bigint_array(
            t.segment_id for t in triggers if isinstance(t, SegmentEntered | SegmentLeft)
        ),
        "published": text_array(t.event for t in triggers if isinstance(t, EventPublished)),
        "scheduled": bigint_array(t.segment_id for t in triggers if isinstance(t, Schedule)),
        "dates": text_array(t.trait for t in triggers if isinstance(t, DateTrait)),
        "since": span.since,
        "until": span.until,
        "with_imports": span.with_imports,
        "share": share,
    }
