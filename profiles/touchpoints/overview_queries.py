"""Typed calls of the statements behind the pages of sources, events and quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.sql import SqlFile
from profiles.touchpoints.models import Source

SQL = SqlFile(__file__, "overview")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source and what it sent in the last 24 hours."""

    id: int
    key: UUID
    name: str
    kind: str
    write_key_hint: str
    starts_journeys: bool
    created_at: datetime
    disabled_at: datetime | None
    stored: int
    duplicates: int
    quarantined: int
    last_at: datetime | None
    refused: int

    @property
    def kind_label(self) -> str:
        """Return how pages call its kind."""
        return str(Source.Kind(self.kind).label)

    @property
    def is_built_in(self) -> bool:
        """Tell whether it is one of our own that nobody sends by; what it records is not counted."""
        own = {Source.Kind.API, Source.Kind.SYSTEM, Source.Kind.STAFF}
        return self.kind in own and not self.write_key_hint


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRow:
    """One touchpoint as the live page shows it."""

    id: int
    xid: str
    received_at: datetime
    occurred_at: datetime
    original_at: datetime | None
    sent_at: datetime | None
    type: int
    starts_journeys: bool
    event: str
    source: str | None
    customer_key: UUID | None
    properties: dict[str, Any]
    context: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """One message in quarantine."""

    id: int
    received_at: datetime
    reason: str
    field: str
    detail: str
    body: bytes
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineSpan:
    """Which messages to take: by reason, of one source, one alone, between two ids."""

    reason: str
    only_id: int | None
    source_id: int | None
    after_id: int
    upto_id: int


def list_sources(*, now: datetime) -> list[SourceRow]:
    """List sources with their health."""
    return SQL.all("list_sources", {"now": now}, into=SourceRow)


def list_latest(*, source_id: int | None, event: str, limit: int, reach: int) -> list[LatestRow]:
    """List the newest touchpoints of all people; of one source or event those among `reach`."""
    params = {"source_id": source_id, "event": event, "limit": limit, "reach": reach}
    return SQL.all("list_latest", params, into=LatestRow)


def list_quarantined(*, reason: str, before_id: int | None, limit: int) -> list[QuarantinedRow]:
    """List messages in quarantine, newest first."""
    params = {"reason": reason, "before_id": before_id, "limit": limit}
    return SQL.all("list_quarantined", params, into=QuarantinedRow)


def newest_quarantined_id() -> int:
    """Return the largest id in quarantine, 0 when it is empty."""
    return int(SQL.value("newest_quarantined") or 0)


def claim_quarantined(
    span: QuarantineSpan, *, limit: int, now: datetime
) -> list[tuple[int, bytes]]:
    """Take messages out of quarantine for a replay, oldest first."""
    params = {
        "reason": span.reason, "id": span.only_id, "source_id": span.source_id, "after_id": span.after_id,
        "upto_id": span.upto_id, "limit": limit, "now": now,
    }  # fmt: skip
    return sorted((row[0], bytes(row[1])) for row in SQL.run("claim_quarantined", params))


def count_quarantined() -> list[tuple[str, int]]:
    """Count open messages by reason."""
    return [(reason, count) for reason, count in SQL.run("count_quarantined")]
