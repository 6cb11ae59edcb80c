"""Typed calls of the statements about identifiers."""

import hmac
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

from kernel.sql import SqlFile, bigint_array, text_array
from profiles.identities.rules import DEVICE_KINDS, Link, Person, Ref, Seen

SQL = SqlFile(__file__, "identities")

# PostgreSQL counts microseconds from 2000, we from 1970.
_YEAR_2000 = 946_684_800_000_000
_SIGHTED = struct.Struct("!qq")


class NewIdentity(NamedTuple):
    """An identifier to store, when it was first seen, and when with a user id (microseconds)."""

    customer_id: int
    ref: Ref
    source_id: int
    seen_at: int
    linked_at: int | None


class Relink(NamedTuple):
    """An identifier that was seen with a user id, and when (microseconds since 1970)."""

    customer_id: int
    ref: Ref
    linked_at: int


class Move(NamedTuple):
    """A device that went from one known person to another (microseconds since 1970)."""

    ref: Ref
    from_id: int
    to_id: int
    moved_at: int


def find_links(refs: Iterable[Ref]) -> tuple[dict[Ref, Link], dict[int, Seen]]:
    """Find whom identifiers belong to, and what we know of these people; unknown ones are absent.

    One statement for each kind of identifier.
    """
    by_kind: dict[str, list[str]] = {}
    for kind, value in refs:
        by_kind.setdefault(kind, []).append(value)
    links: dict[Ref, Link] = {}
    seen: dict[int, Seen] = {}
    for kind, values in by_kind.items():
        params = {"kind": kind, "values": text_array(values)}
        for value, customer_id, linked_at, sighted, zone, locale in SQL.run("find_links", params):
            since = None if linked_at is None else _micros(linked_at)
            links[kind, value] = Link(customer_id, since)
            if customer_id not in seen:
                first_at, last_at = _SIGHTED.unpack(sighted)
                seen[customer_id] = Seen(
                    first_at + _YEAR_2000, last_at + _YEAR_2000, zone or "", locale or ""
                )
    return links, seen


def find_known_user_ids(values: Iterable[str]) -> set[str]:
    """Return which user ids belong to somebody."""
    return {row[0] for row in SQL.run("find_known_user_ids", {"values": text_array(values)})}


def _micros(sent: bytes) -> int:
    return int.from_bytes(sent, "big", signed=True) + _YEAR_2000


def hold_people(ids: Iterable[int], *, to_merge: bool) -> None:
    """Lock people in order of their ids, all that a transaction changes at once."""
    if wanted := set(ids):
        statement = "hold_people_to_merge" if to_merge else "hold_people"
        SQL.run(statement, {"ids": bigint_array(wanted)})


def load_people(ids: Iterable[int], *, since: datetime | None = None) -> dict[int, Person]:
    """Return people with all their identifiers, and how far events may still join to them.

    With `since` also how many identified ids were first seen after it.
    """
    people = {person_id: Person(person_id) for person_id in ids}
    if not people:
        return people
    params = {"ids": bigint_array(people), "since": since}
    for customer_id, is_open, is_full in SQL.run("list_held", params):
        person = people[customer_id]
        person.is_held |= is_open and not is_full
        person.is_full |= is_open and is_full
        person.is_trusted |= not is_open
    for customer_id, kind, value, is_new in SQL.run("list_identities", params):
        people[customer_id].add((kind, value))
        people[customer_id].gathered += is_new and kind not in DEVICE_KINDS
    return people


def insert_full(ids: Iterable[int], *, since: datetime, now: datetime) -> list[tuple[int, int]]:
    """Note to whom events would join too much; return whom nobody had noted, and their new ids."""
    params = {"ids": bigint_array(ids), "since": since, "now": now}
    return [(row[0], row[1]) for row in SQL.run("insert_full", params)]


def list_blocked() -> frozenset[Ref]:
    """Return the values that staff blocked."""
    return frozenset((kind, value) for kind, value in SQL.run("list_blocked"))


def delete_identity(ref: Ref) -> int:
    """Take one identifier from whoever holds it; return 1 if somebody did."""
    return SQL.count("delete_identity", {"kind": ref[0], "value": ref[1]})


def insert_identities(rows: Sequence[NewIdentity]) -> int:
    """Store new identifiers and return how many were new."""
    if not rows:
        return 0
    linked = ["NULL" if row.linked_at is None else str(row.linked_at) for row in rows]
    params = {
        "customer_ids": bigint_array(row.customer_id for row in rows),
        "kinds": text_array(row.ref[0] for row in rows),
        "values": text_array(row.ref[1] for row in rows),
        "source_ids": bigint_array(row.source_id for row in rows),
        "seen_at": bigint_array(row.seen_at for row in rows),
        "linked_at": "{" + ",".join(linked) + "}",
    }
    return SQL.count("insert_identities", params)


def find_erased(refs: Sequence[Ref]) -> set[Ref]:
    """Return which identifiers have a tombstone: they belonged to somebody who was erased."""
    if not refs or not SQL.value("has_tombstones"):
        return set()
    keys = [_tombstone_key(secret) for secret in _secrets()]
    refs_by_digest = {_digest(ref, key): ref for ref in refs for key in keys}
    found = SQL.run("find_tombstones", {"digests": text_array(refs_by_digest)})
    return {refs_by_digest[digest] for (digest,) in found}


def insert_tombstones(refs: Iterable[Ref], *, now: datetime) -> None:
    """Keep the keyed hashes of identifiers that must not come back."""
    key = _tombstone_key(settings.SECRET_KEY)
    digests = sorted(_digest(ref, key) for ref in refs)
    if digests:
        SQL.run("insert_tombstones", {"digests": text_array(digests), "now": now})


def delete_tombstones(ref: Ref) -> int:
    """Forget that an identifier was erased and return how many hashes went."""
    digests = [_digest(ref, _tombstone_key(secret)) for secret in _secrets()]
    return SQL.count("delete_tombstones", {"digests": text_array(digests)})


def _secrets() -> list[str | bytes]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _tombstone_key(secret: str | bytes) -> hmac.HMAC:
    """Return the keyed hash of nothing; copies of it take the identifiers."""
    return salted_hmac("profiles.tombstone", "", secret=secret, algorithm="sha256")


def _digest(ref: Ref, key: hmac.HMAC) -> str:
    keyed = key.copy()
    keyed.update(f"{ref[0]}:{ref[1]}".encode())
    return keyed.hexdigest()


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


def insert_moves(rows: Sequence[Move]) -> None:
    """Note devices that went from one known person to another."""
    if rows:
        params = {
            "kinds": text_array(row.ref[0] for row in rows),
            "values": text_array(row.ref[1] for row in rows),
            "from_ids": bigint_array(row.from_id for row in rows),
            "to_ids": bigint_array(row.to_id for row in rows),
            "moved_at": bigint_array(row.moved_at for row in rows),
        }
        SQL.run("insert_moves", params)
