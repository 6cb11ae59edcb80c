"""Crowds of people and what they did, made in a few statements, for tests of the cost of batches."""

from collections.abc import Sequence
from datetime import datetime

from kernel.sql.cursor import open_cursor
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.services.storing import make_months


def make_crowd(count: int, *, now: datetime) -> list[int]:
    """People with an address of their own, a plan, and consent to e-mail; returns their ids."""
    rows = _run(
        "WITH person AS (INSERT INTO profiles_customer (key, traits, first_seen_at, last_seen_at)"
        " SELECT gen_random_uuid(), jsonb_build_object('first_name', 'P' || n, 'plan', 'pro',"
        " 'email', 'p' || n || '@x.example', 'phone', '+436600' || n), %(now)s::timestamptz,"
        " %(now)s::timestamptz FROM generate_series(1, %(count)s::int) n RETURNING id, traits"
        "), address AS (INSERT INTO profiles_identity"
        " (customer_id, kind, value, source_id, first_seen_at, last_seen_at) SELECT id, 'email',"
        " traits ->> 'email', 1, %(now)s::timestamptz, %(now)s::timestamptz FROM person"
        "), consent AS (INSERT INTO profiles_consent"
        " (customer_id, channel, topic, address, state, changed_at)"
        " SELECT id, 'email', '', '', 'granted', %(now)s::timestamptz FROM person)"
        " SELECT id FROM person ORDER BY id",
        count=count,
        now=now,
    )
    return [number for (number,) in rows]


def let_do(
    people: Sequence[int], event: str, *, at: datetime, kind: int = 1, properties: str = "{}"
) -> None:
    """Store one touchpoint of each of the people, as the collection does."""
    make_months([to_micros(at)], now=at)
    _run(
        "INSERT INTO profiles_event (name) VALUES (%(event)s::text) ON CONFLICT DO NOTHING",
        event=event,
    )
    _run(
        "INSERT INTO profiles_touchpoint (message_id, customer_id, recorded_for, event_id, source_id,"
        " type, starts_journeys, occurred_at, received_at, revenue, properties, context)"
        " SELECT gen_random_uuid(), p, p, e.id, 1, %(kind)s::int, true, %(at)s::timestamptz,"
        " %(at)s::timestamptz, 50, %(properties)s::text::jsonb, '{}'"
        " FROM unnest(%(people)s::bigint[]) p JOIN profiles_event e ON e.name = %(event)s::text",
        people=list(people),
        event=event,
        at=at,
        kind=kind,
        properties=properties,
    )


def measure_tables() -> None:
    """Let the planner know what the tables hold, as the server does by itself after a while."""
    _run("ANALYZE")


def _run(statement, **params):
    with open_cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []
