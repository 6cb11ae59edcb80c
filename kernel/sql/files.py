"""Named statements of one `.sql` file, run on the default connection."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection
from psycopg.rows import class_row, tuple_row

from kernel.errors import NotFound
from kernel.sql.cursor import ServerCursor, open_cursor
from kernel.sql.parsing import Query, parse_queries

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
Params = Mapping[str, Any]


class SqlFile:
    """The statements of `sql/<subject>.sql` beside the module that loads it.

    A room that is a folder finds the file beside the folder. Every statement runs in the current
    transaction and binds its parameters on the server.
    """

    def __init__(self, module_file: str, subject: str) -> None:
        self.path = locate(Path(module_file), subject)
        self.queries: dict[str, Query] = parse_queries(self.path)

    def text(self, name: str) -> str:
        """Return the text of a statement, for `EXPLAIN` and for compilers that embed it."""
        try:
            return self.queries[name].text
        except KeyError:
            raise KeyError(f"{self.path} holds no “{name}”.") from None

    def run(self, name: str, params: Params | None = None, *, prepare: bool = False) -> Rows:
        """Run a statement and return its rows as tuples; none for one that returns nothing.

        With `prepare` PostgreSQL keeps its plan for the connection: for small statements that run
        all the time, and whose best plan does not depend on the parameters.
        """
        with self._executed(name, params, prepare=prepare) as cursor:
            return cursor.fetchall() if cursor.description else []

    def all(self, name: str, params: Params | None = None, *, into: type[T]) -> list[T]:
        """Run a statement and return its rows, each built by name with `into`."""
        with self._executed(name, params, into=into) as cursor:
            return cursor.fetchall()

    def find(self, name: str, params: Params | None = None, *, into: type[T]) -> T | None:
        """Run a statement and return its first row, or `None`."""
        with self._executed(name, params, into=into) as cursor:
            row: T | None = cursor.fetchone()
            return row

    def one(self, name: str, params: Params | None = None, *, into: type[T]) -> T:
        """Run a statement and return its first row; raises `NotFound` without one."""
        row = self.find(name, params, into=into)
        if row is None:
            raise NotFound(f"“{name}” found no row.")
        return row

    def value(self, name: str, params: Params | None = None) -> Any:
        """Run a statement and return the first column of its first row, or `None`."""
        with self._executed(name, params) as cursor:
            row = cursor.fetchone()
            return row[0] if row else None

    def count(self, name: str, params: Params | None = None) -> int:
        """Run a statement and return how many rows it changed or returned."""
        with self._executed(name, params) as cursor:
            return cursor.rowcount

    def _executed(
        self,
        name: str,
        params: Params | None,
        *,
        into: type[T] | None = None,
        prepare: bool = False,
    ) -> ServerCursor:
        cursor = open_cursor(class_row(into) if into else tuple_row)
        with connection.wrap_database_errors:
            return cursor.execute(self.text(name), params or {}, binary=True, prepare=prepare)


def locate(module: Path, subject: str) -> Path:
    """Return the path of `sql/<subject>.sql` beside the module, or beside its folder."""
    beside, above = (folder / "sql" / f"{subject}.sql" for folder in module.parents[:2])
    return above if above.exists() and not beside.exists() else beside
