"""Database connections for the requests that go past Django's handler.

Django ties a connection to a thread and gives it back when its own request ends. The web server
starts and ends threads with the load, so a connection kept by a thread would be lost with it, until
the pool has none left. These connections belong to the process and are lent for one request.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_spare: list[BaseDatabaseWrapper] = []


@contextmanager
def lent_connection() -> Iterator[None]:
    """Let the thread use a spare connection; the one given back last goes first: it is warm.

    A thread inside a transaction keeps its own.
    """
    own = connections[DEFAULT_DB_ALIAS]
    if own.in_atomic_block:
        yield
        return
    lent = _take()
    connections[DEFAULT_DB_ALIAS] = lent
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own
        _spare.append(lent)


def _take() -> BaseDatabaseWrapper:
    try:
        return _spare.pop()
    except IndexError:
        made = connections.create_connection(DEFAULT_DB_ALIAS)
        made.inc_thread_sharing()
        return made
