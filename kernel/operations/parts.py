"""Whether each part of the installation does its work; /readyz is the sum of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import OperationalError as BrokerError

from kernel.heartbeats.models import HeartbeatKind
from kernel.heartbeats.selectors import Pulse, list_pulses
from kernel.operations.database import ping_database

# A part of the same machine answers at once; a remote one within this.
BROKER_TIMEOUT_SECONDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part and whether it works; `detail` names what is wrong and holds no secret."""

    name: str
    is_ok: bool
    detail: str


def check_parts(*, now: datetime) -> list[Part]:
    """Ask every part. Without the database the parts that report through it are unknown."""
    database = check_database()
    if not database.is_ok:
        unknown = "Unknown, because the database does not answer."
        silent = [
            Part(name=name, is_ok=False, detail=unknown)
            for name in ("migrations", *(kind.value for kind in HeartbeatKind))
        ]
        return [database, check_broker(), *silent]
    return [database, check_broker(), check_migrations(), *check_processes(now=now)]


def check_database() -> Part:
    """Ask the database."""
    return _asked("database", ping_database, DatabaseError)


def check_broker() -> Part:
    """Open a connection to the broker."""
    return _asked("broker", _ping_broker, BrokerError)


def check_migrations() -> Part:
    """Compare the migrations of this code with those that the database has."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = sorted(_latest_migrations() - applied)
    names = ", ".join(f"{app}.{name}" for app, name in missing)
    detail = f"Not applied up to {names}. Run: manage.py migrate." if missing else "All applied."
    return Part(name="migrations", is_ok=not missing, detail=detail)


def check_processes(*, now: datetime) -> list[Part]:
    """Ask the heartbeats for a worker, beat, and a task that went from one to the other."""
    pulses = list_pulses(now=now)
    return [_of_kind(kind, [p for p in pulses if p.kind == kind]) for kind in HeartbeatKind]


def _of_kind(kind: HeartbeatKind, pulses: list[Pulse]) -> Part:
    alive = [pulse for pulse in pulses if not pulse.is_late]
    if alive:
        age = min(pulse.age for pulse in alive).total_seconds()
        return Part(name=kind.value, is_ok=True, detail=f"{len(alive)} alive, last {age:.0f} s ago")
    if not pulses:
        return Part(name=kind.value, is_ok=False, detail="No sign of life in the last 24 hours.")
    age = min(pulse.age for pulse in pulses).total_seconds()
    return Part(name=kind.value, is_ok=False, detail=f"Silent for {age:.0f} s.")


def _asked(name: str, ask: Callable[[], object], failure: type[Exception]) -> Part:
    try:
        ask()
    except (failure, OSError) as error:
        # The text of the error may hold an address, so only its kind is told.
        return Part(name=name, is_ok=False, detail=f"Does not answer ({type(error).__name__}).")
    return Part(name=name, is_ok=True, detail="Answers.")


def _ping_broker() -> None:
    with current_app.connection_for_read(connect_timeout=BROKER_TIMEOUT_SECONDS) as link:
        link.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_SECONDS)


@cache
def _latest_migrations() -> frozenset[tuple[str, str]]:
    # The files do not change while the process runs, and reading them takes a tenth of a second.
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
