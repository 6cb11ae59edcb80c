"""Gathers what the in-memory evaluator asks about people: one statement per kind of fact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.sql import SqlFile, bigint_array, text_array
from profiles.consent.rules import ADDRESS_KINDS, Stated, decide_contact, effective_consent
from profiles.contracts import CustomerId
from profiles.extension_points import segment_field_sources, segment_fields
from profiles.segments.rules.exactjson import loads_exact
from profiles.segments.rules.person import Person, Reach, Touch
from profiles.segments.rules.reach import ConsentCondition, ReachCondition
from profiles.segments.rules.standings import Told, standing_since
from profiles.segments.rules.traits import TraitCondition
from profiles.segments.rules.tree import Group, walk
from profiles.segments.rules.values import Json, Value

SQL = SqlFile(__file__, "people")
Places = set[tuple[str, str]]


def load_people(customer_ids: Sequence[int], root: Group) -> dict[int, Person]:
    """Return the facts about people that a rule asks for; the merged and erased are left out."""
    mentions = root.mentions()
    ids = {"customer_ids": bigint_array(customer_ids)}
    touches = _touches(ids, {one.name for one in mentions if one.kind == "event"})
    reach = _reach(ids, _places(root))
    fields = _registered(customer_ids, {one.name for one in mentions if one.kind == "field"})
    since: dict[int, dict[str, datetime]] = defaultdict(dict)
    for customer_id, segment, moment in SQL.run("read_memberships", ids):
        since[customer_id][segment] = moment
    told = _told(ids, _lasting_traits(root))
    people = {}
    for row in SQL.run("read_people", ids):
        customer_id, key, traits, first_seen_at, last_seen_at, time_zone, locale = row
        built_in: dict[str, Value] = {
            "first_seen_at": first_seen_at,
            "last_seen_at": last_seen_at,
            "time_zone": time_zone,
            "locale": locale,
        }
        held = loads_exact(traits)
        people[customer_id] = Person(
            id=customer_id,
            key=key,
            traits=held,
            standing_since=_standings(held, told[customer_id]),
            touches=touches.get(customer_id, ()),
            reach=reach(customer_id),
            member_since=since[customer_id],
            fields=built_in | fields[customer_id],
        )
    return people


def _lasting_traits(root: Group) -> set[str]:
    return {node.key for _, node in walk(root) if isinstance(node, TraitCondition) and node.lasting}


def _told(ids: Mapping[str, Any], names: set[str]) -> dict[int, dict[tuple[str, bool], list[Told]]]:
    found: dict[int, dict[tuple[str, bool], list[Told]]] = defaultdict(lambda: defaultdict(list))
    if names:
        params = {**ids, "names": text_array(names)}
        for customer_id, name, is_newest_kept, value, at in SQL.run("read_told_traits", params):
            told = Told(value=loads_exact(value), at=at)
            found[customer_id][name, is_newest_kept].append(told)
    return found


def _standings(
    held: Mapping[str, Json], told: Mapping[tuple[str, bool], list[Told]]
) -> dict[str, datetime]:
    since = {
        name: standing_since(held.get(name), history, is_newest_kept=is_newest_kept)
        for (name, is_newest_kept), history in told.items()
    }
    return {name: moment for name, moment in since.items() if moment is not None}


def _touches(ids: Mapping[str, Any], events: Iterable[str]) -> dict[int, list[Touch]]:
    found: dict[int, list[Touch]] = defaultdict(list)
    for row in SQL.run("read_touches", {**ids, "events": text_array(events)}):
        customer_id, number, event, occurred_at, revenue, properties = row
        found[customer_id].append(
            Touch(
                id=number,
                event=event,
                occurred_at=occurred_at,
                revenue=revenue,
                properties=loads_exact(properties),
            )
        )
    return found


def _places(root: Group) -> Places:
    return {
        (node.channel, node.topic)
        for _, node in walk(root)
        if isinstance(node, ReachCondition | ConsentCondition)
    }


def _reach(ids: Mapping[str, Any], places: Places) -> "_ReachOf":
    stated: dict[tuple[int, str], list[Stated]] = defaultdict(list)
    channels = text_array({channel for channel, _ in places})
    for customer_id, channel, topic, address, state in SQL.run(
        "read_consents", {**ids, "channels": channels}
    ):
        stated[customer_id, channel].append(Stated(topic=topic, address=address, state=state))
    addresses = {
        (customer_id, kind): (value, set(suppressed))
        for customer_id, kind, value, suppressed in SQL.run("read_addresses", ids)
    }
    return _ReachOf(places, stated, addresses)


class _ReachOf:
    """Answers, per person, what the consent gate says about every place that the rule asks for."""

    def __init__(
        self,
        places: Places,
        stated: Mapping[tuple[int, str], list[Stated]],
        addresses: Mapping[tuple[int, str], tuple[str, set[str]]],
    ) -> None:
        self._places = places
        self._stated = stated
        self._addresses = addresses

    def __call__(self, customer_id: int) -> dict[tuple[str, str], Reach]:
        return {place: self._at(customer_id, *place) for place in self._places}

    def _at(self, customer_id: int, channel: str, topic: str) -> Reach:
        address: str | None = ""
        blocked: set[str] = set()
        if channel in ADDRESS_KINDS:
            none: tuple[str | None, set[str]] = (None, set())
            address, blocked = self._addresses.get((customer_id, ADDRESS_KINDS[channel]), none)
        consent = effective_consent(
            self._stated.get((customer_id, channel), ()), topic=topic, address=address
        )
        reason = decide_contact(address=address, suppressed=channel in blocked, consent=consent)
        return Reach(reason=reason, consent=consent)


def _registered(customer_ids: Sequence[int], asked: set[str]) -> dict[int, dict[str, Value]]:
    values: dict[int, dict[str, Value]] = defaultdict(dict)
    ids = [CustomerId(one) for one in customer_ids]
    found = {key: field.read(ids) for key, field in segment_fields.items() if key in asked}
    for key, source in segment_field_sources.items():
        made = {field for field in asked if field.startswith(f"{key}.")}
        found |= {field: source.read(field, ids) for field in sorted(made)}
    for field, by_person in found.items():
        for customer_id, value in by_person.items():
            values[customer_id][field] = value
    return values
