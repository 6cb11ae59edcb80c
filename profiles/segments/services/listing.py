"""Static lists: uploaded, appended to, taken from a query, or a frozen snapshot of an audience."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ids import new_key
from profiles.segments.models import Segment, SegmentKind, SegmentStatus, SegmentVersion
from profiles.segments.queries import lists
from profiles.segments.queries.lists import Added
from profiles.segments.queries.membership import lock_lane
from profiles.segments.queries.names import resolve_names
from profiles.segments.rules.compile import Statement
from profiles.segments.selectors.authoring import read_rule
from profiles.segments.selectors.finding import find_named
from profiles.segments.services.guarding import guard_cost

log = structlog.get_logger()
_NO_RULE: dict[str, Any] = {"root": {"kind": "group", "match": "all", "rules": []}, "version": 1}
# What one request can resolve in a second; longer lists come in parts.
MOST_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReport:
    """What became of a list that somebody gave: who is new, was on it before, is unknown."""

    added: int
    known: int
    unknown: Sequence[str]


def create_list(*, name: str, description: str = "", now: datetime) -> Segment:
    """Create an empty static list, live at once; raises `Conflict` when the name is taken."""
    if not name.strip():
        raise Invalid("name", "Give the list a name.")
    try:
        with transaction.atomic():
            made = Segment.objects.create(
                key=new_key(now=now),
                name=name.strip(),
                description=description.strip(),
                kind=SegmentKind.LIST,
                created_at=now,
            )
            made.live_version = SegmentVersion.objects.create(
                segment=made, number=1, rule=_NO_RULE, published_at=now
            )
            made.status = SegmentStatus.LIVE
            made.save(update_fields=["live_version", "status"])
    except IntegrityError:
        raise Conflict(f"There is a segment named “{name.strip()}” already.") from None
    return made


def add_named(
    segment_id: int, texts: Iterable[str], *, may_start_journeys: bool = False, now: datetime
) -> ListReport:
    """Add people by e-mail address, user id, phone number or key, whichever each text is.

    Nobody is created: a text that names nobody is reported. Safe to run twice.
    """
    asked = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if len(asked) > MOST_AT_ONCE:
        raise Invalid(
            "people", f"Give at most {MOST_AT_ONCE:,} people at once; add the rest after."
        )
    found = find_named(asked)
    people = lists.people_by_id(sorted(set(found.values())))
    added = _add(segment_id, people, may_start_journeys=may_start_journeys, now=now)
    return ListReport(
        added=added.added,
        known=added.asked - added.added,
        unknown=[text for text in asked if text not in found],
    )


def add_matching(segment_id: int, rule: Any, *, now: datetime) -> Added:
    """Add everybody who matches a rule now; they start no journeys. One statement.

    Raises `RuleRefused` for a wrong rule and for one that would read too much.
    """
    read = read_rule(rule)
    guard_cost(read, now=now)
    people = lists.people_matching(read.root, resolve_names(read.root.mentions()), now=now)
    return _add(segment_id, people, may_start_journeys=False, now=now)


def add_members_of(segment_id: int, source_id: int, *, now: datetime) -> Added:
    """Add everybody who is in another segment now; they start no journeys. One statement."""
    return _add(segment_id, lists.people_in(source_id), may_start_journeys=False, now=now)


def remove_named(segment_id: int, texts: Iterable[str], *, now: datetime) -> int:
    """Take people off a list by what names them; return how many left."""
    found = find_named(list(texts)[:MOST_AT_ONCE])
    with transaction.atomic():
        lock_lane()
        _lock_list(segment_id)
        left = lists.remove_people(segment_id, sorted(set(found.values())), now=now)
    wake("profiles.refresh_due_segments")
    return left


def snapshot_segment(source: Segment, *, name: str = "", now: datetime) -> Segment:
    """Freeze who is in a segment now as a new static list; it starts no journeys."""
    with transaction.atomic():
        made = create_list(
            name=name.strip() or f"{source.name}, {now:%Y-%m-%d %H:%M}",
            description=f"Who was in “{source.name}” on {now:%Y-%m-%d %H:%M} UTC.",
            now=now,
        )
        add_members_of(made.pk, source.pk, now=now)
    made.refresh_from_db()
    return made


def _add(segment_id: int, people: Statement, *, may_start_journeys: bool, now: datetime) -> Added:
    with transaction.atomic():
        lock_lane()
        _lock_list(segment_id)
        added = lists.add_people(segment_id, people, may_start_journeys=may_start_journeys, now=now)
    log.info("segments.list_extended", segment_id=segment_id, added=added.added)
    wake("profiles.refresh_due_segments")
    return added


def _lock_list(segment_id: int) -> None:
    segment = Segment.objects.select_for_update().filter(pk=segment_id).first()
    if segment is None:
        raise NotFound(f"There is no segment {segment_id}.")
    if segment.kind != SegmentKind.LIST or segment.status != SegmentStatus.LIVE:
        raise Conflict(
            f"“{segment.name}” is no static list in use; only those take people by hand."
        )
