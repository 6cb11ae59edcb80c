"""Kills work at its statements, as a lost machine would, and lets it begin anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.calling import make_calls
from campaigns.journeys.services.pausing import hold_people
from kernel.sql.cursor import ServerCursor
from kernel.testing import drain_facts

_OWN = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class KilledError(BaseException):
    """The process is gone; nothing may catch this on the way."""


class Killer:
    """Kills once before and once after each distinct statement, then lets it pass."""

    def __init__(self) -> None:
        self.known = set[tuple[str, str]]()

    def meet(self, statement: str, moment: str) -> None:
        if (statement, moment) not in self.known:
            self.known.add((statement, moment))
            raise KilledError(f"{moment} {statement[:60]}")


@contextmanager
def killing(killer: Killer, monkeypatch) -> Iterator[None]:
    """Let the killer meet every statement, of the set statements and of the ORM."""
    execute = ServerCursor.execute

    def execute_set(self, query, params=None, **kwargs):
        killer.meet(str(query), "before")
        found = execute(self, query, params, **kwargs)
        killer.meet(str(query), "after")
        return found

    def execute_orm(run, sql, params, many, context):
        if sql.startswith(_OWN):
            return run(sql, params, many, context)
        killer.meet(sql, "before")
        found = run(sql, params, many, context)
        killer.meet(sql, "after")
        return found

    with monkeypatch.context() as patch, connection.execute_wrapper(execute_orm):
        patch.setattr(ServerCursor, "execute", execute_set)
        yield


def work(now: datetime) -> None:
    """Do everything that a worker does at an instant, until nothing is left."""
    while drain_facts(now) + advance_all(now=now) + make_calls(now=now) + hold_people():
        pass


def survive(
    call: Callable[[], object], check: Callable[[], None], monkeypatch, killer: Killer | None = None
) -> int:
    """Run a call until it ends in spite of a kill at every statement; check after each kill.

    Returns how often it was killed. A killer that is passed in kills at no statement again.
    """
    killer = killer or Killer()
    before = len(killer.known)
    while True:
        try:
            with killing(killer, monkeypatch):
                call()
        except KilledError:
            check()
        else:
            check()
            return len(killer.known) - before
