"""Reads behind the pages of segments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kernel.errors import NotFound
from profiles.contracts import UsedBy
from profiles.customers.rules import display_name
from profiles.segments.models import Segment, SegmentChange, SegmentStatus
from profiles.segments.queries.preview import (
    MemberRow,
    list_history,
    list_members_after,
    list_named,
)
from profiles.segments.rules.tree import SegmentRule
from profiles.segments.selectors.using import list_users_of

HISTORY_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """One line of the list of segments."""

    segment: Segment
    sizes: Sequence[int]
    used_by: Sequence[UsedBy]


def list_rows(*, query: str, archived: bool, now: datetime) -> list[SegmentRow]:
    """List segments with their size over the last 30 days and which segments refer to them."""
    found = Segment.objects.select_related("live_version").order_by("name")
    wanted = [SegmentStatus.ARCHIVED] if archived else [SegmentStatus.LIVE, SegmentStatus.DRAFT]
    segments = list(found.filter(status__in=wanted, name__icontains=query)[:500])
    sizes = sizes_by_day(segments, now=now)
    users = list_users_of(segments)
    return [SegmentRow(segment=one, sizes=sizes[one.pk], used_by=users[one.pk]) for one in segments]


def get_by_key(key: UUID) -> Segment:
    """Return a segment; raises `NotFound`."""
    segment = Segment.objects.select_related("live_version").filter(key=key).first()
    if segment is None:
        raise NotFound("There is no such segment; it may have been deleted.")
    return segment


def sizes_by_day(segments: Iterable[Segment], *, now: datetime) -> dict[int, list[int]]:
    """Return the size of segments at the end of each of the last 30 days, today last."""
    known = {one.pk: one.member_count for one in segments}
    first = now.date() - timedelta(days=HISTORY_DAYS - 1)
    since = now - timedelta(days=HISTORY_DAYS)
    gained: dict[tuple[int, date], int] = {}
    for row in list_history(known, since=since):
        gained[row.segment_id, row.day] = row.entered - row.gone
    days = [first + timedelta(days=number) for number in range(HISTORY_DAYS)]
    return {
        pk: _backwards(size, [gained.get((pk, day), 0) for day in days])
        for pk, size in known.items()
    }


def list_changes(segment: Segment, *, limit: int = 50) -> list[SegmentChange]:
    """Return the newest changes of a segment with the people."""
    rows = SegmentChange.objects.filter(segment=segment).select_related("customer")
    return list(rows.order_by("-at", "-id")[:limit])


def list_some_members(segment: Segment, *, most: int = 10) -> list[MemberRow]:
    """Return the first members of a segment in order of their ids."""
    return list_members_after(segment.pk, 0, most=most)


def names_of_people(customer_ids: Iterable[int]) -> dict[int, str]:
    """Return what some people are called; those without a name are absent."""
    rows = list_named(set(customer_ids))
    named = {row.id: display_name(row.traits, email=row.email, fallback="") for row in rows}
    return {pk: name for pk, name in named.items() if name}


def names_of_segments() -> dict[str, str]:
    """Return the names of all segments in use, by key, for choices and sentences."""
    rows = Segment.objects.exclude(status=SegmentStatus.ARCHIVED).order_by("name")
    return {str(key): name for key, name in rows.values_list("key", "name")}


def sentence(rule: SegmentRule, names: Mapping[str, str]) -> str:
    """Say a rule in plain words, with the names of the segments in it."""
    words = rule.root.words()
    for key, name in names.items():
        words = words.replace(key, f"“{name}”")
    return words


def _backwards(size: int, gains: Sequence[int]) -> list[int]:
    sizes = []
    for gain in reversed(gains):
        sizes.append(size)
        size -= gain
    return sizes[::-1]
