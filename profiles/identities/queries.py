"""Typed calls of the statements about identifiers."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kernel.sql import SqlFile, bigint_array, text_array
from profiles.identities.rules import Link, Person, Ref

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
    """Store new identifiers and return how many were new."""
    if not rows:
        return 0
    params = {
        "customer_ids": bigint_array(row.customer_id for row in rows),
        "kinds": text_array(row.ref[0] for row in rows),
        "values": text_array(row.ref[1] for row in rows),
        "source_ids": bigint_array(row.source_id for row in rows),
        "seen_at": bigint_array(row.seen_at for row in rows),
    }
    return SQL.count("insert_identities", params)


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
