"""Pulls from MySQL and MariaDB, against a server that speaks their protocol over a real socket."""

import asyncio
import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mysql_mimic import MysqlServer, Session
from mysql_mimic.auth import IdentityProvider, NativePasswordAuthPlugin, User

from kernel.errors import Invalid, Unavailable
from profiles.imports.services.databases import describe_place, open_rows

ROWS = [("a1", "ada@example.com", 3), ("a2", "O'Neil \\ 100%", 7), ("a3", None, 9)]


class Shop(Session):  # type: ignore[misc]  # it has no types
    """A database whose rows lie in SQLite; it notes every statement as it arrived."""

    said: list[str]

    async def query(self, expression, sql, attrs):
        with sqlite3.connect(":memory:") as db:
            db.execute("CREATE TABLE customers (id TEXT, email TEXT, changed INTEGER)")
            db.executemany("INSERT INTO customers VALUES (?, ?, ?)", ROWS)
            found = db.execute(expression.sql(dialect="sqlite"))
            rows, columns = found.fetchall(), [each[0] for each in found.description]
        db.close()
        return rows, columns

    async def note_statement(self, sql, attrs):
        self.said.append(sql)
        return await super().handle_query(sql, attrs)

    handle_query = note_statement

    async def schema(self):
        return {"customers": {"id": "TEXT", "email": "TEXT", "changed": "INT"}}


class OneUser(IdentityProvider):  # type: ignore[misc]
    def get_plugins(self):
        return [NativePasswordAuthPlugin()]

    async def get_user(self, username):
        known = NativePasswordAuthPlugin.create_auth_string("pass word")
        return User(name=username, auth_string=known, auth_plugin="mysql_native_password")


@contextmanager
def serving() -> Iterator[tuple[str, list[str]]]:
    """Serve the shop in a thread of its own; give its address and what it is asked."""
    said: list[str] = []
    session = type("Asked", (Shop,), {"said": said})
    loop, server = asyncio.new_event_loop(), MysqlServer(session, identity_provider=OneUser())

    async def start() -> int:
        await server.start_server(host="127.0.0.1", port=0)
        return server._server.sockets[0].getsockname()[1]

    async def stop() -> None:
        server.close()
        await server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield f"mysql://reader:pass%20word@127.0.0.1:{port}/shop", said
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def shop(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with serving() as found:
        yield found


def ask(address: str, query: str, watermark: str = "") -> list[dict[str, object]]:
    with open_rows(address, query, watermark=watermark) as rows:
        return list(rows)


def test_rows_come_in_a_read_only_transaction_with_a_limit_of_time(shop):
    address, said = shop
    query = "SELECT id, email, changed FROM customers WHERE changed >= :watermark ORDER BY id"
    assert ask(address, query, "7") == [
        {"id": "a2", "email": "O'Neil \\ 100%", "changed": 7},
        {"id": "a3", "email": None, "changed": 9},
    ]
    spoken = [re.sub(r"\s+", " ", one) for one in said]
    limits = ["SET SESSION max_execution_time = 60000", "SET SESSION TRANSACTION READ ONLY"]
    assert [one for one in spoken if one in limits] == limits
    asked = next(n for n, one in enumerate(spoken) if "FROM customers" in one)
    assert spoken.index(limits[1]) < asked


def test_a_watermark_is_a_value_and_a_percent_sign_stays_one(shop):
    address, _ = shop
    query = "SELECT id FROM customers WHERE email = :watermark"
    assert ask(address, query, "x' OR '1' = '1") == []
    assert ask(address, "SELECT id FROM customers WHERE email LIKE '%@example.com'") == [
        {"id": "a1"}
    ]


def test_what_the_server_refuses_is_told(shop):
    address, _ = shop
    with pytest.raises(Unavailable, match="The database refused"):
        ask(address.replace("pass%20word", "wrong"), "SELECT id FROM customers")


def test_the_place_is_told_without_user_and_password():
    shown = describe_place("mysql://reader:secret@db.example.com:3307/shop?sslmode=verify-full")
    assert shown == "mysql://db.example.com:3307/shop"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("mysql://reader@db.example.com/shop?local_infile=1", "cannot be set"),
        ("mysql://reader@db.example.com/shop?sslmode=prefer", "sslmode must be"),
        ("mysql://reader@db.example.com", "Write mysql://"),
        ("oracle://reader@db.example.com/shop", "must begin with"),
    ],
)
def test_addresses_that_cannot_be_asked_are_refused(address, problem):
    with pytest.raises(Invalid, match=problem):
        describe_place(address)


def test_private_networks_are_not_asked_unless_an_operator_names_them(shop, settings):
    settings.ALLOWED_PRIVATE_NETWORKS = []
    with pytest.raises(Invalid, match="private network"):
        ask(shop[0], "SELECT id FROM customers")
    assert shop[1] == []


def test_nobody_at_the_address_is_told(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with socket.socket() as taken:
        # Bound but not listening: the port is refused, and nobody else can take it meanwhile.
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="Nobody answers"):
            ask(f"mysql://reader@127.0.0.1:{taken.getsockname()[1]}/shop", "SELECT 1")
