"""Sends what is due: claim behind the gate, put into words, hand over, record.

Each of the steps commits by itself, so that a crash between two of them is seen afterwards: a
claim that never left is planned again, one that may have left becomes `unknown`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db import transaction

from campaigns.channels.devices import retire_address
from campaigns.channels.health import is_down, note_results
from campaigns.channels.services import Route, choose_routes
from campaigns.content.rules.rendering import Refusal
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from campaigns.deliveries import queries
from campaigns.deliveries.queries import Decided, Result
from campaigns.deliveries.services.markets import with_market_senders
from campaigns.deliveries.services.wording import Worded, word_messages
from campaigns.deliveries.volume import hold_excess

log = structlog.get_logger()

CLAIM_BATCH = 500
# A crash leaves at most this many deliveries of one worker unknown.
HAND_OVER_BATCH = 100
MAX_ATTEMPTS = 5
# Longer than the slowest batch: a claim older than this belongs to a worker that is gone.
LEASE = timedelta(minutes=10)
_NO_SENDER = ("unsayable", "no_sender")
_ALL_BROKEN = (SendOutcome.RETRY, "senders_broken")


def send_shard(shard: int, *, now: datetime) -> int:
    """Decide about one batch of a shard and send what is allowed; returns how many were decided.

    Zero means that nothing is due there or that another worker has the shard.
    """
    with transaction.atomic():
        if not queries.lock_shard(shard):
            return 0
        decided = queries.claim_due(shard, batch=CLAIM_BATCH, now=now)
        claimed = [row for row in decided if row.status == "claimed"]
        kept = hold_excess([row.id for row in claimed], now=now)
    claimed = with_market_senders([row for row in claimed if row.id not in kept])
    claimed.sort(key=_group)
    for _, rows in groupby(claimed, key=_group):
        _hand_over(list(rows), claimed_at=now, now=now)
    if decided:
        log.info("deliveries.decided", shard=shard, decided=len(decided), claimed=len(claimed))
    return len(decided)


def settle_stale(*, now: datetime) -> dict[str, int]:
    """Settle the claims of workers that are gone; returns how many went to which status."""
    with transaction.atomic():
        counts = queries.take_back_stale(before=now - LEASE, batch=5_000, now=now)
    if counts:
        log.warning("deliveries.taken_back", **counts)
    return counts


def _group(row: Decided) -> tuple[str, int, int]:
    return row.channel, row.sender_id or 0, row.template_version_id


def _hand_over(rows: Sequence[Decided], *, claimed_at: datetime, now: datetime) -> None:
    routes = choose_routes(Channel(rows[0].channel), rows[0].sender_id, now=now)
    if not routes:
        outcome, reason = _NO_SENDER if routes is None else _ALL_BROKEN
        _record(
            [Result(delivery_id=row.id, outcome=outcome, reason=reason) for row in rows], now=now
        )
        return
    # Coupon codes are given to the deliveries for good before anything leaves.
    with transaction.atomic():
        wordings = list(zip(rows, word_messages(rows, route=routes[0], now=now), strict=True))
        _record(
            [
                Result(
                    delivery_id=row.id,
                    outcome="unsayable",
                    reason=words.reason,
                    locale=words.locale,
                )
                for row, words in wordings
                if isinstance(words, Refusal)
            ],
            now=now,
        )
    sayable = [(row.id, words) for row, words in wordings if isinstance(words, Worded)]
    for start in range(0, len(sayable), HAND_OVER_BATCH):
        chunk = sayable[start : start + HAND_OVER_BATCH]
        _send_chunk(chunk, routes=routes, claimed_at=claimed_at, now=now)


def _send_chunk(
    chunk: Sequence[tuple[int, Worded]],
    *,
    routes: Sequence[Route],
    claimed_at: datetime,
    now: datetime,
) -> None:
    wordings = {row_id: words.values for row_id, words in chunk}
    locales = {row_id: words.locale for row_id, words in chunk}
    ours = queries.begin_hand_over(wordings, locales=locales, claimed_at=claimed_at, now=now)
    leaving = [(row_id, words.message) for row_id, words in chunk if row_id in ours]
    route, results = _send_by(routes, [message for _, message in leaving], now=now)
    _record(
        [
            Result(
                delivery_id=row_id,
                outcome=result.outcome,
                reason=result.reason or result.outcome,
                provider_id=result.provider_id,
                retry_after=result.retry_after,
                sender_id=route.sender_id,
            )
            for (row_id, _), result in zip(leaving, results, strict=True)
        ],
        now=now,
    )
    for (_, message), result in zip(leaving, results, strict=True):
        if result.is_dead_address:
            retire_address(message.channel, message.address, reason=result.reason, now=now)


def _send_by(
    routes: Sequence[Route], messages: list[OutgoingMessage], *, now: datetime
) -> tuple[Route, list[SendResult]]:
    """Send by the first route that works; another one is tried only for what certainly never left.

    The messages keep their keys, so that whoever gets a second one can tell.
    """
    for route in routes:
        # They are worded for the first one.
        leaving = messages if route is routes[0] else [_as_from(route, one) for one in messages]
        results = _send(route, leaving, now=now)
        if not route.is_known_well or is_down(results):
            note_results(route.sender_id, results, now=now)
        if not all(result.outcome is SendOutcome.RETRY for result in results):
            break
    return route, results


def _as_from(route: Route, message: OutgoingMessage) -> OutgoingMessage:
    return replace(
        message,
        from_address=route.from_address,
        from_name=route.from_name,
        reply_to=route.reply_to,
        report_url=route.report_url,
    )


def _send(route: Route, messages: list[OutgoingMessage], *, now: datetime) -> list[SendResult]:
    """Call the provider; a provider that breaks its promise may have sent, so nothing is repeated."""
    if not messages:
        return []
    try:
        return route.provider.send(messages, config=route.config, now=now)
    except Exception as error:  # noqa: BLE001 (whatever it is, nothing may be sent twice)
        # Without the traceback: it may hold addresses.
        log.error(  # noqa: TRY400
            "deliveries.provider_broke", kind=route.provider.kind, error=type(error).__name__
        )
        return [SendResult(outcome=SendOutcome.UNCERTAIN, reason="provider_error")] * len(messages)


def _record(results: Sequence[Result], *, now: datetime) -> None:
    queries.record_results(results, max_attempts=MAX_ATTEMPTS, now=now)
