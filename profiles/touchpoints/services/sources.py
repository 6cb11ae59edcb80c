"""Sources and their write keys."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_key
from profiles.touchpoints.models import Source
from profiles.touchpoints.services.keys import forget_keys, hash_write_key

# Longer, and nobody remembers that a key is still out there.
LONGEST_OVERLAP: Final = timedelta(days=30)


def create_source(
    name: str,
    *,
    kind: Source.Kind = Source.Kind.API,
    starts_journeys: bool = True,
    actor: str = "command:create_source",
    now: datetime,
) -> tuple[Source, str]:
    """Create a source and return it with its write key, which cannot be read again later.

    Raises:
        Invalid: the name is empty or too long.
        Conflict: a source of this name exists.
    """  # fmt: skip
    name = _checked(name)
    write_key = _make_key()
    try:
        with transaction.atomic():
            source = Source.objects.create(
                key=new_key(now=now), name=name, kind=kind, starts_journeys=starts_journeys,
                write_key_hash=hash_write_key(write_key), write_key_hint=write_key[:7],
            )  # fmt: skip
            record(actor=actor, verb="created", object_type="source", object_id=source.id,
                   after={"name": name, "kind": kind.value}, now=now)  # fmt: skip
    except IntegrityError:
        raise _taken(name) from None
    return source, write_key


def change_source(
    source: Source, *, name: str, starts_journeys: bool, actor: str, now: datetime
) -> None:
    """Rename a source, and say whether its events may start journeys; audited.

    Raises:
        Invalid: the name is empty or too long.
        Conflict: another source has this name.
    """
    name = _checked(name)
    before = {"name": source.name, "starts_journeys": source.starts_journeys}
    after = {"name": name, "starts_journeys": starts_journeys}
    if before == after:
        return
    try:
        with transaction.atomic():
            Source.objects.filter(pk=source.pk).update(**after)
            record(actor=actor, verb="changed", object_type="source", object_id=source.pk,
                   before=before, after=after, now=now)  # fmt: skip
    except IntegrityError:
        raise _taken(name) from None


def renew_write_key(source: Source, *, overlap: timedelta, actor: str, now: datetime) -> str:
    """Give a source a new write key and return it; the present one works on for `overlap`.

    A key that was renewed before stops at once, so at most two work. Audited.

    Raises:
        Invalid: the overlap is negative or longer than 30 days.
        NotFound: the source never had a write key.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        days = LONGEST_OVERLAP.days
        raise Invalid("overlap", f"The present key works on for up to {days} days, or not at all.")
    write_key = _make_key()
    with transaction.atomic():
        held = Source.objects.select_for_update().get(pk=source.pk)
        if held.write_key_hash is None:
            raise NotFound(f"“{held.name}” takes no events by a write key.")
        held.former_key_hash = held.write_key_hash if overlap else None
        held.former_key_until = now + overlap if overlap else None
        held.write_key_hash, held.write_key_hint = hash_write_key(write_key), write_key[:7]
        held.save(update_fields=[
            "former_key_hash", "former_key_until", "write_key_hash", "write_key_hint",
        ])  # fmt: skip
        until = held.former_key_until and held.former_key_until.isoformat()
        record(actor=actor, verb="key renewed", object_type="source", object_id=source.pk,
               after={"former_key_until": until}, now=now)  # fmt: skip
    forget_keys()
    return write_key


def set_enabled(source_id: int, *, is_enabled: bool, actor: str, now: datetime) -> None:
    """Let a source send, or refuse what it sends within seconds; a second call changes nothing."""
    with transaction.atomic():
        rows = Source.objects.filter(pk=source_id, disabled_at__isnull=not is_enabled)
        if rows.update(disabled_at=None if is_enabled else now):
            record(actor=actor, verb="enabled" if is_enabled else "disabled", object_type="source",
                   object_id=source_id, now=now)  # fmt: skip
    forget_keys()


def find_source(key: UUID) -> Source | None:
    """Return a source that others send by, with a write key or as a webhook, or `None`."""
    has_door = Q(kind=Source.Kind.WEBHOOK) | Q(write_key_hash__isnull=False)
    return Source.objects.filter(has_door, key=key).first()


def built_in_source_id(name: str, kind: Source.Kind, *, now: datetime) -> int:
    """Return the id of a source of our own, which the first who needs it makes."""
    named = Source.objects.filter(name=name).values_list("id", flat=True)
    found = named.first()
    if found is None:
        ours = Source(name=name, key=new_key(now=now), kind=kind)
        Source.objects.bulk_create([ours], ignore_conflicts=True)
        found = named.get()
    return found


def _checked(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or "\0" in name:
        raise Invalid("name", "Give the source a name of 1 to 100 letters.")
    return name


def _make_key() -> str:
    return f"wk_{secrets.token_urlsafe(24)}"


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a source “{name}” already. Choose another name.")
