"""Sources and their write keys."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.ids import new_key
from profiles.touchpoints.models import Source
from profiles.touchpoints.services.keys import hash_write_key


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
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("name", "Give the source a name of 1 to 100 letters.")
    write_key = f"wk_{secrets.token_urlsafe(24)}"
    try:
        with transaction.atomic():
            source = Source.objects.create(
                key=new_key(now=now), name=name, kind=kind, starts_journeys=starts_journeys,
                write_key_hash=hash_write_key(write_key), write_key_hint=write_key[:7],
            )  # fmt: skip
            record(actor=actor, verb="created", object_type="source", object_id=source.id,
                   after={"name": name, "kind": kind.value}, now=now)  # fmt: skip
    except IntegrityError:
        raise Conflict(f"There is a source “{name}” already. Choose another name.") from None
    return source, write_key


def built_in_source_id(name: str, kind: Source.Kind, *, now: datetime) -> int:
    """Return the id of a source of our own, which the first who needs it makes."""
    named = Source.objects.filter(name=name).values_list("id", flat=True)
    found = named.first()
    if found is None:
        ours = Source(name=name, key=new_key(now=now), kind=kind)
        Source.objects.bulk_create([ours], ignore_conflicts=True)
        found = named.get()
    return found
