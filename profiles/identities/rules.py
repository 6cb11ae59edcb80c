"""Which person an event belongs to, decided from its identifiers. Pure: no database, no clock.

The rules, in the order in which they speak:

1. Two people who both have a user id are never joined by an event.
2. The identifier with the highest priority names the person. One that contradicts it is dropped
   from the event (demoted), and the event is kept.
3. A device (anonymous id, push token) that moves from one known person to another goes with the
   newest event that shows both; what it did before stays with the earlier person.
4. A person holds at most so many identifiers of a kind; one more is dropped from the event.
5. To a person who is held, because they gathered too much too fast, nothing is joined.
6. An event that would bring more identified ids (all but devices) to a person than a day may is
   not resolved at all: it waits in quarantine until staff decide.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

Ref = tuple[str, str]
"""Kind and value of an identifier."""

USER_ID = "user_id"
ANONYMOUS_ID = "anonymous_id"
EMAIL = "email"
PHONE = "phone"
DEVICE_TOKEN = "device_token"  # noqa: S105  a kind of identifier
DEVICE_KINDS = frozenset({ANONYMOUS_ID, DEVICE_TOKEN})
CONTACT_KINDS = (EMAIL, PHONE)

PRIORITIES = {USER_ID: 0, EMAIL: 1, PHONE: 2, DEVICE_TOKEN: 8, ANONYMOUS_ID: 9}
OWN_KIND_PRIORITY = 5

# One user id for ever: that is what a person is. Devices are many over the years; beyond a
# hundred it is a kiosk or a defect, and joining more would only spread it.
LIMITS = {USER_ID: 1, EMAIL: 5, PHONE: 5, DEVICE_TOKEN: 20, ANONYMOUS_ID: 100}
OWN_KIND_LIMIT = 5

# Somebody new brings four or five in a day: a user id, an address, a number, ids of other systems.
MOST_IDENTIFIED_A_DAY = 8

# A link seen again is written again only when it is this much newer (microseconds; one day).
RELINK_AFTER = 86_400_000_000

BLOCKED_VALUES = frozenset(
    {
        "-1", "anonymous", "default", "false", "guest", "n/a", "nan", "nil", "none", "not_set",
        "null", "object", "test", "true", "undefined", "unknown", "user", "[object object]",
    }
)  # fmt: skip
_LONGEST_BLOCKED = max(map(len, BLOCKED_VALUES))
_ONLY_ZEROS = re.compile(r"^[0-]*$")


ERASED = "erased_person"
"""Why a message is refused that names somebody who was erased; nothing of it is kept."""


OVER_MERGE = "over_merge"
"""Why a message waits that would join too much to one person."""


class Refused(Exception):
    """The message cannot be used; `field` says where, the text says why."""

    def __init__(self, reason: str, field: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.field = field
        self.detail = detail


def is_blocked(value: str) -> bool:
    """Say whether a value names nobody: empty, zeros, `null` and what defects send instead of ids."""
    if len(value) <= _LONGEST_BLOCKED and value.lower() in BLOCKED_VALUES:
        return True
    return value[:1] in {"", "0", "-"} and _ONLY_ZEROS.match(value) is not None


def by_priority(refs: Iterable[Ref]) -> tuple[Ref, ...]:
    """Sort identifiers by what they weigh, the strongest first; doubles are dropped."""
    unique = dict.fromkeys(refs)
    return tuple(sorted(unique, key=lambda ref: (PRIORITIES.get(ref[0], OWN_KIND_PRIORITY), ref)))


@dataclass(slots=True)
class Person:
    """A person under resolution. Negative ids are people who are not stored yet."""

    id: int
    refs: dict[str, set[str]] = field(default_factory=dict)
    is_held: bool = False
    """Whether they gathered so much that events join nothing more to them."""
    gathered: int = 0
    """How many of their identified ids were seen for the first time within a day."""
    is_full: bool = False
    """Whether events that bring more identified ids wait until staff decide."""
    is_trusted: bool = False
    """Whether staff let them gather without a limit for a day."""

    @property
    def has_user_id(self) -> bool:
        """Whether somebody has said who this is."""
        return bool(self.refs.get(USER_ID))

    def add(self, ref: Ref) -> None:
        """Note one more identifier."""
        self.refs.setdefault(ref[0], set()).add(ref[1])

    def count_identified(self) -> int:
        """Return how many ids other than devices they have."""
        return sum(len(values) for kind, values in self.refs.items() if kind not in DEVICE_KINDS)


class Sighted(Protocol):
    """An event: its identifiers, the strongest first; `at` is microseconds since 1970."""

    @property
    def refs(self) -> Sequence[Ref]: ...  # noqa: D102

    @property
    def at(self) -> int: ...  # noqa: D102

    @property
    def source_id(self) -> int: ...  # noqa: D102


class Link(msgspec.Struct, frozen=True, gc=False):
    """To whom an identifier belongs, and when it was last seen with a user id (microseconds)."""

    person_id: int
    linked_at: int | None = None


class Seen(msgspec.Struct, frozen=True, gc=False):
    """When a stored person was first and last seen (microseconds), time zone and language."""

    first_at: int
    last_at: int
    time_zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Demotion:
    """An identifier that an event named and that was left aside, with the reason."""

    ref: Ref
    person_id: int
    other_id: int
    reason: str


class TooMuchJoined(Exception):
    """An event would bring a person more identified ids than a day may."""

    def __init__(self, person_id: int) -> None:
        super().__init__()
        self.person_id = person_id


def may_join(one: Person, other: Person, *, via: str) -> bool:
    """Say whether an event may make one person of two, by an identifier of the kind `via`."""
    if one.has_user_id and other.has_user_id:
        return False
    if (one.is_held or other.is_held) and one.refs and other.refs:
        return False
    if via in DEVICE_KINDS and any(_contradict(one, other, kind) for kind in CONTACT_KINDS):
        return False
    return all(
        len(values | other.refs.get(kind, set())) <= LIMITS.get(kind, OWN_KIND_LIMIT)
        for kind, values in one.refs.items()
    )


def _contradict(one: Person, other: Person, kind: str) -> bool:
    mine, theirs = one.refs.get(kind), other.refs.get(kind)
    return bool(mine and theirs and mine.isdisjoint(theirs))


def winner_of(one: Person, other: Person) -> tuple[Person, Person]:
    """Return who stays and who goes: stored before new, then known before unknown, then older."""

    def rank(person: Person) -> tuple[bool, bool, int]:
        return person.id < 0, person.id >= 0 and not person.has_user_id, abs(person.id)

    first, second = sorted((one, other), key=rank)
    return first, second


class Resolver:
    """Resolves the events of one batch in order; afterwards its lists say what to store.

    `people` must hold everybody to whom an identifier of an unsettled event belongs; see
    `unsettled_people`.
    """

    def __init__(self, links: Mapping[Ref, Link], people: Mapping[int, Person]) -> None:
        self.owners = {ref: link.person_id for ref, link in links.items()}
        """To whom each identifier belongs now."""
        self._links = links
        self.people = dict(people)
        self.created: list[int] = []
        self.merges: list[tuple[int, int]] = []
        """Stored people who became one: winner, loser."""
        self.demotions: list[Demotion] = []
        self.relinked: dict[Ref, int] = {}
        """Identifiers whose newest sighting with a user id must be written, with its time."""
        self.moves: list[tuple[Ref, int, int, int]] = []
        """Devices that went from one known person to another: which, from, to, when."""
        self.refused: dict[int, int] = {}
        """Events that would join too much to one person, by position, and that person."""
        self._gone: dict[int, int] = {}

    def resolve(self, refs: Sequence[Ref], *, at: int) -> int:
        """Return the person of one event. `refs` are sorted by priority and not empty.

        Raises:
            TooMuchJoined: the event changes nothing, because it would join too much.
        """
        owners = self.owners
        person_id = owners.get(refs[0])
        if len(refs) == 1:
            return self._settle(refs, at) if person_id is None else person_id
        if person_id is None or any(owners.get(ref) != person_id for ref in refs):
            person_id = self._settle(refs, at)
        if refs[0][0] == USER_ID:
            for ref in refs[1:]:
                if ref[0] in DEVICE_KINDS and owners.get(ref) == person_id:
                    self._note_link(ref, at)
        return person_id

    def resolve_all(self, events: Iterable[Sighted]) -> list[int]:
        """Return the person of each event, as they are after the last one; of one refused, 0."""
        owners, resolve = self.owners, self.resolve
        found: list[int] = []
        for event in events:
            refs = event.refs
            person_id = owners.get(refs[0]) if len(refs) == 1 else None
            try:
                found.append(resolve(refs, at=event.at) if person_id is None else person_id)
            except TooMuchJoined as problem:
                self.refused[len(found)] = problem.person_id
                found.append(0)
        return [self.current(person_id) for person_id in found] if self._gone else found

    def current(self, person_id: int) -> int:
        """Return who a person has become by the merges of this batch."""
        while person_id in self._gone:
            person_id = self._gone[person_id]
        return person_id

    def new_links(self) -> dict[Ref, int]:
        """Return identifiers that were not stored before, and whom they belong to."""
        if len(self.owners) == len(self._links):
            return {}
        return {ref: owner for ref, owner in self.owners.items() if ref not in self._links}

    def _settle(self, refs: Sequence[Ref], at: int) -> int:
        self._count_gain(refs)
        person = Person(0)
        contested: list[Ref] = []
        for ref in refs:
            owner_id = self.owners.get(ref)
            if owner_id is None:
                self._attach(person, ref)
            elif owner_id != person.id:
                owner = self.people[owner_id]
                if may_join(person, owner, via=ref[0]):
                    person = self._join(person, owner)
                else:
                    contested.append(ref)
        if person.id == 0:
            person = self._create(person)
        for ref in contested:
            self._contest(ref, person, at)
        return person.id

    def _count_gain(self, refs: Sequence[Ref]) -> None:
        """Count the identified ids that an event brings to a person who exists; refuse too many."""
        owners = [(ref[0], self.people[self.owners[ref]]) for ref in refs if ref in self.owners]
        if not owners:
            return
        base = owners[0][1]
        gained = sum(
            kind not in DEVICE_KINDS
            and len(base.refs.get(kind, ())) < LIMITS.get(kind, OWN_KIND_LIMIT)
            for kind, _ in (ref for ref in refs if ref not in self.owners)
        )
        for kind, owner in owners:
            if owner is not base and may_join(base, owner, via=kind):
                gained += min(base.count_identified(), owner.count_identified())
        if not gained:
            return
        is_over = base.gathered + gained > MOST_IDENTIFIED_A_DAY and not base.is_trusted
        if base.is_full or is_over:
            raise TooMuchJoined(base.id)
        base.gathered += gained

    def _attach(self, person: Person, ref: Ref) -> None:
        if len(person.refs.get(ref[0], ())) >= LIMITS.get(ref[0], OWN_KIND_LIMIT):
            self.demotions.append(Demotion(ref, person.id, person.id, "limit_reached"))
            return
        if person.is_held:
            self.demotions.append(Demotion(ref, person.id, person.id, "person_held"))
            return
        person.add(ref)
        if person.id:
            self.owners[ref] = person.id

    def _join(self, person: Person, owner: Person) -> Person:
        if person.id == 0:
            winner, loser = owner, person
        else:
            winner, loser = winner_of(person, owner)
            self._gone[loser.id] = winner.id
            if loser.id > 0:
                self.merges.append((winner.id, loser.id))
        winner.gathered += loser.gathered
        winner.is_full |= loser.is_full
        winner.is_trusted |= loser.is_trusted
        for kind, values in loser.refs.items():
            for value in values:
                winner.add((kind, value))
                if loser.id == 0 or (kind, value) in self.owners:
                    self.owners[kind, value] = winner.id
        return winner

    def _create(self, person: Person) -> Person:
        person.id = -len(self.created) - 1
        person.gathered = person.count_identified()
        self.created.append(person.id)
        self.people[person.id] = person
        for kind, values in person.refs.items():
            for value in values:
                self.owners[kind, value] = person.id
        return person

    def _contest(self, ref: Ref, person: Person, at: int) -> None:
        owner = self.people[self.owners[ref]]
        if owner is person:
            return
        linked_at = self._linked_at(ref)
        moves = ref[0] in DEVICE_KINDS and person.has_user_id and owner.has_user_id
        if moves and (linked_at is None or at > linked_at):
            self.moves.append((ref, owner.id, person.id, at))
            owner.refs[ref[0]].discard(ref[1])
            person.add(ref)
            self.owners[ref] = person.id
            self.relinked[ref] = at
            return
        reason = "belongs_to_another" if not moves else "device_moved_on"
        self.demotions.append(Demotion(ref, person.id, owner.id, reason))

    def _note_link(self, ref: Ref, at: int) -> None:
        linked_at = self._linked_at(ref)
        if linked_at is None or at >= linked_at + RELINK_AFTER:
            self.relinked[ref] = at

    def _linked_at(self, ref: Ref) -> int | None:
        if ref in self.relinked:
            return self.relinked[ref]
        link = self._links.get(ref)
        return link.linked_at if link is not None else None


def unsettled_people(links: Mapping[Ref, Link], events: Iterable[Sequence[Ref]]) -> set[int]:
    """Return the stored people whose identifiers must be known in full before resolving.

    Those are the owners of any identifier in an event whose identifiers do not all belong to one
    person already. Everybody else keeps exactly the identifiers they have, also who is named by
    events with a single identifier: those may be left out.
    """
    found: set[int] = set()
    for refs in events:
        owners = {links[ref].person_id for ref in refs if ref in links}
        if len(owners) > 1 or any(ref not in links for ref in refs):
            found |= owners
    return found
