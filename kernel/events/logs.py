"""Reads of log tables. The table's name comes from the registry of logs, never from input."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from kernel.events.contracts import Bounds, Log, Position
from kernel.sql.cursor import open_cursor

_SETTLED = sql.SQL("xid < pg_snapshot_xmin(pg_current_snapshot())")
"""Nothing older can still appear: every transaction below the oldest running one has ended."""

_SETTLED_OR_OWN = sql.SQL(
    "(xid < pg_snapshot_xmin(pg_current_snapshot()) OR xid = pg_current_xact_id_if_assigned())"
)
"""Also the facts of the transaction we are in: right only where nobody else writes (tests)."""

_NEXT = sql.SQL("""
SELECT xid, id, place FROM (
    SELECT xid, id, row_number() OVER (ORDER BY xid, id) AS place FROM {table}
    WHERE (xid, id) > (%(xid)s::text::xid8, %(id)s::bigint) AND {settled}
    ORDER BY xid, id LIMIT %(batch)s::int
) AS page ORDER BY place DESC LIMIT 1""")

_HEAD = sql.SQL("""
(SELECT {name}::text, xid, id FROM {table} WHERE {settled} ORDER BY xid DESC, id DESC LIMIT 1)""")

_WAITING = sql.SQL("""
SELECT count(*), min({time}) FROM (
    SELECT * FROM {table} WHERE (xid, id) > (%(xid)s::text::xid8, %(id)s::bigint)
    ORDER BY xid, id LIMIT %(most)s::int
) AS waiting""")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many facts lie behind a position, counted up to a limit, and since when."""

    count: int
    oldest_at: datetime | None


def next_bounds(
    source: Log, after: Position, *, batch: int, own_transaction: bool
) -> Bounds | None:
    """Find the next batch of a log, or `None` at its end. An index scan over the batch."""
    query = _NEXT.format(table=sql.Identifier(source.table), settled=_settled(own_transaction))
    [row] = _rows(query, {"xid": after.xid, "id": after.id, "batch": batch}) or [None]
    return Bounds(after, Position(row[0], row[1]), row[2]) if row else None


def heads(sources: list[Log], *, own_transaction: bool) -> dict[str, Position]:
    """Return the last readable position of each log that has one. One row of each index."""
    parts = [
        _HEAD.format(
            name=sql.Literal(source.name),
            table=sql.Identifier(source.table),
            settled=_settled(own_transaction),
        )
        for source in sources
    ]
    rows = _rows(sql.SQL(" UNION ALL ").join(parts), {}) if parts else []
    return {name: Position(xid, number) for name, xid, number in rows}


def count_waiting(source: Log, after: Position, *, most: int) -> Waiting:
    """Count the facts behind a position, those that are not settled yet included."""
    time = (
        sql.Identifier(source.time_column) if source.time_column else sql.SQL("NULL::timestamptz")
    )
    query = _WAITING.format(table=sql.Identifier(source.table), time=time)
    return Waiting(*_rows(query, {"xid": after.xid, "id": after.id, "most": most})[0])


def _settled(own_transaction: bool) -> sql.SQL:  # noqa: FBT001
    return _SETTLED_OR_OWN if own_transaction else _SETTLED


def _rows(query: sql.Composed, params: dict[str, Any]) -> list[Any]:
    with open_cursor() as cursor, connection.wrap_database_errors:
        return cursor.execute(query, params, binary=True).fetchall()
