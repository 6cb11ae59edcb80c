"""Resolves the identifiers of many events to people, in sets, and stores what it learned."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from kernel.errors import Conflict
from kernel.ids import new_keys
from profiles.customers.models import Merge
from profiles.customers.queries import insert_customers
from profiles.identities import queries
from profiles.identities.rules import Demotion, Ref, Resolver, unsettled_people
from profiles.identities.services.merging import merge_people

# Each round that is lost means that somebody else stored what we needed; the next one reads it.
_MAX_ROUNDS = 8


class Sighted(NamedTuple):
    """The identifiers of one event, the strongest first; `at` is microseconds since 1970."""

    refs: Sequence[Ref]
    at: int
    source_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whom each event belongs to, in the order given, and what was left aside."""

    customer_ids: list[int]
    created_ids: list[int]
    demotions: list[Demotion]


def resolve_people(events: Sequence[Sighted], *, now: datetime) -> Resolution:
    """Find or create the people of many events, in order.

    A fixed number of statements, inside the caller's transaction. Safe beside other writers:
    when one of them was first, what this round wrote is taken back and it resolves again.

    Raises:
        Conflict: when others were first too many times; the caller's batch is tried again later.
    """
    for _ in range(_MAX_ROUNDS):
        try:
            with transaction.atomic():
                return _resolve_once(events, now=now)
        except (_SomebodyWasFirst, Conflict):
            continue
    raise Conflict("Too many writers resolve the same people. This batch is tried again.")


class _SomebodyWasFirst(Exception):
    """Another writer stored one of our new identifiers."""


def _resolve_once(events: Sequence[Sighted], *, now: datetime) -> Resolution:
    refs = list({ref: None for event in events for ref in event.refs})
    links = queries.find_links(refs)
    people = queries.load_people(unsettled_people(links, (event.refs for event in events)))
    resolver = Resolver(links, people)
    found = [resolver.resolve(event.refs, at=event.at) for event in events]
    new_links = resolver.new_links()
    first = _first_sightings(events, new_links)
    ids = _create_people(resolver, found, events, now=now)

    def stored(person_id: int) -> int:
        current = resolver.current(person_id)
        return ids[current] if current < 0 else current

    if resolver.merges:
        pairs = [(resolver.current(winner), loser) for winner, loser in resolver.merges]
        reason = "An event named both, and only one of them was known."
        merge_people(pairs, kind=Merge.Kind.STITCHED, reason=reason, now=now)
    fresh = [
        queries.NewIdentity(stored(owner), ref, first[ref].source_id, first[ref].at)
        for ref, owner in sorted(new_links.items())
    ]
    if queries.insert_identities(fresh) != len(fresh):
        raise _SomebodyWasFirst
    _relink(resolver, stored)
    if resolver.created or resolver.merges:
        found = [stored(person_id) for person_id in found]
    return Resolution(
        customer_ids=found,
        created_ids=sorted(ids.values()),
        demotions=resolver.demotions,
    )


def _first_sightings(events: Sequence[Sighted], refs: Collection[Ref]) -> dict[Ref, Sighted]:
    first: dict[Ref, Sighted] = {}
    for event in events if refs else ():
        for ref in event.refs:
            if ref in refs and (ref not in first or event.at < first[ref].at):
                first[ref] = event
    return first


def _create_people(
    resolver: Resolver, found: Sequence[int], events: Sequence[Sighted], *, now: datetime
) -> dict[int, int]:
    """Store the new people who are left after the merges; return ids by provisional id."""
    seen_at: dict[int, int] = {}
    for person_id, event in zip(found, events, strict=True) if resolver.created else ():
        current = resolver.current(person_id)
        if current < 0:
            seen_at[current] = min(seen_at.get(current, event.at), event.at)
    keys = dict(zip(seen_at, new_keys(len(seen_at), now=now), strict=True))
    ids = insert_customers(list(keys.values()), list(seen_at.values()))
    return {provisional: ids[key] for provisional, key in keys.items()}


def _relink(resolver: Resolver, stored: Callable[[int], int]) -> None:
    owners = resolver.owners
    queries.relink_identities(
        [
            queries.Relink(stored(owners[ref]), ref, linked_at)
            for ref, linked_at in sorted(resolver.relinked.items())
        ]
    )
