"""The past of the world, day by day, as messages of the collection API.

Memory stays flat: a person follows from the seed and is made anew when it is not at hand; only a
small story is kept. Messages come in order of time within each day.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mcps_site.world.catalog import Product, available, make_catalog
from mcps_site.world.life import Deed, Story, gap_to_next_visit, live_day
from mcps_site.world.people import Person, make_person

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a world, for how long, from which seed; `start` is the first midnight, UTC."""

    seed: int
    people: int
    days: int
    start: datetime


@dataclass(slots=True)
class World:
    """The state of a world that lives on: the stories and the day each person comes next."""

    plan: Plan
    catalog: tuple[Product, ...] = ()
    stories: dict[int, Story] = field(default_factory=dict)
    visits: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.catalog = make_catalog(self.plan.seed, self.plan.days)
        for number in range(self.plan.people):
            person = self.person(number)
            self.visits[person.joined_on].append(number)

    def person(self, number: int) -> Person:
        """Return the person of that number."""
        return make_person(self.plan.seed, number, self.plan.days)

    def day(self, day: int) -> list[Message]:
        """Live one day and return its messages in order of time; days are lived in order."""
        shelves = available(self.catalog, day)
        midnight = self.plan.start + timedelta(days=day)
        messages: list[tuple[int, int, int, Message]] = []
        for number in self.visits.pop(day, []):
            person = self.person(number)
            for step, deed in enumerate(self._visit(person, day, shelves)):
                key = f"{self.plan.seed}-{number}-{day}-{step}"
                message = as_message(person, deed, midnight, key=key, seed=self.plan.seed)
                messages.append((deed.second, number, step, message))
        messages.sort(key=lambda entry: entry[:3])
        return [message for *_, message in messages]

    def _visit(self, person: Person, day: int, shelves: dict[str, list[Product]]) -> list[Deed]:
        rng = Random(f"day:{self.plan.seed}:{person.number}:{day}")
        story = self.stories.setdefault(person.number, Story())
        following = day + gap_to_next_visit(person, rng)
        if person.is_there(following):
            self.visits[following].append(person.number)
        return live_day(person, story, shelves, day, rng)


def as_message(person: Person, deed: Deed, midnight: datetime, *, key: str, seed: int) -> Message:
    """Return a deed as a message of the collection API; `key` becomes its `messageId`."""
    message: Message = {
        "type": deed.kind,
        "messageId": key,
        "timestamp": (midnight + timedelta(seconds=deed.second)).isoformat(),
        "anonymousId": f"{deed.device}-{seed}-{person.number}",
        "context": context_of(person, deed.device),
    }
    if deed.known:
        message["userId"] = person.user_id
    message.update(_content(person, deed))
    return message


def _content(person: Person, deed: Deed) -> Message:
    if deed.kind == "identify":
        return {"traits": traits_of(person)}
    if deed.kind == "group":
        traits = dict(deed.properties)
        return {"groupId": traits.pop("id"), "traits": traits}
    if deed.kind == "page":
        return {"name": deed.event, "properties": deed.properties}
    return {"event": deed.event, "properties": deed.properties}


def traits_of(person: Person) -> dict[str, Any]:
    """Return what the shop knows of a person after the sign-up."""
    return {
        "email": person.email, "first_name": person.first_name, "last_name": person.last_name,
        "phone": person.phone, "country": person.country, "locale": person.locale,
        "time_zone": person.time_zone,
    }  # fmt: skip


def context_of(person: Person, device: str) -> dict[str, Any]:
    """Return the context a client of that device sends."""
    library = {"web": "analytics.js", "app": "analytics-kotlin", "store": "store-till"}[device]
    context: dict[str, Any] = {
        "library": {"name": library, "version": "1.0"},
        "locale": person.locale,
        "timezone": person.time_zone,
    }
    if device == "app":
        context["device"] = {"token": person.device_token, "type": "android"}
    return context


def iter_history(world: World) -> Iterator[list[Message]]:
    """Live the whole plan and yield the messages of each day."""
    for day in range(world.plan.days):
        yield world.day(day)
