"""Moves accepted requests from the inbox to the touchpoints, in batches of one transaction."""

import gc
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db import InterfaceError, OperationalError, transaction
from psycopg.errors import DeadlockDetected

from kernel.events import wake
from profiles.touchpoints import queries
from profiles.touchpoints.models import Source
from profiles.touchpoints.queries import InboxRow, QuarantineRow
from profiles.touchpoints.rules.instants import from_micros, to_micros
from profiles.touchpoints.rules.messages import (
    Arrival,
    Envelope,
    Message,
    Refused,
    message_key,
)
from profiles.touchpoints.services.storing import store_arrivals
from profiles.touchpoints.services.translating import KeptMessage, Reading

log = structlog.get_logger()

# Large enough to spread the cost of the statements, small enough to stay under two seconds.
TARGET_MESSAGES = 5_000
_MAX_DEADLOCKS = 5


class BatchBody(msgspec.Struct, rename="camel"):
    """What a batch request says about all of its messages."""

    batch: list[msgspec.Raw]
    sent_at: Any = None
    context: Any = None


_batch_decoder = msgspec.json.Decoder(BatchBody)


class Drained(msgspec.Struct, frozen=True):
    """What one batch did."""

    requests: int
    stored: int
    duplicates: int
    quarantined: int


def drain_inbox(*, now: datetime, seconds: float = 20.0) -> Drained:
    """Store accepted requests until none is left or the time is over; return the sums.

    Safe for many workers at once and to run at any time: each batch is one transaction, which
    takes requests out and stores their events, or does neither.
    """
    total = Drained(0, 0, 0, 0)
    until = time.monotonic() + seconds
    requests = 50
    while True:
        with _collector_paused():
            batch = _drain_batch(requests, now=now)
        total = Drained(*(a + b for a, b in zip(_fields(total), _fields(batch), strict=True)))
        if batch.requests < requests or time.monotonic() > until:
            break
        handled = max(1, batch.stored + batch.duplicates + batch.quarantined)
        requests = max(1, min(5_000, TARGET_MESSAGES * batch.requests // handled))
    if total.requests:
        log.info("touchpoints.drained", **{f: getattr(total, f) for f in total.__struct_fields__})
    return total


def _fields(drained: Drained) -> tuple[int, ...]:
    return msgspec.structs.astuple(drained)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's cycle collector from walking the messages of a batch, which form no cycles."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


def _drain_batch(requests: int, *, now: datetime) -> Drained:
    """Store one batch; one that lost a deadlock was taken back whole and is tried again."""
    for _ in range(_MAX_DEADLOCKS):
        try:
            return _try_batch(requests, now=now)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            log.info("touchpoints.batch_gave_way", requests=requests)
    return _try_batch(requests, now=now)


def _try_batch(requests: int, *, now: datetime) -> Drained:
    try:
        with transaction.atomic():
            rows = queries.claim_inbox(requests)
            return _store_rows(rows, now=now) if rows else Drained(0, 0, 0, 0)
    except (OperationalError, InterfaceError):
        raise  # The database is away or busy: nothing was taken out, the next tick tries again.
    except Exception as error:  # noqa: BLE001 (one bad message must never stop the others)
        log.warning("touchpoints.batch_refused", requests=requests, error=type(error).__name__)
        return _drain_one_by_one(requests, now=now)


def _store_rows(rows: Sequence[InboxRow], *, now: datetime) -> Drained:
    arrivals: list[Arrival] = []
    refused: list[QuarantineRow] = []
    reading = Reading()
    for kept in _open_all(rows):
        try:
            arrivals += reading.read(kept)
        except Refused as problem:
            reading.refuse(kept, problem)
            refused.append(quarantine_row(kept, problem))
    batch = store_arrivals(arrivals, now=now)
    queries.insert_quarantined(refused)
    reading.close(batch.arrivals, now=now)
    _count(arrivals, batch.arrivals, refused, now=now)
    wake("kernel.read_facts")
    return Drained(len(rows), len(batch.arrivals), batch.duplicates, len(refused))


def _drain_one_by_one(requests: int, *, now: datetime) -> Drained:
    """Store a batch that was refused as a whole message by message, so only the bad ones stay out."""
    with transaction.atomic():
        rows = queries.claim_inbox(requests)
        stored: list[Arrival] = []
        duplicates = 0
        refused: list[QuarantineRow] = []
        reading = Reading()
        for kept in _open_all(rows):
            try:
                with transaction.atomic():
                    batch = store_arrivals(reading.read(kept), now=now)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:  # noqa: BLE001 (kept with its cause, replayed when mended)
                problem = why_refused(error)
                reading.refuse(kept, problem)
                refused.append(quarantine_row(kept, problem))
            else:
                stored += batch.arrivals
                duplicates += batch.duplicates
        queries.insert_quarantined(refused)
        reading.close(stored, now=now)
        _count((), (), refused, now=now)
        return Drained(len(rows), len(stored), duplicates, len(refused))


def why_refused(error: Exception) -> Refused:
    """Return the reason to keep with a message that an error kept from being stored."""
    if isinstance(error, Refused):
        return error
    return Refused("not_storable", "", f"It could not be stored: {type(error).__name__}.")


def _count(
    read: Sequence[Arrival],
    stored: Sequence[Arrival],
    refused: Sequence[QuarantineRow],
    *,
    now: datetime,
) -> None:
    came = Counter(arrival.source_id for arrival in read)
    kept = Counter(arrival.source_id for arrival in stored)
    bad = Counter(row.source_id for row in refused)
    rows = {
        source: (kept[source], came[source] - kept[source], bad[source])
        for source in sorted(came | bad)
    }
    if rows:
        queries.add_activity(rows, now=now)


def _open_all(rows: Sequence[InboxRow]) -> Iterator[KeptMessage]:
    starts_journeys = dict(Source.objects.values_list("id", "starts_journeys"))
    for row in rows:
        envelope, messages = _open(row, starts_journeys=starts_journeys.get(row.source_id, False))
        request_id = f"{row.received_at.isoformat()}:{row.id}"
        for position, raw in enumerate(messages):
            yield KeptMessage(envelope, f"{request_id}:{position}", raw)


def _open(row: InboxRow, *, starts_journeys: bool) -> tuple[Envelope, Sequence[msgspec.Raw]]:
    envelope = Envelope(
        source_id=row.source_id, route=row.route, received_at=to_micros(row.received_at),
        ip=row.ip, starts_journeys=starts_journeys,
    )  # fmt: skip
    if row.route not in {"batch", "import"}:
        return envelope, [msgspec.Raw(row.body)]
    body = _batch_decoder.decode(row.body)
    context = body.context if isinstance(body.context, dict) else None
    return msgspec.structs.replace(envelope, sent_at=body.sent_at, context=context), body.batch


def quarantine_row(kept: KeptMessage, problem: Refused) -> QuarantineRow:
    """Return the row that keeps a message whole, with the reason why it was not used."""
    try:
        message = msgspec.json.decode(kept.message, type=Message)
    except (msgspec.DecodeError, RecursionError):
        message = Message()
    return QuarantineRow(
        message_key(message, kept.envelope, kept.fallback_id), kept.envelope.source_id,
        from_micros(kept.envelope.received_at), problem.reason, problem.field, problem.detail,
        msgspec.json.encode(kept),
    )  # fmt: skip
