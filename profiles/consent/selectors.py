"""What the pages about consent show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from profiles.consent import preference_queries as queries
from profiles.consent.models import ConsentCount, OptIn, Suppression, Topic
from profiles.consent.preference_queries import EntryRow, Held, Pace
from profiles.consent.rules import CHANNELS, mask_address

PAGE = 50
Row = TypeVar("Row", Held, EntryRow)


@dataclass(frozen=True, slots=True)
class CountLine:
    """How many people said what about one channel and topic."""

    channel: str
    topic: str
    granted: int
    withdrawn: int
    never: int

    @property
    def percent(self) -> float:
        """How many of a hundred people who said anything said yes."""
        return 100 * self.granted / (self.granted + self.withdrawn + self.never)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConsent:
    """Everything one person said: what holds, the pace, open questions, the ledger."""

    held: list[Held]
    pace: Pace
    questions: list[OptIn]
    entries: list[EntryRow]


def list_counts() -> tuple[list[CountLine], datetime | None]:
    """Return the counts by channel and topic, and when they were taken."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    counted_at = None
    for row in ConsentCount.objects.order_by("channel", "topic"):
        counts.setdefault((row.channel, row.topic), {})[row.state] = row.people
        counted_at = row.counted_at
    names = dict(Topic.objects.values_list("key", "name"))
    lines = [
        CountLine(
            CHANNELS.get(channel, channel),
            names.get(topic, topic),
            *(states.get(state, 0) for state in ("granted", "withdrawn", "never")),
        )
        for (channel, topic), states in counts.items()
    ]
    return lines, counted_at


def describe_consent(customer_id: int, *, now: datetime, is_masked: bool) -> PersonConsent:
    """Return what one person said."""
    open_questions = OptIn.objects.filter(customer_id=customer_id, confirmed_at=None)
    held = queries.list_held(customer_id)
    entries = queries.list_entries(customer_id, before_id=None, most=PAGE)
    return PersonConsent(
        held=_masked(held) if is_masked else held,
        pace=queries.read_pace(customer_id),
        questions=list(open_questions.filter(expires_at__gt=now).order_by("-asked_at")),
        entries=_masked(entries) if is_masked else entries,
    )


def list_suppressions(
    *, query: str, before_id: int | None, most: int = PAGE + 1
) -> list[Suppression]:
    """Return addresses that nobody is written to, newest first."""
    rows: QuerySet[Suppression] = Suppression.objects.filter(released_at=None)
    if query:
        rows = rows.filter(address=query)
    if before_id:
        rows = rows.filter(id__lt=before_id)
    return list(rows.order_by("-id")[:most])


def _masked(rows: Iterable[Row]) -> list[Row]:
    return [replace(row, address=mask_address(row.address)) for row in rows]
