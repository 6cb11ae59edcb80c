"""Typed calls of the statements about identifiers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

from kernel.sql import SqlFile, bigint_array, text_array
from profiles.identities.rules import ERASED, Link, Person, Ref, Refused

SQL = SqlFile(__file__, "identities")


class NewIdentity(NamedTuple):
    """An identifier to store, and when it was first seen (microseconds since 1970)."""

    customer_id: int
    ref: Ref
    source_id: int
    seen_at: int


class Relink(NamedTuple):
    """An identifier that was seen with a user id, and when (microseconds since 1970)."""

    customer_id: int
    ref: Ref
    linked_at: int


def find_links(refs: Sequence[Ref]) -> dict[Ref, Link]:
    """Find whom identifiers belong to; unknown ones are absent. One statement."""
    params = {
        "kinds": text_array(kind for kind, _ in refs),
        "values": text_array(value for _, value in refs),
    }
    return {
        refs[n - 1]: Link(customer_id, linked_at)
        for n, customer_id, linked_at in SQL.run("find_links", params)
    }


def load_people(ids: Iterable[int]) -> dict[int, Person]:
    """Return people with all their identifiers."""
    people = {person_id: Person(person_id) for person_id in ids}
    if people:
        for customer_id, kind, value in SQL.run("list_identities", {"ids": bigint_array(people)}):
            people[customer_id].add((kind, value))
    return people


def insert_identities(rows: Sequence[NewIdentity]) -> int:
    """Store new identifiers and return how many were new.

    Raises:
        Refused: one of them belonged to somebody who was erased.
    """
    if not rows:
        return 0
    refuse_erased([row.ref for row in rows])
    params = {
        "customer_ids": bigint_array(row.customer_id for row in rows),
        "kinds": text_array(row.ref[0] for row in rows),
        "values": text_array(row.ref[1] for row in rows),
        "source_ids": bigint_array(row.source_id for row in rows),
        "seen_at": bigint_array(row.seen_at for row in rows),
    }
    return SQL.count("insert_identities", params)


def refuse_erased(refs: Sequence[Ref]) -> None:
    """Let nobody come back who was erased: look the identifiers up among the tombstones.

    Raises:
        Refused: one of them has a tombstone; says the kind, never the value.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    kinds = {digest_of(ref, secret=secret): ref[0] for ref in refs for secret in secrets}
    found = SQL.run("find_tombstones", {"digests": text_array(kinds)})
    if found:
        text = "This person was erased. Nothing of the message was kept."
        raise Refused(ERASED, min(kinds[digest] for (digest,) in found), text)


def insert_tombstones(refs: Iterable[Ref], *, now: datetime) -> None:
    """Keep the keyed hashes of identifiers that must not come back."""
    digests = sorted(digest_of(ref, secret=settings.SECRET_KEY) for ref in refs)
    if digests:
        SQL.run("insert_tombstones", {"digests": text_array(digests), "now": now})


def delete_tombstones(ref: Ref) -> int:
    """Forget that an identifier was erased and return how many hashes went."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [digest_of(ref, secret=secret) for secret in secrets]
    return SQL.count("delete_tombstones", {"digests": text_array(digests)})


def digest_of(ref: Ref, *, secret: str | bytes) -> str:
    """Return the keyed hash of an identifier; the key is derived from the secret."""
    text = f"{ref[0]}:{ref[1]}"
    return salted_hmac("profiles.tombstone", text, secret=secret, algorithm="sha256").hexdigest()


def delete_identities(ids: Iterable[int]) -> list[Ref]:
    """Delete all identifiers of people and return them."""
    rows = SQL.run("delete_identities", {"ids": bigint_array(ids)})
    return [(kind, value) for kind, value in rows]


def export_identities(customer_id: int) -> list[dict[str, Any]]:
    """Return one person's identifiers as plain values."""
    return [row[0] for row in SQL.run("export_identities", {"customer_id": customer_id})]


def relink_identities(rows: Sequence[Relink]) -> None:
    """Note sightings of identifiers with a user id."""
    if rows:
        params = {
            "customer_ids": bigint_array(row.customer_id for row in rows),
            "kinds": text_array(row.ref[0] for row in rows),
            "values": text_array(row.ref[1] for row in rows),
            "linked_at": bigint_array(row.linked_at for row in rows),
        }
        SQL.run("relink_identities", params)
