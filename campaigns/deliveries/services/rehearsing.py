"""Deliveries as they would go out: the gate decides and the words are found, nothing is handed over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import InternalError, transaction
from psycopg.errors import ReadOnlySqlTransaction

from campaigns.channels.services import choose_routes
from campaigns.content.rules.rendering import Refusal
from campaigns.contracts import Channel, OutgoingMessage
from campaigns.coupons.services import sample_codes
from campaigns.deliveries import queries
from campaigns.deliveries.queries import Decided, Result
from campaigns.deliveries.services.send import CLAIM_BATCH, MAX_ATTEMPTS
from campaigns.deliveries.services.wording import word_messages
from campaigns.extension_points import MergeSource
from profiles.contracts import CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """A message that would have been handed over now."""

    delivery_id: int
    message: OutgoingMessage


def rehearse_due(
    *, now: datetime, outcome_of: Callable[[Decided], str] = lambda _: "accepted"
) -> tuple[int, list[Rehearsed]]:
    """Decide about everything that is due; returns how many were decided, and the messages.

    Only for a sandbox: the deliveries take the outcome that `outcome_of` names, and no provider
    hears of them.
    """
    decided, messages = 0, list[Rehearsed]()
    for shard in queries.list_due_shards(now=now):
        while rows := queries.claim_due(shard, batch=CLAIM_BATCH, now=now):
            decided += len(rows)
            claimed = sorted((row for row in rows if row.status == "claimed"), key=_group)
            for _, group in groupby(claimed, key=_group):
                messages += _rehearse(list(group), outcome_of=outcome_of, now=now)
    return decided, messages


def _group(row: Decided) -> tuple[str, int, int]:
    return row.channel, row.sender_id or 0, row.template_version_id


def _rehearse(
    rows: Sequence[Decided], *, outcome_of: Callable[[Decided], str], now: datetime
) -> list[Rehearsed]:
    routes = choose_routes(Channel(rows[0].channel), rows[0].sender_id, now=now)
    if not routes:
        results = [
            Result(delivery_id=row.id, outcome="unsayable", reason="no_sender") for row in rows
        ]
        queries.record_results(results, max_attempts=MAX_ATTEMPTS, now=now)
        return []
    results, messages = [], []
    wordings = word_messages(rows, route=routes[0], now=now, ask=_ask, claim=sample_codes)
    for row, words in zip(rows, wordings, strict=True):
        if isinstance(words, Refusal):
            refused = Result(
                delivery_id=row.id, outcome="unsayable", reason=words.reason, locale=words.locale
            )
            results.append(refused)
            continue
        outcome = outcome_of(row)
        results.append(
            Result(delivery_id=row.id, outcome=outcome, reason=outcome, locale=words.locale)
        )
        if outcome == "accepted":
            messages.append(Rehearsed(delivery_id=row.id, message=words.message))
    queries.record_results(results, max_attempts=MAX_ATTEMPTS, now=now)
    return messages


def _ask(
    source: MergeSource, ids: Sequence[CustomerId], now: datetime
) -> dict[CustomerId, dict[str, Any]]:
    """Return the values of people; samples where a source would have to make something first."""
    try:
        with transaction.atomic():
            return source.values(ids, now=now)
    except InternalError as error:
        if not isinstance(error.__cause__, ReadOnlySqlTransaction):
            raise
        return {customer_id: dict(source.samples) for customer_id in ids}
