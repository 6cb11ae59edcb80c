"""Stores messages that can be used: exactly once, for the right person, with their traits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from zoneinfo import available_timezones

import msgspec

from profiles.customers.queries import Sighting, touch_customers
from profiles.customers.trait_queries import TraitValue, apply_traits
from profiles.identities.queries import find_known_user_ids, list_blocked
from profiles.identities.rules import (
    ANONYMOUS_ID,
    ERASED,
    MOST_IDENTIFIED_A_DAY,
    OVER_MERGE,
    USER_ID,
    Seen,
    by_priority,
)
from profiles.identities.services.resolution import (
    ErasedNamed,
    OverJoined,
    Resolution,
    hold_full,
    resolve_people,
)
from profiles.touchpoints import queries
from profiles.touchpoints.models import Source
from profiles.touchpoints.rules.instants import from_micros
from profiles.touchpoints.rules.messages import Arrival, Refused
from profiles.touchpoints.services.sources import built_in_source_id

# History older than this shares the default partition: partitions cost planning time each.
_PARTITIONED_HISTORY = timedelta(days=5 * 365)
_DAY = 86_400_000_000
_LONGEST_LOCALE = 35
SYSTEM_SOURCE = "System"


class StoredBatch(msgspec.Struct, frozen=True, gc=False):
    """What became of a batch; `arrivals` and `customer_ids` leave out duplicates and refused ones."""

    arrivals: list[Arrival]
    customer_ids: list[int]
    refused: list[tuple[Arrival, Refused]]
    duplicates: int


def store_arrivals(arrivals: Sequence[Arrival], *, now: datetime) -> StoredBatch:
    """Store messages in the caller's transaction, in sets; those stored before are left out.

    Messages that name somebody who was erased, only values that staff blocked, or that would join too
    much to one person are refused; nothing of them is stored. The order of steps is the same for
    every writer (ledger, people, identifiers, touchpoints), so writers wait for each other and do
    not deadlock. About ten statements, whatever the number of messages.
    """
    unique = {arrival.message_id: arrival for arrival in reversed(arrivals)}
    make_months([arrival.at for arrival in unique.values()], now=now)
    known = queries.claim_messages(unique, now=now) if unique else ()
    fresh = list(arrivals)
    if known or len(unique) < len(fresh):
        fresh = [a for a in fresh if unique[a.message_id] is a and a.message_id not in known]
    named = _with_previous_ids(fresh)
    duplicates = len(arrivals) - len(named)
    fresh, refused = _without_blocked(named)
    resolution = None
    full: set[int] = set()
    while fresh and resolution is None:
        try:
            resolution = resolve_people(fresh, notice=partial(_notice, fresh), now=now)
        except ErasedNamed as problem:
            refused += _refuse(fresh, problem)
        except OverJoined as problem:
            refused += _refuse_joining(fresh, problem)
            full |= {person_id for person_id in problem.refused.values() if person_id > 0}
        if resolution is None:
            gone = {arrival.message_id for arrival, _ in refused}
            fresh = [arrival for arrival in fresh if arrival.message_id not in gone]
    if full:
        hold_full(full, now=now)
    if refused:
        queries.forget_messages([arrival.message_id for arrival, _ in refused])
    if resolution is None:
        return StoredBatch([], [], refused, duplicates)
    _write(fresh, resolution, now=now)
    return StoredBatch(fresh, resolution.customer_ids, refused, duplicates)


def _write(arrivals: Sequence[Arrival], resolution: Resolution, *, now: datetime) -> None:
    touch_customers(resolution.sightings)
    told = [
        TraitValue(customer_id, name, value, arrival.at, arrival.source_id)
        for arrival, customer_id in zip(arrivals, resolution.customer_ids, strict=True)
        if arrival.traits
        for name, value in arrival.traits.items()
    ]
    apply_traits(told, now=now)
    append_touchpoints(arrivals, resolution.customer_ids)


def _refuse(arrivals: Sequence[Arrival], problem: ErasedNamed) -> list[tuple[Arrival, Refused]]:
    text = "This person was erased. Nothing of the message was kept."
    found = []
    for arrival in arrivals:
        kinds = [ref[0] for ref in arrival.refs if ref in problem.refs]
        if kinds:
            found.append((arrival, Refused(ERASED, min(kinds), text)))
    return found


def _refuse_joining(
    arrivals: Sequence[Arrival], problem: OverJoined
) -> list[tuple[Arrival, Refused]]:
    text = (
        f"It would join more than {MOST_IDENTIFIED_A_DAY} new ids to one person within a day. Look at"
        " Duplicates, Held people: undo what is wrong, or release the person."
    )
    return [
        (arrivals[n], Refused(OVER_MERGE, arrivals[n].refs[0][0], text)) for n in problem.refused
    ]


def append_touchpoints(arrivals: Sequence[Arrival], customer_ids: Sequence[int]) -> None:
    """Append touchpoints whose people are known to the log."""
    event_ids = queries.name_events({arrival.name for arrival in arrivals})
    queries.copy_touchpoints(arrivals, customer_ids, event_ids)


def system_source_id(*, now: datetime) -> int:
    """Return the built-in source under which our own apps record what they did."""
    return built_in_source_id(SYSTEM_SOURCE, Source.Kind.SYSTEM, now=now)


class MonthsMissing(Exception):
    """Touchpoints fall into months that have no partition yet."""

    def __init__(self, months: list[datetime]) -> None:
        super().__init__()
        self.months = months


def expect_months(instants: Iterable[int], *, now: datetime) -> None:
    """Make sure that the months are there.

    Making one locks readers out until the transaction ends, and a writer who waits meanwhile for
    people could deadlock. So whoever stores many events makes months in a transaction of its own.

    Raises:
        MonthsMissing: some have to be made first.
    """
    if missing := queries.find_missing_months(_recent_months(instants, now=now)):
        raise MonthsMissing(missing)


def make_months(instants: Iterable[int], *, now: datetime) -> None:
    """Make the months that are missing. Must come before anything of a batch is written."""
    if recent := _recent_months(instants, now=now):
        queries.make_months(recent)


def _recent_months(instants: Iterable[int], *, now: datetime) -> list[datetime]:
    days = {at // _DAY for at in instants}
    months = {from_micros(day * _DAY).replace(day=1) for day in days}
    return sorted(month for month in months if month >= now - _PARTITIONED_HISTORY)


def _with_previous_ids(arrivals: list[Arrival]) -> list[Arrival]:
    """Name messages also by what an alias was called before.

    A previous id that is a known user id stays one: two known people are never joined. Anything
    else was an anonymous id, which is how the browser's SDK uses alias.
    """
    previous = {a.previous_id for a in arrivals if a.previous_id is not None}
    if not previous:
        return arrivals
    known = find_known_user_ids(previous)
    return [
        arrival
        if arrival.previous_id is None
        else msgspec.structs.replace(
            arrival,
            refs=by_priority(
                (*arrival.refs,
                 (USER_ID if arrival.previous_id in known else ANONYMOUS_ID, arrival.previous_id))
            ),
        )
        for arrival in arrivals
    ]  # fmt: skip


def _without_blocked(
    arrivals: list[Arrival],
) -> tuple[list[Arrival], list[tuple[Arrival, Refused]]]:
    """Return messages without the values that staff blocked; refuse those that name nobody else."""
    blocked = list_blocked()
    if not blocked:
        return arrivals, []
    kept, refused = [], []
    for arrival in arrivals:
        left = tuple(ref for ref in arrival.refs if ref not in blocked)
        if not left:
            text = "This value is blocked: it names too many people."
            refused.append((arrival, Refused("blocked_identifier", arrival.refs[0][0], text)))
        else:
            is_same = len(left) == len(arrival.refs)
            kept.append(arrival if is_same else msgspec.structs.replace(arrival, refs=left))
    return kept, refused


def _notice(
    arrivals: Sequence[Arrival], person_ids: Sequence[int], known: Mapping[int, Seen]
) -> dict[int, Sighting]:
    """Return what messages tell about people: all of new ones, of others only what differs."""
    sightings: dict[int, Sighting] = {}
    zone_times: dict[int, int] = {}
    for arrival, person_id in zip(arrivals, person_ids, strict=True):
        at = arrival.at
        if person_id > 0 and not _is_news(arrival, known[person_id]):
            continue
        seen = sightings.get(person_id)
        if seen is None:
            seen = sightings[person_id] = Sighting(person_id, at, at)
        elif at < seen.first_at:
            seen.first_at = at
        elif at > seen.last_at:
            seen.last_at = at
        if (arrival.time_zone or arrival.locale) and at >= zone_times.get(person_id, at):
            zone_times[person_id] = at
            seen.time_zone = _known_zone(arrival.time_zone) or seen.time_zone
            seen.locale = (arrival.locale or seen.locale)[:_LONGEST_LOCALE]
    return sightings


def _is_news(arrival: Arrival, seen: Seen) -> bool:
    """Say whether a message changes its person: by its time, its traits, or where they are."""
    if arrival.traits or not seen.first_at <= arrival.at <= seen.last_at + _DAY:
        return True
    if not (arrival.time_zone or arrival.locale):
        return False
    return (arrival.time_zone or "", arrival.locale or "") != (seen.time_zone, seen.locale)


def _known_zone(name: str | None) -> str:
    return name if name in _time_zones() else ""


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
