"""Audit entries as pages show them: with the names of those who acted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kernel.access.actors import name_actors
from kernel.access.models import User
from kernel.audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry and who did it."""

    entry: AuditEntry
    who: str


def list_deeds(entries: Iterable[AuditEntry]) -> list[Deed]:
    """Return the entries with names. Two more statements, whatever the number."""
    rows = list(entries)
    names = name_actors({row.actor for row in rows})
    return [Deed(row, names[row.actor]) for row in rows]


def find_entries(wanted: dict[str, Any]) -> QuerySet[AuditEntry]:
    """Return the entries, newest first, that match every filter that is not empty."""
    entries = AuditEntry.objects.order_by("-id")
    for field in ("verb", "object_type", "object_id"):
        if wanted.get(field):
            entries = entries.filter(**{field: wanted[field].strip()})
    if wanted.get("person"):
        entries = entries.filter(actor=f"user:{wanted['person'].pk}")
    if wanted.get("before"):
        entries = entries.filter(pk__lt=wanted["before"])
    return entries


def list_people() -> QuerySet[User]:
    """Return everybody who may have acted."""
    return User.objects.order_by("email")
