"""Reads of broadcasts for pages and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from campaigns.broadcasts import queries
from campaigns.broadcasts.models import Broadcast
from campaigns.deliveries.rules import reason_text
from kernel.errors import NotFound
from profiles import facade as profiles

# Judging one person costs about 0.1 ms: a page that asks about more would be slow.
MOST_JUDGED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """How many people the gate would answer so; of a sample, scaled up to the audience."""

    reason: str
    text: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """What a start would do; `judged` of the `audience` were looked at."""

    rows: Sequence[EstimateRow]
    judged: int
    audience: int

    @property
    def is_sampled(self) -> bool:
        """Whether the numbers are scaled up from a sample."""
        return self.audience > MOST_JUDGED


def list_broadcasts() -> list[Broadcast]:
    """Return the newest 200 broadcasts, newest first, with their templates."""
    return list(Broadcast.objects.select_related("template").order_by("-created_at", "-pk")[:200])


def list_between(start: datetime, end: datetime) -> list[Broadcast]:
    """Return the broadcasts that start within a time, in order."""
    found = Broadcast.objects.filter(starts_at__gte=start, starts_at__lt=end)
    return list(found.order_by("starts_at", "pk"))


def get_broadcast(key: UUID) -> Broadcast:
    """Return one broadcast with its template; raises `NotFound`."""
    found = Broadcast.objects.select_related("template").filter(key=key).first()
    if found is None:
        raise NotFound("There is no such broadcast. Go back to the list of campaigns.")
    return found


def name_segments(ids: Sequence[int]) -> list[str]:
    """Return the names of segments; one that is no longer in use is said to be gone."""
    names = {int(segment.id): segment.name for segment in profiles.list_segments()}
    return [names.get(each, "A segment that is archived") for each in ids]


def estimate(broadcast: Broadcast, *, now: datetime) -> Estimated:
    """Judge the audience of a draft as the gate would today; an even sample of a large one.

    One statement. A reason is scaled up to the audience when only a sample was judged.
    """
    template = broadcast.template
    if template is None or not broadcast.included:
        return Estimated(rows=(), judged=0, audience=0)
    asked = queries.Asked(
        key=broadcast.key,
        included=broadcast.included,
        excluded=broadcast.excluded,
        channel=template.channel,
        message_class=template.message_class,
        topic=template.topic,
        tags=broadcast.tags,
        holdout=broadcast.holdout_percent,
    )
    found = queries.estimate(asked, most=MOST_JUDGED, now=now)
    judged = sum(verdict.people for verdict in found)
    audience = found[0].audience if found else 0
    scale = audience / judged if audience > MOST_JUDGED and judged else 1
    rows = [
        EstimateRow(
            reason=verdict.reason,
            text=reason_text(verdict.reason),
            people=round(verdict.people * scale),
        )
        for verdict in found
    ]
    return Estimated(rows=rows, judged=judged, audience=audience)
