"""Connections to MySQL and MariaDB: read-only, with limits, and only to addresses that may be asked."""

import socket
import ssl
from typing import Any

import pymysql
from sqlalchemy import URL, Engine, NullPool, create_engine

from kernel.errors import Invalid, Unavailable
from kernel.http.client import resolve_host

_PORT = 3306
_TLS = {"require": False, "verify-full": True}


def check_mysql(url: URL) -> URL:
    """Return the address of a MySQL or MariaDB database as it will be asked.

    Raises:
        Invalid: it names no host or database, or sets what cannot be set.
    """
    if unknown := sorted(set(url.query) - {"sslmode"}):
        raise Invalid("url", f"“{unknown[0]}” cannot be set here; sslmode can.")
    if url.query.get("sslmode", "require") not in _TLS:
        raise Invalid(
            "url", "The sslmode must be require or verify-full; without it nothing is encrypted."
        )
    if not url.host or not url.database:
        raise Invalid("url", "Write mysql://user:password@host:3306/name.")
    return url


def open_mysql(url: URL, *, connect_seconds: int, statement_seconds: int) -> Engine:
    """Return an engine whose connections can only read, and give up after the limits."""

    def connect() -> "pymysql.Connection[Any]":
        opened = pymysql.connect(
            host=url.host, port=url.port or _PORT, user=url.username, password=url.password or "",
            database=url.database, charset="utf8mb4", ssl=_tls(url), defer_connect=True,
            connect_timeout=connect_seconds, read_timeout=statement_seconds + 1,
        )  # fmt: skip
        opened.connect(_reach(url, seconds=connect_seconds))
        with opened.cursor() as cursor:
            cursor.execute("SELECT version()")
            if "mariadb" in str(cursor.fetchone()).lower():
                cursor.execute("SET SESSION max_statement_time = %s", [statement_seconds])
            else:
                cursor.execute("SET SESSION max_execution_time = %s", [statement_seconds * 1_000])
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return opened

    return create_engine("mysql+pymysql://", creator=connect, poolclass=NullPool)


def _reach(url: URL, *, seconds: int) -> socket.socket:
    """Connect to one of the very addresses that were checked; the name stays for the certificate."""
    for address in resolve_host(str(url.host), url.port or _PORT):
        try:
            return socket.create_connection((address, url.port or _PORT), seconds)
        except OSError:
            continue
    raise Unavailable(f"Nobody answers at {url.host}:{url.port or _PORT}.")


def _tls(url: URL) -> ssl.SSLContext | None:
    mode = url.query.get("sslmode")
    if not isinstance(mode, str):
        return None
    context = ssl.create_default_context()
    if not _TLS[mode]:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
