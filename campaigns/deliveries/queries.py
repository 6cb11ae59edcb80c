"""One typed function for each statement about deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from campaigns.contracts import ProviderEvent
from campaigns.deliveries.models import SHARDS
from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array, uuid_array

CLAIM = SqlFile(__file__, "claim")
HAND_OVER = SqlFile(__file__, "hand_over")
FEEDBACK = SqlFile(__file__, "feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A delivery the gate decided about; values of the person are there when it was claimed."""

    id: int
    key: UUID
    customer_id: int
    channel: str
    message_class: str
    topic: str
    address: str
    sender_id: int | None
    template_version_id: int
    ctx: dict[str, Any] | None
    status: str
    traits: dict[str, Any] | None
    locale: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one hand-over, in the words of `record_results`."""

    delivery_id: int
    outcome: str
    reason: str
    provider_id: str = ""
    retry_after: timedelta = timedelta(0)
    sender_id: int | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDelivery:
    """A delivery that may have left, with what names its route."""

    id: int
    key: UUID
    channel: str
    sender_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A new report about a delivery."""

    delivery_id: int
    channel: str
    address: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """A report as a timeline tells it."""

    id: int
    kind: str
    at: datetime
    is_bot: bool
    url: str | None
    delivery_key: UUID
    customer_id: int
    channel: str
    template: str
    journey: str | None
    broadcast: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFact:
    """A decision as a timeline tells it."""

    id: int
    outcome: str
    reason: str
    numbers: dict[str, Any]
    at: datetime
    delivery_key: UUID
    customer_id: int
    channel: str
    template: str
    journey: str | None
    broadcast: str | None


def list_due_shards(*, now: datetime) -> list[int]:
    """Return the shards in which something is due."""
    return [row[0] for row in CLAIM.run("list_due_shards", {"shards": SHARDS, "now": now})]


def lock_shard(shard: int) -> bool:
    """Take a shard for this transaction; false when another worker has it."""
    return bool(CLAIM.value("lock_shard", {"shard": shard}))


def claim_due(shard: int, *, batch: int, now: datetime) -> list[Decided]:
    """Run the gate over the due deliveries of a locked shard; see the statement."""
    params = {"shard": shard, "batch": batch, "now": now}
    return CLAIM.all("claim_due", params, into=Decided)


def begin_hand_over(
    wordings: Mapping[int, Mapping[str, Any]],
    *,
    claimed_at: datetime,
    now: datetime,
    locales: Mapping[int, str] | None = None,
) -> set[int]:
    """Mark deliveries as leaving and return the ids that are still ours to send.

    `wordings` are the values that each is put into words with, `locales` name the translations;
    they are kept with it.
    """
    params = {
        "ids": bigint_array(wordings),
        "wordings": text_array(
            msgspec.json.encode(values, enc_hook=str).decode() for values in wordings.values()
        ),
        "locales": text_array((locales or {}).get(row_id, "") for row_id in wordings),
        "claimed_at": claimed_at,
        "now": now,
    }
    return {row[0] for row in HAND_OVER.run("begin_hand_over", params)}


def record_results(results: Sequence[Result], *, max_attempts: int, now: datetime) -> int:
    """Write the results of hand-overs with their decisions; returns how many rows changed."""
    params = {
        "ids": bigint_array(result.delivery_id for result in results),
        "outcomes": text_array(result.outcome for result in results),
        "reasons": text_array(result.reason for result in results),
        "provider_ids": text_array(result.provider_id for result in results),
        "waits": [result.retry_after.total_seconds() for result in results],
        "sender_ids": [result.sender_id for result in results],
        "locales": [result.locale for result in results],
        "max_attempts": max_attempts,
        "now": now,
    }
    return HAND_OVER.count("record_results", params) if results else 0


def settle_failed(keys: Sequence[UUID], *, is_again: bool, reason: str, now: datetime) -> int:
    """Plan failed deliveries again or give them up; returns how many of them had failed."""
    params = {"keys": list(keys), "is_again": is_again, "reason": reason, "now": now}
    return HAND_OVER.count("settle_failed", params)


def take_back_stale(*, before: datetime, batch: int, now: datetime) -> dict[str, int]:
    """Settle claims older than `before` and return how many went to which status."""
    counts: dict[str, int] = {}
    params = {"before": before, "batch": batch, "now": now}
    for _, status in HAND_OVER.run("take_back_stale", params):
        counts[status] = counts.get(status, 0) + 1
    return counts


def list_unknown(*, after: int, before: datetime, batch: int) -> list[UnknownDelivery]:
    """Return a page, by id, of the unknown deliveries that were claimed before an instant."""
    params = {"after": after, "before": before, "batch": batch}
    return HAND_OVER.all("list_unknown", params, into=UnknownDelivery)


def record_events(events: Sequence[ProviderEvent]) -> list[Reported]:
    """Store reports about deliveries, move the deliveries, and return the reports that are new."""
    params = {
        "delivery_keys": uuid_array(event.delivery_key for event in events),
        "kinds": text_array(event.kind for event in events),
        "ats": [event.at for event in events],
        "keys": text_array(event.key for event in events),
        "bots": [event.is_bot for event in events],
        "raws": text_array(msgspec.json.encode(event.raw).decode() for event in events),
    }
    return FEEDBACK.all("record_events", params, into=Reported) if events else []


def list_events(bounds: Bounds) -> list[EventFact]:
    """Return the reports of a batch of the log."""
    return FEEDBACK.all("list_events", bounds.params, into=EventFact)


def list_decisions(bounds: Bounds) -> list[DecisionFact]:
    """Return the decisions of a batch of the log that a timeline tells."""
    return FEEDBACK.all("list_decisions", bounds.params, into=DecisionFact)
