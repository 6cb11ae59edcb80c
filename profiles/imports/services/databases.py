"""Asks other databases: read-only, one statement, with limits, and only where it may."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from sqlalchemy import URL, Connection, Engine, NullPool, bindparam, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.types import NullType

from kernel.errors import Invalid, Unavailable
from kernel.http.client import resolve_host
from profiles.imports.services.mysql import check_mysql, open_mysql

STATEMENT_SECONDS = 60
_CONNECT_SECONDS = 10
_FETCHED_ROWS = 1_000
_PROGRESS_STEPS = 10_000
_PARAMETERS = frozenset({"sslmode", "host"})
_POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_MYSQL = frozenset({"mysql", "mariadb", "mysql+pymysql"})
_SHOWN_ERROR = 300


def describe_place(address: str) -> str:
    """Return where an address leads, without the user and the password.

    Raises:
        Invalid: it is no address that may be asked.
    """
    url = _read_url(address)
    kind = url.get_backend_name()
    plain = URL.create(kind, host=url.host, port=url.port, database=url.database)
    return plain.render_as_string()


def check_query(query: str) -> str:
    """Return a query as it will be asked.

    Raises:
        Invalid: it is empty, or more than one statement.
    """
    plain = query.strip().rstrip(";").strip()
    if not plain:
        raise Invalid("query", "Write the query, such as SELECT id, email FROM customers.")
    if ";" in plain:
        raise Invalid("query", "Only one statement can be asked; leave the semicolon out.")
    return plain


@contextmanager
def open_rows(address: str, query: str, *, watermark: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Ask a query and give its rows one after the other, as they come.

    In a read-only transaction with a limit of time. `:watermark` in the query is a parameter.

    Raises:
        Invalid: the address or the query cannot be used.
        Unavailable: nobody answers, or not in time.
    """
    url = _read_url(address)
    engine = _open_engine(url)
    try:
        with engine.connect() as connection:
            yield _rows(connection, query, watermark)
    except DBAPIError as error:
        said = str(error.orig.args[-1]) if error.orig and error.orig.args else str(error.orig)
        reason = said.strip().splitlines()[0][:_SHOWN_ERROR] if said.strip() else ""
        if isinstance(error.orig, sqlite3.OperationalError) and "interrupted" in reason:
            reason = f"the query took more than {STATEMENT_SECONDS} seconds"
        raise Unavailable(f"The database refused: {reason}.") from None
    except SQLAlchemyError as error:
        raise Invalid("query", f"The query cannot be asked ({type(error).__name__}).") from None
    finally:
        engine.dispose()


def _open_engine(url: URL) -> Engine:
    if url.drivername == "sqlite":
        return _sqlite_engine(url)
    if url.drivername in _MYSQL:
        return open_mysql(
            url, connect_seconds=_CONNECT_SECONDS, statement_seconds=STATEMENT_SECONDS
        )
    return _postgres_engine(url)


def _rows(connection: Connection, query: str, watermark: str) -> Iterator[dict[str, Any]]:
    statement = text(query)
    if "watermark" in statement._bindparams:  # noqa: SLF001  the names that SQLAlchemy found
        # Without a type the database itself decides what the watermark is compared with.
        statement = statement.bindparams(bindparam("watermark", watermark, type_=NullType()))
    options: Mapping[str, Any] = {"stream_results": True, "max_row_buffer": _FETCHED_ROWS}
    result = connection.execution_options(**options).execute(statement)
    if not result.returns_rows:
        raise Invalid("query", "The query returns no rows. It must be a SELECT.")
    for row in result.yield_per(_FETCHED_ROWS).mappings():
        yield dict(row)


def _read_url(address: str) -> URL:
    try:
        url = make_url(address.strip())
    except (ArgumentError, ValueError):
        raise Invalid("url", "Write an address such as postgresql://user:password@host:5432/name.") from None  # fmt: skip
    if url.drivername in _POSTGRES:
        return _check_postgres(url.set(drivername="postgresql+psycopg"))
    if url.drivername == "sqlite":
        if not url.database or url.query:
            raise Invalid("url", "Write the path of the file: sqlite:////folder/file.db.")
        _check_local(Path(url.database))
        return url
    if url.drivername in _MYSQL:
        return check_mysql(url)
    raise Invalid("url", "The address must begin with postgresql://, mysql:// or sqlite:///.")


def _check_postgres(url: URL) -> URL:
    if unknown := sorted(set(url.query) - _PARAMETERS):
        raise Invalid("url", f"“{unknown[0]}” cannot be set here; sslmode can.")
    socket = url.query.get("host")
    if isinstance(socket, str):
        _check_local(Path(socket))
    elif not url.host or socket:
        raise Invalid("url", "The address must name its host.")
    return url


def _check_local(path: Path) -> None:
    """Refuse files and sockets of this machine outside the folders that an operator named."""
    folders = [Path(folder).resolve() for folder in settings.PULL_LOCAL_FOLDERS]
    if not any(path.resolve().is_relative_to(folder) for folder in folders):
        raise Invalid("url", "Files and sockets of this machine may be asked only in the folders "
                      "that PULL_LOCAL_FOLDERS names.")  # fmt: skip


def _postgres_engine(url: URL) -> Engine:
    limits = (
        f"-c statement_timeout={STATEMENT_SECONDS * 1_000} -c default_transaction_read_only=on "
        f"-c idle_in_transaction_session_timeout={STATEMENT_SECONDS * 5_000}"
    )
    arguments: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "options": limits}
    if url.host:
        # To the very addresses that were checked; the name stays for the certificate.
        addresses = resolve_host(url.host, url.port or 5432)
        arguments["hostaddr"] = ",".join(addresses)
        arguments["host"] = ",".join([url.host] * len(addresses))
    return create_engine(
        url, poolclass=NullPool, connect_args=arguments,
        execution_options={"postgresql_readonly": True},
    )  # fmt: skip


def _sqlite_engine(url: URL) -> Engine:
    def connect() -> sqlite3.Connection:
        path = quote(str(Path(url.database or "").resolve()))
        opened = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        ends_at = time.monotonic() + STATEMENT_SECONDS
        opened.set_progress_handler(lambda: time.monotonic() > ends_at, _PROGRESS_STEPS)
        opened.set_authorizer(_forbid_attaching)
        return opened

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _forbid_attaching(action: int, *_rest: Any) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK
