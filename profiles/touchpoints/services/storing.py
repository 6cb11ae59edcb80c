"""Stores messages that can be used: exactly once, for the right person, with their traits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

import msgspec

from kernel.ids import new_key
from profiles.customers.queries import Sighting, touch_customers
from profiles.customers.trait_queries import TraitValue, apply_traits
from profiles.identities.queries import find_links
from profiles.identities.rules import ANONYMOUS_ID, USER_ID, Ref, by_priority
from profiles.identities.services.resolution import Sighted, resolve_people
from profiles.touchpoints import queries
from profiles.touchpoints.models import Source
from profiles.touchpoints.rules.instants import from_micros
from profiles.touchpoints.rules.messages import Arrival

# History older than this shares the default partition: partitions cost planning time each.
_PARTITIONED_HISTORY = timedelta(days=5 * 365)
_DAY = 86_400_000_000
_LONGEST_LOCALE = 35
SYSTEM_SOURCE = "System"


class StoredBatch(msgspec.Struct, frozen=True, gc=False):
    """What became of a batch; `arrivals` and `customer_ids` leave out duplicates."""

    arrivals: list[Arrival]
    customer_ids: list[int]
    duplicates: int


def store_arrivals(arrivals: Sequence[Arrival], *, now: datetime) -> StoredBatch:
    """Store messages in the caller's transaction, in sets; those stored before are left out.

    The order of steps is the same for every writer (ledger, people, touchpoints), so writers wait
    for each other and do not deadlock. About ten statements, whatever the number of messages.
    """
    unique = {arrival.message_id: arrival for arrival in reversed(arrivals)}
    make_months((arrival.at for arrival in unique.values()), now=now)
    known = queries.claim_messages(unique, now=now)
    fresh = [a for a in arrivals if a.message_id not in known and unique[a.message_id] is a]
    if not fresh:
        return StoredBatch([], [], len(arrivals))
    events = [
        Sighted(refs, arrival.at, arrival.source_id)
        for arrival, refs in zip(fresh, _with_previous_ids(fresh), strict=True)
    ]
    customer_ids = resolve_people(events, now=now).customer_ids
    _touch(fresh, customer_ids)
    told = (
        TraitValue(customer_id, name, value, arrival.at, arrival.source_id)
        for arrival, customer_id in zip(fresh, customer_ids, strict=True)
        for name, value in (arrival.traits or {}).items()
    )
    apply_traits(told, now=now)
    append_touchpoints(fresh, customer_ids)
    return StoredBatch(fresh, customer_ids, len(arrivals) - len(fresh))


def append_touchpoints(arrivals: Sequence[Arrival], customer_ids: Sequence[int]) -> None:
    """Append touchpoints whose people are known to the log."""
    event_ids = queries.name_events(arrival.name for arrival in arrivals)
    queries.copy_touchpoints(arrivals, customer_ids, event_ids)


def system_source_id(*, now: datetime) -> int:
    """Return the built-in source under which our own apps record what they did."""
    source, _ = Source.objects.get_or_create(
        name=SYSTEM_SOURCE, defaults={"key": new_key(now=now), "kind": Source.Kind.SYSTEM}
    )
    return source.id


def make_months(instants: Iterable[int], *, now: datetime) -> None:
    """Make the months that are missing. Must come before anything of a batch is written."""
    days = {at // _DAY for at in instants}
    months = {from_micros(day * _DAY).replace(day=1) for day in days}
    recent = sorted(month for month in months if month >= now - _PARTITIONED_HISTORY)
    if recent:
        queries.make_months(recent)


def _with_previous_ids(arrivals: Sequence[Arrival]) -> list[Sequence[Ref]]:
    """Return the identifiers of each message, with what an alias was called before.

    A previous id that is a known user id stays one: two known people are never joined. Anything
    else was an anonymous id, which is how the browser's SDK uses alias.
    """
    previous = {a.previous_id for a in arrivals if a.previous_id is not None}
    known = find_links([(USER_ID, value) for value in previous]) if previous else {}
    return [
        arrival.refs
        if arrival.previous_id is None
        else by_priority(
            (*arrival.refs,
             (USER_ID if (USER_ID, arrival.previous_id) in known else ANONYMOUS_ID,
              arrival.previous_id))
        )
        for arrival in arrivals
    ]  # fmt: skip


def _touch(arrivals: Sequence[Arrival], customer_ids: Sequence[int]) -> None:
    sightings: dict[int, Sighting] = {}
    zone_times: dict[int, int] = {}
    for arrival, customer_id in zip(arrivals, customer_ids, strict=True):
        at = arrival.at
        seen = sightings.get(customer_id)
        if seen is None:
            seen = sightings[customer_id] = Sighting(customer_id, at, at)
        elif at < seen.first_at:
            seen.first_at = at
        elif at > seen.last_at:
            seen.last_at = at
        if arrival.traits:
            seen.has_traits = True
        if (arrival.time_zone or arrival.locale) and at >= zone_times.get(customer_id, at):
            zone_times[customer_id] = at
            seen.time_zone = _known_zone(arrival.time_zone) or seen.time_zone
            seen.locale = (arrival.locale or seen.locale)[:_LONGEST_LOCALE]
    touch_customers(list(sightings.values()))


def _known_zone(name: str | None) -> str:
    return name if name in _time_zones() else ""


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
