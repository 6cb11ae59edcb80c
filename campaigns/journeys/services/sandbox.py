"""A sandbox: the engine's tables as temporary ones, in a transaction that the database keeps read-only.

Inside it the engine runs as always, with its own statements, and finds only what was put in. The
database refuses every write to a real table; at the end everything is rolled back.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from psycopg import errors, sql

from kernel.errors import Conflict
from kernel.sql import bigint_array

TABLES: Final = (
    "campaigns_journey",
    "campaigns_journey_version",
    "campaigns_journey_node",
    "campaigns_journey_route",
    "campaigns_journey_trigger",
    "campaigns_journey_leave",
    "campaigns_enrollment",
    "campaigns_timer",
    "campaigns_held_timer",
    "campaigns_waiting",
    "campaigns_step_log",
    "campaigns_node_tally",
    "campaigns_refusal",
    "campaigns_throttle",
    "campaigns_trait_day",
    "campaigns_call",
    "campaigns_delivery",
    "campaigns_decision",
    "campaigns_delivery_event",
    "campaigns_sending_pause",
    "profiles_customer",
    "profiles_identity",
    "profiles_consent",
    "profiles_segment_member",
    "profiles_segment_change",
    "profiles_event",
    "profiles_touchpoint",
    "kernel_event",
)
LATER: Final = "later_"
"""Before the name of a table: the rows that the clock has not reached."""
# No real row is as young as this, so that links of a sandbox's messages lead nowhere.
_FIRST_ID: Final = 1_000_000_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePerson:
    """Somebody made up: traits, the channels they gave consent to, the segments they are in."""

    key: UUID
    traits: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    channels: tuple[str, ...] = ()
    segments: tuple[int, ...] = ()


@contextmanager
def open_sandbox() -> Iterator[None]:
    """Run a block in a sandbox. Nothing of it stays, whatever happens.

    Raises:
        Conflict: a step would have changed something outside the sandbox.
    """
    try:
        with transaction.atomic():
            _make_tables()
            yield
            transaction.set_rollback(True)
    except DatabaseError as error:
        if isinstance(error.__cause__, errors.ReadOnlySqlTransaction):
            raise Conflict(
                "A step of this journey changes something outside of journeys, so the journey "
                "cannot be tried. Take the step out of the draft to try the others."
            ) from error
        raise


def seal() -> None:
    """Let the database refuse every write outside the sandbox, until its end."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")


def copy_rows(
    table: str, where: str, params: Mapping[str, Any], *, instead: Mapping[str, str] | None = None,
    into: str = "",
) -> int:  # fmt: skip
    """Put rows of a real table into the sandbox; `instead` gives columns another value.

    `into` names another table of the sandbox. Returns how many rows.
    """
    names = _columns(table)
    values = [(instead or {}).get(name, f"r.{name}") for name in names]
    statement = (
        f"INSERT INTO pg_temp.{into or table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE "  # noqa: S608
        f"SELECT {', '.join(values)} FROM public.{table} r WHERE {where}"
    )
    return _count(statement, params)


