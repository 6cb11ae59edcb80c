from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from kernel.heartbeats.models import Heartbeat, HeartbeatKind
from kernel.operations.parts import check_broker, check_migrations, check_parts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def beat(kind, age):
    at = NOW - timedelta(seconds=age)
    Heartbeat.objects.create(name=f"{kind}-{age}", kind=kind, started_at=at, last_at=at)


def failing():
    return {part.name: part.detail for part in check_parts(now=NOW) if not part.is_ok}


def test_everything_is_ready_when_each_kind_of_process_lives():
    for kind in HeartbeatKind:
        beat(kind, 3)
    assert failing() == {}


def test_silent_and_missing_processes_are_named():
    beat(HeartbeatKind.WORKER, 31)
    beat(HeartbeatKind.BEAT, 30)
    assert failing() == {
        "worker": "Silent for 31 s.",
        "tasks": "No sign of life in the last 24 hours.",
    }


def test_one_worker_of_two_is_enough():
    for kind in HeartbeatKind:
        beat(kind, 3)
    beat(HeartbeatKind.WORKER, 600)
    assert failing() == {}


def test_missing_migration_is_named():
    assert check_migrations().is_ok
    app, name = "sessions", "0001_initial"
    MigrationRecorder(connection).record_unapplied(app, name)
    part = check_migrations()
    assert not part.is_ok
    assert "sessions.0001_initial" in part.detail


def test_broker_that_is_away_is_named_without_its_address(monkeypatch):
    from celery import current_app

    assert check_broker().is_ok
    with monkeypatch.context() as patch:
        patch.setitem(current_app.conf, "broker_url", "redis://:secret@127.0.0.1:1/0")
        patch.setitem(current_app.conf, "broker_read_url", "redis://:secret@127.0.0.1:1/0")
        part = check_broker()
    assert not part.is_ok
    assert "secret" not in part.detail
    assert "127.0.0.1" not in part.detail


def test_without_the_database_the_parts_that_report_through_it_are_unknown(monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("the server is gone")

    with monkeypatch.context() as away:
        away.setattr(connection, "ensure_connection", refuse)
        parts = {part.name: part for part in check_parts(now=NOW)}
    assert not parts["database"].is_ok
    unknown = [name for name, part in parts.items() if part.detail.startswith("Unknown")]
    assert unknown == ["migrations", *(kind.value for kind in HeartbeatKind)]
