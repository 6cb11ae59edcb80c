"""How much the statements of a piece of work looked at, told by the server itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.errors import Diagnostic


@dataclass(frozen=True, slots=True)
class Seen:
    """One statement that ran: its text, and the rows that its steps took in or threw away."""

    statement: str
    rows: int


@contextmanager
def statements_seen() -> Iterator[list[Seen]]:
    """Collect the statements that run inside on this connection, once it is left.

    A statement that compares each row with each other one shows by its rows, on any machine.
    """
    found: list[Seen] = []
    connection.ensure_connection()
    link = connection.connection

    def collect(notice: Diagnostic) -> None:
        _, mark, told = (notice.message_primary or "").partition("plan:\n")
        if mark:
            plan = json.loads(told)
            found.append(Seen(plan["Query Text"], _rows(plan["Plan"])))

    _load()
    link.add_notice_handler(collect)
    try:
        yield found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET client_min_messages")
            cursor.execute("RESET auto_explain.log_min_duration")
        link.remove_notice_handler(collect)


def costly(seen: list[Seen], *, items: int, most: int = 150) -> dict[str, float]:
    """Return the statements that took in more than `most` rows for each item of work."""
    costs = {each.statement: each.rows / items for each in seen}
    return {statement: cost for statement, cost in costs.items() if cost > most}


def empty_anew() -> None:
    """Give this test's transaction empty tables without pages, as after an installation.

    Rolled-back tests leave pages without rows behind, and what statistics say of these is chance.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TABLES_WITH_PAGES)
        used = {name for (name,) in cursor.fetchall()}
        cursor.execute(_REFERENCES)
        references = cursor.fetchall()
        kept = {name for name in used if _has_rows(name)}
        while more := {there for here, there in references if here in kept} - kept:
            kept |= more
        emptied = used - kept
        while more := {here for here, there in references if there in emptied} - emptied:
            emptied |= more
        if emptied:
            cursor.execute(f"TRUNCATE {', '.join(sorted(emptied))}")


_TABLES_WITH_PAGES = """
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
"""
_REFERENCES = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
        return bool(cursor.fetchone()[0])


def _load() -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOAD 'auto_explain'")
            for name, value in _SETTINGS.items():
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
    except DatabaseError as error:
        pytest.skip(f"This server does not let the tests' user load auto_explain: {error}")


_SETTINGS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
}


def _rows(node: dict[str, Any]) -> int:
    each = node.get("Actual Rows", 0) + sum(
        number for name, number in node.items() if name.startswith("Rows Removed by")
    )
    return round(each * node.get("Actual Loops", 1)) + sum(map(_rows, node.get("Plans", ())))