def keep_for_later(
    table: str, where: str, params: Mapping[str, Any], *, instead: Mapping[str, str] | None = None
) -> int:
    """Put real rows aside that the clock reaches later; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {LATER}{table} (LIKE public.{table}) ON COMMIT DROP")
    return copy_rows(table, where, params, instead=instead, into=LATER + table)


def move_facts(table: str, column: str, params: Mapping[str, Any]) -> int:
    """Let the facts happen whose time has come, in their order, as facts of the sandbox."""
    names = [name for name in _columns(table) if name not in {"id", "xid"}]
    listed = ", ".join(names)
    statement = (
        f"WITH come AS (DELETE FROM pg_temp.{LATER}{table} "  # noqa: S608
        f"WHERE {column} <= %(now)s::timestamptz RETURNING *) "
        f"INSERT INTO pg_temp.{table} ({listed}) SELECT {listed} FROM come ORDER BY {column}, id"
    )
    return _count(statement, params)


def move_rows(table: str, column: str, params: Mapping[str, Any]) -> int:
    """Show the rows whose time has come, as they are."""
    listed = ", ".join(_columns(table))
    statement = (
        f"WITH come AS (DELETE FROM pg_temp.{LATER}{table} "  # noqa: S608
        f"WHERE {column} <= %(now)s::timestamptz RETURNING *) "
        f"INSERT INTO pg_temp.{table} ({listed}) OVERRIDING SYSTEM VALUE SELECT {listed} FROM come"
    )
    return _count(statement, params)


def set_traits(customer_id: int, traits: Mapping[str, Any]) -> None:
    """Change the traits of somebody in the sandbox; a trait without a value goes."""
    statement = (
        "UPDATE pg_temp.profiles_customer SET traits = jsonb_strip_nulls(traits || %(traits)s::jsonb) "
        "WHERE id = %(id)s::bigint"
    )
    _count(statement, {"traits": json.dumps(traits), "id": customer_id})


def add_touchpoint(
    customer_id: int, event: str, properties: Mapping[str, Any], *, at: datetime
) -> None:
    """Let somebody in the sandbox do something."""
    _count(
        "INSERT INTO pg_temp.profiles_event (id, name, first_seen_at) OVERRIDING SYSTEM VALUE "
        "SELECT coalesce(max(e.id), 0) + 1, %(name)s::text, %(at)s::timestamptz "
        "FROM pg_temp.profiles_event e HAVING count(*) FILTER (WHERE e.name = %(name)s::text) = 0",
        {"name": event, "at": at},
    )
    _count(
        "INSERT INTO pg_temp.profiles_touchpoint (message_id, customer_id, recorded_for, event_id, "
        "source_id, type, starts_journeys, occurred_at, received_at, properties, context) "
        "SELECT gen_random_uuid(), %(id)s::bigint, %(id)s::bigint, e.id, 0, 1, true, "
        "%(at)s::timestamptz, %(at)s::timestamptz, %(properties)s::jsonb, '{}' "
        "FROM pg_temp.profiles_event e WHERE e.name = %(name)s::text",
        {"id": customer_id, "name": event, "at": at, "properties": json.dumps(properties)},
    )


def add_person(person: MadePerson, *, now: datetime) -> int:
    """Put somebody made up into the sandbox; returns their id, which no real person has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pg_temp.profiles_customer (key, traits, first_seen_at, last_seen_at, time_zone) "
            "VALUES (%s, %s::jsonb, %s, %s, %s) RETURNING id",
            [person.key, json.dumps(person.traits), now, now, person.time_zone],
        )
        customer_id: int = cursor.fetchone()[0]
        for channel in person.channels:
            cursor.execute(
                "INSERT INTO pg_temp.profiles_consent (customer_id, channel, state, changed_at) "
                "VALUES (%s, %s, 'granted', %s)",
                [customer_id, channel, now],
            )
        for kind in ("device_token", "webpush"):
            cursor.execute(
                "INSERT INTO pg_temp.profiles_identity "
                "(customer_id, kind, value, source_id, first_seen_at, last_seen_at) "
                "VALUES (%s, %s, %s, 0, %s, %s)",
                [customer_id, kind, f"made-up-{kind}", now, now],
            )
        for segment_id in person.segments:
            cursor.execute(
                "INSERT INTO pg_temp.profiles_segment_member (segment_id, customer_id, since) "
                "VALUES (%s, %s, %s)",
                [segment_id, customer_id, now],
            )
    return customer_id


def of_people(customer_ids: list[int]) -> dict[str, Any]:
    """Return the parameter that names people."""
    return {"people": bigint_array(customer_ids)}


def _count(statement: str, params: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(params))
        count: int = cursor.rowcount
        return count


def _make_tables() -> None:
    with connection.cursor() as cursor:
        # Told before the tables are hidden: without the schema in front of their names.
        cursor.execute("SELECT pg_get_viewdef('public.campaigns_step'::regclass)")
        [steps] = cursor.fetchone()
        # Said aloud, so that the plans of statements that ran before are made anew.
        cursor.execute("SET LOCAL search_path = pg_temp, public")
        for table in TABLES:
            cursor.execute(
                f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING ALL EXCLUDING COMMENTS "
                "EXCLUDING STATISTICS) ON COMMIT DROP"
            )
        cursor.execute(f"CREATE TEMP VIEW campaigns_step AS {steps}")
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind = 'r' AND a.attidentity <> '' "
            "AND a.atttypid = 'bigint'::regtype AND c.relname = ANY (%s)",
            [list(TABLES)],
        )
        for table, column in cursor.fetchall():
            restart = sql.SQL("ALTER TABLE pg_temp.{} ALTER COLUMN {} RESTART WITH {}")
            cursor.execute(
                restart.format(
                    sql.Identifier(table), sql.Identifier(column), sql.Literal(_FIRST_ID)
                )
            )
    copy_rows("profiles_event", "true", {})


def _columns(table: str) -> list[str]:
    """Return the columns of a table that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f"public.{table}"],
        )
        return [name for (name,) in cursor.fetchall()]
