"""Streams of members, page by page, so that no export holds a segment in memory."""

from collections.abc import Iterator

from profiles.segments.queries.preview import MemberRow, list_members_after

_PAGE = 5_000


def iter_members(segment_id: int) -> Iterator[MemberRow]:
    """Return every member in order of their ids; each page is one statement."""
    after = 0
    while rows := list_members_after(segment_id, after, most=_PAGE):
        yield from rows
        after = rows[-1].id
