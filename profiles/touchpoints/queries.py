"""Typed calls of the statements that take events in."""

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from psycopg.types.numeric import DecimalBinaryDumper

from kernel.events.contracts import Position
from kernel.operations.queues import Depth
from kernel.retention.contracts import Extent
from kernel.sql import SqlFile, bigint_array, text_array
from kernel.sql.cursor import open_cursor
from profiles.contracts import MergePair
from profiles.customers.pairs import both_sides
from profiles.identities.rules import ERASED
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.rules.messages import Arrival

SQL = SqlFile(__file__, "ingest")

_COPY = (
    "COPY profiles_touchpoint (message_id, customer_id, recorded_for, event_id, source_id, type, "
    "starts_journeys, occurred_at, received_at, original_at, sent_at, revenue, properties, context) "
    "FROM STDIN (FORMAT BINARY)"
)
_COPY_LEDGER = "COPY profiles_message_ledger (message_id, seen_at) FROM STDIN (FORMAT BINARY)"
# From here on COPY is worth its savepoint.
_MANY = 200
_COPY_CHUNK = 500
_COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
_COPY_TRAILER = b"\xff\xff"
_FIELDS = struct.Struct("!h i16s iq iq ii ii ih i? iq iq".replace(" ", ""))
# What nearly every event is: its own time, but not when it was sent, no revenue; then the head of
# the properties.
_USUAL_FIELDS = struct.Struct("!h i16s iq iq ii ii ih i? iq iq iq i i ib".replace(" ", ""))
_INSTANT = struct.Struct("!iq")
_LENGTH = struct.Struct("!i")
_JSONB = struct.Struct("!ib")
_NULL = b"\xff\xff\xff\xff"
# PostgreSQL counts microseconds from 2000, we from 1970.
_YEAR_2000 = 946_684_800_000_000
_dump_numeric = DecimalBinaryDumper(Decimal).dump


class InboxRow(NamedTuple):
    """One accepted request."""

    id: int
    received_at: datetime
    source_id: int
    route: str
    message_count: int
    ip: str | None
    body: bytes


class QuarantineRow(NamedTuple):
    """One message that cannot be used, and why."""

    message_id: bytes
    source_id: int
    received_at: datetime
    reason: str
    field: str
    detail: str
    body: bytes


def append_to_inbox(row: InboxRow) -> None:
    """Store one accepted request; outside a transaction it is committed on return."""
    params = row._asdict()
    del params["id"]
    SQL.run("append_to_inbox", params, prepare=True)


def read_inbox_depth() -> Depth:
    """Return how many accepted requests wait to be stored, up to 100,000."""
    waiting, oldest_at = SQL.run("read_inbox_depth")[0]
    return Depth(waiting=waiting, oldest_at=oldest_at)


def count_inbox_bytes() -> int:
    """Return what the inbox occupies."""
    return int(SQL.value("count_inbox_bytes"))


def make_months(months: Sequence[datetime]) -> None:
    """Make the missing months of the touchpoints."""
    SQL.run("make_months", {"months": list(months)})


def find_missing_months(months: Sequence[datetime]) -> list[datetime]:
    """Return which months of the touchpoints have no partition."""
    return [row[0] for row in SQL.run("find_missing_months", {"months": list(months)})]


def make_partitions_ahead(*, now: datetime) -> int:
    """Make the partitions of the next days and months and return how many were missing."""
    return int(SQL.value("make_partitions_ahead", {"now": now}))


def drop_drained_days(*, before: datetime) -> int:
    """Drop days of the inbox that are over and empty and return how many."""
    return int(SQL.value("drop_drained_days", {"before": before}))


def drop_old_months(*, before: datetime, upto: Position) -> int:
    """Drop months that ended before an instant and were read whole; return how many touchpoints."""
    params = {"before": before, "xid": upto.xid, "id": upto.id}
    return int(SQL.value("drop_old_months", params))


def measure_touchpoints() -> Extent:
    """Return where the oldest month begins, and what the log occupies."""
    return Extent(*SQL.run("measure_touchpoints")[0])


def add_activity(rows: Mapping[int, Sequence[int]], *, now: datetime) -> None:
    """Add stored, duplicate and quarantined messages to the hour of each source."""
    params = {
        "now": now,
        "source_ids": bigint_array(rows),
        "stored": bigint_array(row[0] for row in rows.values()),
        "duplicates": bigint_array(row[1] for row in rows.values()),
        "quarantined": bigint_array(row[2] for row in rows.values()),
    }
    SQL.run("add_activity", params)


def claim_inbox(requests: int) -> list[InboxRow]:
    """Take up to so many requests out of the inbox, oldest first."""
    rows = [InboxRow(*row) for row in SQL.run("claim_inbox", {"requests": requests})]
    return sorted(rows, key=lambda row: (row.received_at, row.id))


def find_known(message_ids: Iterable[bytes]) -> set[bytes]:
    """Return which messages were stored before."""
    found = bytes(SQL.value("find_known", {"ids": _hex_array(message_ids)}))
    return {found[start : start + 16] for start in range(0, len(found), 16)}


def claim_messages(message_ids: Collection[bytes], *, now: datetime) -> set[bytes]:
    """Enter messages into the ledger and return the ids that were there already.

    Many go in by COPY, on the hope that all are new; where another writer was first, that part is
    taken back and they go in one by one.
    """
    if len(message_ids) >= _MANY:
        try:
            with transaction.atomic():
                _copy_into_ledger(message_ids, now=now)
        except IntegrityError:
            pass
        else:
            return set()
    params = {"ids": _hex_array(message_ids), "now": now}
    return {bytes(row[0]) for row in SQL.run("claim_messages", params)}


