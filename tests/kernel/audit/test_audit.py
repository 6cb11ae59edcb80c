from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, transaction

from kernel.audit import record
from kernel.audit.models import AuditEntry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    record(
        actor="user:1", verb="published", object_type="journey", object_id=7,
        before={"status": "draft", "name": "Welcome"},
        after={"status": "live", "name": "Welcome", "at": NOW, "price": Decimal("1.50")},
        now=NOW,
    )  # fmt: skip
    return AuditEntry.objects.get()


def test_deed_is_written_as_it_was(entry):
    assert (entry.at, entry.actor, entry.verb) == (NOW, "user:1", "published")
    assert (entry.object_type, entry.object_id) == ("journey", "7")


def test_only_what_differs_is_a_change(entry):
    assert entry.changes == [
        ("status", "draft", "live"),
        ("at", None, "2026-03-01T12:00:00Z"),
        ("price", None, "1.50"),
    ]


def test_deed_without_fields_has_no_changes():
    record(actor="user:1", verb="viewed", object_type="customer", object_id=7, now=NOW)
    assert AuditEntry.objects.get().changes == []


@pytest.mark.parametrize("act", [
    lambda: AuditEntry.objects.update(actor="user:2"),
    lambda: AuditEntry.objects.all().delete(),
], ids=["update", "delete"])  # fmt: skip
def test_trail_only_grows(entry, act):
    with (
        pytest.raises((InternalError, ProgrammingError), match="append-only"),
        transaction.atomic(),
    ):
        act()
    assert AuditEntry.objects.get().actor == "user:1"
