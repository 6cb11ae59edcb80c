"""Brings the fact log onto a new cluster, whose transaction ids begin anew."""

from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from kernel.events.contracts import Log
from kernel.events.registry import logs
from kernel.sql.cursor import open_cursor

_HIGHEST = sql.SQL("""
SELECT coalesce(
    (SELECT xid FROM {table} ORDER BY xid DESC LIMIT 1) > pg_current_xact_id(), false
) OR EXISTS (
    SELECT FROM kernel_cursor
    WHERE source = %(source)s::text AND fact_xid > pg_current_xact_id()
)""")

_TIER = sql.SQL("""(SELECT count(*) FROM kernel_cursor c WHERE c.source = %(source)s::text
    AND (t.{xid}, t.{id}) > (c.fact_xid, c.fact_id))::text::xid8""")
"""How many cursors lie before a fact: 0 for what all have read, more for what fewer have read."""

_FACT_TIER = _TIER.format(xid=sql.Identifier("xid"), id=sql.Identifier("id"))
_ROW_TIER = _TIER.format(xid=sql.Identifier("fact_xid"), id=sql.Identifier("fact_id"))

_MOVE_FACTS = sql.SQL("UPDATE {table} AS t SET xid = {tier}")
_MOVE_PARKED = sql.SQL(
    "UPDATE kernel_parked AS t SET fact_xid = {tier} WHERE t.source = %(source)s::text"
).format(tier=_ROW_TIER)
_MOVE_CURSORS = sql.SQL(
    """UPDATE kernel_cursor AS t SET fact_xid = {tier}, fact_id = 9223372036854775807
    WHERE t.source = %(source)s::text"""
).format(tier=_ROW_TIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebased:
    """One log that came from another cluster, and how many facts were moved."""

    log: str
    facts: int


def rebase_logs() -> list[Rebased]:
    """Move every log whose transaction ids lie ahead of this cluster; return which were moved.

    What each subscriber has read stays read, and what waits is read in the order of its ids. One
    transaction that rewrites the log and locks it, so run it before anything writes. A second
    run finds nothing to do.
    """
    with transaction.atomic():
        return [_rebase(log) for _, log in logs.items() if _is_ahead(log)]


def _is_ahead(log: Log) -> bool:
    with open_cursor() as cursor, connection.wrap_database_errors:
        table = sql.Identifier(log.table)
        [(is_ahead,)] = cursor.execute(_HIGHEST.format(table=table), {"source": log.name})
        return bool(is_ahead)


def _rebase(log: Log) -> Rebased:
    table = sql.Identifier(log.table)
    params = {"source": log.name}
    with open_cursor() as cursor, connection.wrap_database_errors:
        # Append-only tables refuse updates by a trigger; this one changes no fact.
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        facts = cursor.execute(_MOVE_FACTS.format(table=table, tier=_FACT_TIER), params).rowcount
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
        # The cursors come last: the tiers of all the others are counted against them.
        cursor.execute(_MOVE_PARKED, params)
        cursor.execute(_MOVE_CURSORS, params)
    return Rebased(log=log.name, facts=facts)