def forget_messages(message_ids: Iterable[bytes]) -> None:
    """Take messages back out of the ledger that were not stored after all."""
    SQL.run("forget_messages", {"ids": _hex_array(message_ids)})


def _copy_into_ledger(message_ids: Iterable[bytes], *, now: datetime) -> None:
    head = b"\x00\x02\x00\x00\x00\x10"
    tail = _INSTANT.pack(8, to_micros(now) - _YEAR_2000)
    rows = head + (tail + head).join(sorted(message_ids)) + tail
    with (
        connection.wrap_database_errors,
        open_cursor() as cursor,
        cursor.copy(_COPY_LEDGER) as copy,
    ):
        copy.write(_COPY_HEADER + rows + _COPY_TRAILER)


def _hex_array(message_ids: Iterable[bytes]) -> str:
    return "{" + ",".join([message_id.hex() for message_id in sorted(message_ids)]) + "}"


def name_events(wanted: Set[str]) -> dict[str, int]:
    """Return the numbers of event names, entering those that are new."""
    params = {"names": text_array(wanted)}
    found: dict[str, int] = dict(SQL.run("find_event_ids", params))
    if missing := wanted - found.keys():
        SQL.run("insert_events", {"names": text_array(sorted(missing))})
        found = dict(SQL.run("find_event_ids", params))
    return found


def copy_touchpoints(
    arrivals: Sequence[Arrival], customer_ids: Sequence[int], event_ids: Mapping[str, int]
) -> None:
    """Append touchpoints by binary COPY; the rows are written as PostgreSQL reads them."""
    rows = list(zip(arrivals, customer_ids, strict=True))
    with connection.wrap_database_errors, open_cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(_COPY_HEADER)
        # In pieces: the server stores one while we write the next.
        for start in range(0, len(rows), _COPY_CHUNK):
            pieces: list[bytes] = []
            for arrival, customer_id in rows[start : start + _COPY_CHUNK]:
                pieces += _encode(arrival, customer_id, event_ids[arrival.name])
            copy.write(b"".join(pieces))
        copy.write(_COPY_TRAILER)


def insert_quarantined(rows: Sequence[QuarantineRow]) -> None:
    """Keep messages that could not be used; of erased people only that there was one."""
    if not rows:
        return
    unique = {row.message_id: row for row in rows}.values()
    SQL.run(
        "insert_quarantined",
        {
            "message_ids": "{" + ",".join(row.message_id.hex() for row in unique) + "}",
            "source_ids": bigint_array(row.source_id for row in unique),
            "received_at": [row.received_at for row in unique],
            "reasons": text_array(row.reason for row in unique),
            "fields": text_array(row.field for row in unique),
            "details": text_array(row.detail for row in unique),
            "bodies": [b"" if row.reason == ERASED else row.body for row in unique],
        },
    )


def move_touchpoints(pairs: Sequence[MergePair]) -> dict[int, int]:
    """Give the touchpoints of losers to winners and return how many each winner got."""
    return dict(SQL.run("move_touchpoints", both_sides(pairs)))


def return_touchpoints(*, merge_id: int, winner_id: int, loser_id: int) -> int:
    """Give a former loser its touchpoints back and return how many moved."""
    params = {"merge_id": merge_id, "winner_id": winner_id, "loser_id": loser_id}
    return SQL.count("return_touchpoints", params)


def list_recent_merges(*, since: datetime) -> list[MergePair]:
    """List winners and losers of recent merges."""
    return SQL.all("list_recent_merges", {"since": since}, into=MergePair)


def move_straggling_identities(pairs: Sequence[MergePair]) -> list[int]:
    """Give identifiers that were stored for losers to winners; return the winner of each."""
    return [row[0] for row in SQL.run("move_straggling_identities", both_sides(pairs))]


def _encode(arrival: Arrival, customer_id: int, event_id: int) -> tuple[bytes, ...]:
    properties, context = arrival.properties, arrival.context
    original, sent, revenue = arrival.original_at, arrival.sent_at, arrival.revenue
    if revenue is None and sent is None and original is not None:
        return (
            _USUAL_FIELDS.pack(
                14, 16, arrival.message_id, 8, customer_id, 8, customer_id, 4, event_id,
                4, arrival.source_id, 2, arrival.type, 1, arrival.starts_journeys,
                8, arrival.at - _YEAR_2000, 8, arrival.received_at - _YEAR_2000,
                8, original - _YEAR_2000, -1, -1, len(properties) + 1, 1,
            ),
            properties, _JSONB.pack(len(context) + 1, 1), context,
        )  # fmt: skip
    return (
        _FIELDS.pack(
            14, 16, arrival.message_id, 8, customer_id, 8, customer_id, 4, event_id,
            4, arrival.source_id, 2, arrival.type, 1, arrival.starts_journeys,
            8, arrival.at - _YEAR_2000, 8, arrival.received_at - _YEAR_2000,
        ),
        _NULL if original is None else _INSTANT.pack(8, original - _YEAR_2000),
        _NULL if sent is None else _INSTANT.pack(8, sent - _YEAR_2000),
        _NULL if revenue is None else _numeric(revenue),
        _JSONB.pack(len(properties) + 1, 1), properties,
        _JSONB.pack(len(context) + 1, 1), context,
    )  # fmt: skip


def _numeric(amount: Decimal) -> bytes:
    value = bytes(_dump_numeric(amount) or b"")
    return _LENGTH.pack(len(value)) + value
