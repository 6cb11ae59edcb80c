"""Moves accepted requests from the inbox to the touchpoints, in batches of one transaction."""

import gc
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter

import msgspec
import structlog
from django.db import InterfaceError, OperationalError, transaction
from psycopg.errors import DeadlockDetected

from kernel.errors import Conflict
from kernel.events import wake
from profiles.touchpoints import queries
from profiles.touchpoints.queries import InboxRow, QuarantineRow
from profiles.touchpoints.rules.messages import Arrival, Refused
from profiles.touchpoints.services.opening import (
    Pending,
    keep,
    open_requests,
    quarantine_row,
    why_refused,
)
from profiles.touchpoints.services.storing import MonthsMissing, expect_months, store_arrivals
from profiles.touchpoints.services.translating import Reading

log = structlog.get_logger()

# Large enough to spread the cost of the statements, small enough to stay under two seconds and to
# leave room in memory when messages are large.
TARGET_MESSAGES = 20_000
TARGET_BYTES = 64 * 1024 * 1024
_MOST_REQUESTS = 5_000
_MAX_DEADLOCKS = 5
_source_of = attrgetter("source_id")
# The database is away, others were first too many times, or a month must be made first.
_BUSY = (OperationalError, InterfaceError, Conflict, MonthsMissing)


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
    looks_first = True
    while True:
        with _collector_paused():
            batch, size = _drain_batch(requests, looks_first=looks_first, now=now)
        total = Drained(*(a + b for a, b in zip(_fields(total), _fields(batch), strict=True)))
        if batch.requests < requests or time.monotonic() > until:
            break
        # Doubles come in bursts; without any, the ledger's own key is look enough.
        looks_first = batch.duplicates > 0
        requests = requests_next(batch, body_bytes=size)
    if total.requests:
        log.info("touchpoints.drained", **{f: getattr(total, f) for f in total.__struct_fields__})
    return total


def requests_next(batch: Drained, *, body_bytes: int) -> int:
    """Return how many requests to take next, if they are like those of a batch of so many bytes."""
    handled = max(1, batch.stored + batch.duplicates + batch.quarantined)
    by_number = TARGET_MESSAGES * batch.requests // handled
    by_size = TARGET_BYTES * batch.requests // max(1, body_bytes)
    return max(1, min(_MOST_REQUESTS, by_number, by_size))


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


_Batch = tuple[Drained, int]
"""What a batch did, and how many bytes its requests had."""


def _drain_batch(requests: int, *, looks_first: bool, now: datetime) -> _Batch:
    """Store one batch; one that lost a deadlock, or lacks a month, is taken back and tried again."""
    for _ in range(_MAX_DEADLOCKS):
        try:
            return _try_batch(requests, looks_first=looks_first, now=now)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            log.info("touchpoints.batch_gave_way", requests=requests)
        except MonthsMissing as found:
            with transaction.atomic():
                queries.make_months(found.months)
    return _try_batch(requests, looks_first=looks_first, now=now)


def _try_batch(requests: int, *, looks_first: bool, now: datetime) -> _Batch:
    try:
        with transaction.atomic():
            rows = queries.claim_inbox(requests)
            if not rows:
                return Drained(0, 0, 0, 0), 0
            return _store_rows(rows, looks_first=looks_first, now=now)
    except _BUSY:
        raise  # Nothing was taken out, the next tick tries again.
    except Exception as error:  # noqa: BLE001 (one bad message must never stop the others)
        log.warning("touchpoints.batch_refused", requests=requests, error=type(error).__name__)
        return _drain_in_halves(requests, now=now)


def _store_rows(rows: Sequence[InboxRow], *, looks_first: bool, now: datetime) -> _Batch:
    work = _begin(rows, looks_first=looks_first)
    part = work.read()
    if work.has_refused and not looks_first:
        # One that cannot be used may be the double of one that was stored: then it is no news.
        work = _begin(rows)
        part = work.read()
    expect_months([arrival.at for _, found in part for arrival in found], now=now)
    work.store(part, now=now)
    return work.finish(now=now)


