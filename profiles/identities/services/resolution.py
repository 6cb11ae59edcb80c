"""Resolves the identifiers of many events to people, in sets, and stores what it learned."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from kernel.errors import Conflict
from kernel.events import NewEvent, publish_many
from kernel.ids import new_keys
from profiles.customers.models import Merge
from profiles.customers.queries import Sighting, insert_customers
from profiles.identities import queries
from profiles.identities.rules import Demotion, Link, Ref, Resolver, Seen, Sighted, unsettled_people
from profiles.identities.services.merging import merge_people

# Each round that is lost means that somebody else stored what we needed; the next one reads it.
_MAX_ROUNDS = 8
# How long new ids count against a person, and how long a release lets them gather freely.
DAY = timedelta(days=1)

Notice = Callable[[Sequence[int], Mapping[int, Seen]], dict[int, Sighting]]
"""Says what events tell about their people: all of new ones (negative ids), of others what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whom each event belongs to, in the order given, and what was left aside.

    `sightings` are what must be written about people who were stored before; they are locked.
    """

    customer_ids: list[int]
    created_ids: list[int]
    sightings: list[Sighting]
    demotions: list[Demotion]


class ErasedNamed(Exception):
    """Some of the identifiers belonged to people who were erased. Nothing was written."""

    def __init__(self, refs: set[Ref]) -> None:
        super().__init__()
        self.refs = refs


class OverJoined(Exception):
    """Some events would join too much to one person. Nothing was written.

    By the position of each event: the person, who may be one not stored yet (negative).
    """

    def __init__(self, refused: Mapping[int, int]) -> None:
        super().__init__()
        self.refused = refused


def resolve_people(events: Sequence[Sighted], *, notice: Notice, now: datetime) -> Resolution:
    """Find or create the people of many events, in order.

    A fixed number of statements, inside the caller's transaction. Everybody who is changed, also by
    the caller afterwards, is locked at once in order of their ids, before their identifiers. Safe
    beside other writers: when one of them was first, what this round wrote is taken back and it
    resolves again.

    Raises:
        ErasedNamed: some events name people who were erased; the caller leaves those out.
        OverJoined: some events would join too much; the caller leaves those out.
        Conflict: when others were first too many times; the caller's batch is tried again later.
    """
    for _ in range(_MAX_ROUNDS):
        try:
            with transaction.atomic():
                return _resolve_once(events, notice=notice, now=now)
        except (_SomebodyWasFirst, Conflict):
            continue
    raise Conflict("Too many writers resolve the same people. This batch is tried again.")


def hold_full(customer_ids: Collection[int], *, now: datetime) -> None:
    """Note to whom events would join too much, so that staff decide; tell it once.

    What waits meanwhile lies in quarantine. Published as `profiles.stitching_held`.
    """
    held = queries.insert_full(customer_ids, since=now - DAY, now=now)
    publish_many(
        "profiles.stitching_held",
        [
            NewEvent(
                subject=f"customer:{customer_id}",
                payload={"customer_id": customer_id, "merges": 0, "identifiers": identifiers},
            )
            for customer_id, identifiers in held
        ],
        now=now,
    )


class _SomebodyWasFirst(Exception):
    """Another writer stored one of our new identifiers."""


def _resolve_once(events: Sequence[Sighted], *, notice: Notice, now: datetime) -> Resolution:
    refs = list(dict.fromkeys([ref for event in events for ref in event.refs]))
    links, seen = queries.find_links(refs)
    if erased := queries.find_erased([ref for ref in refs if ref not in links]):
        raise ErasedNamed(erased)
    joining = [event.refs for event in events if len(event.refs) > 1]
    people = queries.load_people(unsettled_people(links, joining), since=now - DAY)
    resolver = Resolver(links, people)
    found = resolver.resolve_all(events)
    if resolver.refused:
        raise OverJoined(resolver.refused)
    sightings = notice(found, seen)
    _hold(resolver, links, sightings)
    if resolver.merges:
        pairs = [(resolver.current(winner), loser) for winner, loser in resolver.merges]
        reason = "An event named both, and only one of them was known."
        merge_people(pairs, kind=Merge.Kind.STITCHED, reason=reason, now=now)
    ids = _create_people([s for s in sightings.values() if s.id < 0], now=now)

    def stored(person_id: int) -> int:
        current = resolver.current(person_id)
        return ids[current] if current < 0 else current

    _store_identities(resolver, events, stored)
    return Resolution(
        customer_ids=[stored(p) for p in found] if ids else found,
        created_ids=sorted(ids.values()),
        sightings=[sighting for sighting in sightings.values() if sighting.id > 0],
        demotions=resolver.demotions,
    )


def _hold(resolver: Resolver, links: Mapping[Ref, Link], sightings: Collection[int]) -> None:
    owners = resolver.owners
    moved = [*resolver.new_links(), *resolver.relinked]
    concerned = {*sightings, *(resolver.current(owners[ref]) for ref in moved)}
    concerned.update(links[ref].person_id for ref in resolver.relinked if ref in links)
    concerned.update(person_id for pair in resolver.merges for person_id in pair)
    stored = [person_id for person_id in concerned if person_id > 0]
    queries.hold_people(stored, to_merge=bool(resolver.merges))


def _create_people(sightings: Sequence[Sighting], *, now: datetime) -> dict[int, int]:
    """Store new people; return their ids by provisional id."""
    keys = new_keys(len(sightings), now=now)
    ids = insert_customers(keys, sightings)
    return {sighting.id: ids[key] for sighting, key in zip(sightings, keys, strict=True)}


def _store_identities(
    resolver: Resolver, events: Sequence[Sighted], stored: Callable[[int], int]
) -> None:
    new, relinked = resolver.new_links(), resolver.relinked
    first = _first_sightings(events, new)
    rows = [
        queries.NewIdentity(
            stored(owner), ref, first[ref].source_id, first[ref].at, relinked.get(ref)
        )
        for ref, owner in sorted(new.items())
    ]
    if queries.insert_identities(rows) != len(rows):
        raise _SomebodyWasFirst
    queries.relink_identities(
        [
            queries.Relink(stored(resolver.owners[ref]), ref, linked_at)
            for ref, linked_at in sorted(relinked.items())
            if ref not in new
        ]
    )
    queries.insert_moves(
        [
            queries.Move(ref, stored(earlier), stored(later), at)
            for ref, earlier, later, at in resolver.moves
        ]
    )


def _first_sightings(events: Sequence[Sighted], refs: Collection[Ref]) -> dict[Ref, Sighted]:
    first: dict[Ref, Sighted] = {}
    for event in events if refs else ():
        for ref in event.refs:
            if ref in refs and (ref not in first or event.at < first[ref].at):
                first[ref] = event
    return first
