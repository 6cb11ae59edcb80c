"""A subscriber of the event log that copies what it reads into a table."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection

from kernel.events import reading
from kernel.events.contracts import Bounds
from kernel.events.registry import event_types, register_event_type, subscribe, subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    bell: str
    times: int = 1


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    """An empty list of subscribers and one event type of our own."""
    reading._sizes.clear()
    with event_types.opened(), subscribers.opened(emptied=True):
        register_event_type("bells.rung", version=2, payload=Rung)
        yield


Effect = Callable[[Bounds], None]


class Copier:
    """A subscriber that writes the subjects of its facts into a table, in one statement."""

    def __init__(self, name: str, batch: int) -> None:
        self.name = name
        self.batches: list[int] = []
        self.effect: Effect = lambda bounds: None
        subscribe("kernel.event", name=name, batch=batch)(self.copy)

    def copy(self, bounds: Bounds, *, now: dt.datetime) -> None:
        self.batches.append(bounds.count)
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO bell_seen (reader, event_id, subject, seen_at)
                SELECT %(name)s, id, subject, %(now)s FROM kernel_event
                WHERE (xid, id) > (%(after_xid)s::xid8, %(after_id)s)
                AND (xid, id) <= (%(upto_xid)s::xid8, %(upto_id)s) ORDER BY xid, id""",
                {**bounds.params, "name": self.name, "now": now},
            )
        self.effect(bounds)

    def subjects(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT subject FROM bell_seen WHERE reader = %s ORDER BY place", [self.name]
            )
            return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def make_copier(request: pytest.FixtureRequest) -> Iterator[Callable[..., Copier]]:
    request.getfixturevalue(
        "transactional_db" if "transactional_db" in request.fixturenames else "db"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TABLE bell_seen (place bigint GENERATED ALWAYS AS IDENTITY, reader text,
            event_id bigint, subject text CHECK (subject <> 'bell:cracked'), seen_at timestamptz)"""
        )
    yield lambda name="test.copier", batch=100: Copier(name, batch)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bell_seen")
