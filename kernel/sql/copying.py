"""Many rows into one table by `COPY` in binary form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from kernel.sql.cursor import open_cursor


def copy_binary(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Copy rows into a table inside the current transaction and return how many.

    `columns` maps each column to its PostgreSQL type, in the order of the values in a row. Binary
    COPY does not convert, so the type must be the column's own (`int8`, not `int4`).
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with open_cursor() as cursor, connection.wrap_database_errors:
        with cursor.copy(statement) as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)
        return cursor.rowcount
