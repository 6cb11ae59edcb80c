"""A cursor of the default connection that binds on the server and reads binary.

Django's own cursor pastes parameters into the text, which costs time with large arrays and hides
their types. This one shares Django's connection and therefore its current transaction.
"""

from typing import Any

import msgspec
import psycopg
from django.db import connection
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format
from psycopg.rows import RowFactory
from psycopg.types.json import JsonbDumper, set_json_dumps, set_json_loads


class _Xid8TextLoader(Loader):
    """Transaction ids arrive as text: they are compared in the database, never counted with."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _Xid8BinaryLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return str(int.from_bytes(data, "big"))


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("xid8", _Xid8TextLoader)
    adapters.register_loader("xid8", _Xid8BinaryLoader)
    adapters.register_dumper(dict, JsonbDumper)
    set_json_dumps(msgspec.json.encode, adapters)
    set_json_loads(msgspec.json.decode, adapters)
    return adapters


_ADAPTERS = _adapters()


class ServerCursor(psycopg.Cursor[Any]):
    """A cursor with our adapters: a `dict` is jsonb, jsonb is decoded, an xid8 is text."""

    def __init__(self, link: "psycopg.Connection[Any]", *, row_factory: RowFactory[Any]) -> None:
        super().__init__(link, row_factory=row_factory)
        self._adapters = _ADAPTERS
        self._reset()


def open_cursor(row_factory: RowFactory[Any] = psycopg.rows.tuple_row) -> ServerCursor:
    """Return a cursor inside the current transaction of Django's default connection."""
    connection.ensure_connection()
    return ServerCursor(connection.connection, row_factory=row_factory)