def _drain_in_halves(requests: int, *, now: datetime) -> _Batch:
    """Store a batch that was refused as a whole in ever smaller parts, so only the bad stay out."""
    with transaction.atomic():
        work = _begin(queries.claim_inbox(requests))
        parts = [work.read()]
        while parts:
            part = parts.pop()
            try:
                with transaction.atomic():
                    work.store(part, now=now)
            except _BUSY:
                raise
            except Exception as error:  # noqa: BLE001 (kept with its cause, replayed when mended)
                if len(part) == 1:
                    work.refuse(part[0][0], why_refused(error))
                else:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
        return work.finish(now=now)


_Part = Sequence[tuple[Pending, list[Arrival]]]


def _begin(rows: Sequence[InboxRow], *, looks_first: bool = True) -> "_Work":
    if not looks_first:
        return _Work(rows, open_requests(rows))
    opened = list(open_requests(rows))
    known = queries.find_known([pending.key for pending in opened])
    work = _Work(rows, [pending for pending in opened if pending.key not in known])
    work.leave_out([pending for pending in opened if pending.key in known])
    return work


class _Work:
    """One batch under way: what was opened, and what became of it."""

    def __init__(self, rows: Sequence[InboxRow], fresh: Iterable[Pending]) -> None:
        self._rows = rows
        self._fresh = fresh
        self._duplicates: Counter[int] = Counter()
        self._stored: list[Arrival] = []
        self._refused: list[QuarantineRow] = []
        self._reading = Reading()

    @property
    def has_refused(self) -> bool:
        """Whether a message was kept out."""
        return bool(self._refused)

    def leave_out(self, doubles: Sequence[Pending]) -> None:
        """Count messages that were stored before."""
        self._duplicates += Counter([pending.envelope.source_id for pending in doubles])

    def read(self) -> _Part:
        """Return what the messages say, once; those that cannot be used are refused."""
        readable = []
        for pending in self._fresh:
            try:
                readable.append((pending, self._reading.open(pending)))
            except Refused as problem:
                self.refuse(pending, problem)
        return readable

    def refuse(self, pending: Pending, problem: Refused) -> None:
        """Keep a message out, with its reason."""
        kept = keep(pending)
        self._reading.refuse(kept, problem)
        self._refused.append(quarantine_row(kept, problem))

    def store(self, part: _Part, *, now: datetime) -> None:
        """Store a part in the current transaction.

        Raises:
            Refused: one of the messages that come of a foreign request; it is whole or not at all.
        """
        arrivals = [arrival for _, found in part for arrival in found]
        batch = store_arrivals(arrivals, now=now)
        if batch.refused:
            by_key = {pending.key: pending for pending, _ in reversed(part)}
            for arrival, problem in batch.refused:
                if arrival.message_id not in by_key:
                    raise problem
            for arrival, problem in batch.refused:
                self.refuse(by_key[arrival.message_id], problem)
        self._stored += batch.arrivals
        if batch.duplicates:
            kept = [*batch.arrivals, *(arrival for arrival, _ in batch.refused)]
            self._duplicates += Counter(map(_source_of, arrivals)) - Counter(map(_source_of, kept))

    def finish(self, *, now: datetime) -> _Batch:
        """Write what is kept besides the touchpoints, and return what the batch did."""
        queries.insert_quarantined(self._refused)
        self._reading.close(self._stored, now=now)
        stored, bad = (
            Counter(map(_source_of, self._stored)),
            Counter(map(_source_of, self._refused)),
        )
        activity = {
            source: (stored[source], self._duplicates[source], bad[source])
            for source in sorted(stored | bad | self._duplicates)
        }
        if activity:
            queries.add_activity(activity, now=now)
        wake("kernel.read_facts")
        done = Drained(
            len(self._rows), len(self._stored), self._duplicates.total(), len(self._refused)
        )
        return done, sum(len(row.body) for row in self._rows)
