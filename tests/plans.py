"""How much the statements of a piece of work looked at, told by the server itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
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

    link.add_notice_handler(collect)
    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        for name, value in _SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
    try:
        yield found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET client_min_messages")
            cursor.execute("RESET auto_explain.log_min_duration")
        link.remove_notice_handler(collect)


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
