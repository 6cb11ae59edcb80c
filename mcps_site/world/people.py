"""The simulated people: what they like, when they are awake, whom they know.

Everything about a person follows from the seed and the person's number, so a million people need
no memory beyond those at hand. Mail addresses end in `.example`, telephone numbers are of the
ranges kept for fiction: nobody real can be reached.
"""

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from mcps_site.world.catalog import CATEGORIES

FIRST_NAMES = tuple(
    "Ada Ben Cora Dev Elif Finn Gita Hugo Ines Jonas Kaya Liam Mina Noor Olga Paul Quinn Rosa Sami "
    "Tara Uma Vito Wren Xenia Yusuf Zoe Aiko Bruno Clara Dario Emre Freya Goran Hana Ivo Jana".split()
)
LAST_NAMES = tuple(
    "Adler Berg Costa Duarte Ekman Farkas Grant Haas Ito Jansen Kaur Lopez Meyer Novak Okafor Petrov "
    "Quist Rossi Silva Tanaka Ueda Vogel Weber Xu Yilmaz Zeman Abbott Brandt Castro Dahl".split()
)
PLACES: tuple[tuple[str, str, str], ...] = (
    ("Europe/Berlin", "de-DE", "DE"),
    ("Europe/London", "en-GB", "GB"),
    ("Europe/Madrid", "es-ES", "ES"),
    ("America/New_York", "en-US", "US"),
    ("America/Los_Angeles", "en-US", "US"),
    ("Asia/Tokyo", "ja-JP", "JP"),
    ("Australia/Sydney", "en-AU", "AU"),
)
PLACE_WEIGHTS = (30, 20, 10, 18, 10, 7, 5)
_CLUBS = (
    ("Summit Seekers", 40), ("River Walkers", 25), ("Night Hikers", 12), ("Forest School", 60),
)  # fmt: skip
CHANNELS = ("email", "sms", "push", "in_app")


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated person. Days count from the start of the simulation."""

    number: int
    first_name: str
    last_name: str
    time_zone: str
    locale: str
    country: str
    utc_offset: int
    tastes: dict[str, float]
    price_sensitivity: float
    channels: dict[str, float]
    awake_from: int
    awake_hours: int
    best_hour: int
    joined_on: int
    lost_on: int
    visits_per_day: float
    buys: float
    signs_up: float
    patience: int
    shares: float
    has_app: bool
    consents: bool

    @property
    def user_id(self) -> str:
        """The shop's own id of this person."""
        return f"fw-{self.number:07d}"

    @property
    def email(self) -> str:
        """The address, unique by the number."""
        return f"{self.first_name}.{self.last_name}.{self.number}@people.example".lower()

    @property
    def phone(self) -> str:
        """A number of the ranges kept for fiction."""
        return f"+1{201 + self.number // 100 % 700:03d}55501{self.number % 100:02d}"

    @property
    def device_token(self) -> str:
        """The token by which the shop's app on the person's phone is pushed to."""
        return f"world-phone-{self.number:07d}"

    def is_awake(self, utc_hour: int) -> bool:
        """Say whether the person is awake at that hour of UTC."""
        return (utc_hour + self.utc_offset - self.awake_from) % 24 < self.awake_hours

    def is_there(self, day: int) -> bool:
        """Say whether the person has come and is not yet lost on that day."""
        return self.joined_on <= day < self.lost_on


OFFSETS = {
    "Europe/Berlin": 1, "Europe/London": 0, "Europe/Madrid": 1, "America/New_York": -5,
    "America/Los_Angeles": -8, "Asia/Tokyo": 9, "Australia/Sydney": 10,
}  # fmt: skip


# The people of a world of the default size stay at hand; a larger one makes them anew.
@lru_cache(maxsize=20_000)
def make_person(seed: int, number: int, days: int) -> Person:
    """Return one person of the world, the same for the same seed and number."""
    rng = Random(f"person:{seed}:{number}")
    zone, locale, country = rng.choices(PLACES, PLACE_WEIGHTS)[0]
    joined_on = int(days * rng.betavariate(1.1, 1.0)) if rng.random() < 0.7 else 0
    rate = rng.gammavariate(1.2, 0.045)
    awake_from = rng.choice((5, 6, 6, 7, 7, 8, 9, 11))
    awake_hours = rng.randrange(14, 18)
    return Person(
        number=number,
        first_name=rng.choice(FIRST_NAMES),
        last_name=rng.choice(LAST_NAMES),
        time_zone=zone, locale=locale, country=country, utc_offset=OFFSETS[zone],
        tastes=_make_tastes(rng),
        price_sensitivity=rng.betavariate(2, 2),
        channels={channel: rng.betavariate(2, 2) for channel in CHANNELS},
        awake_from=awake_from, awake_hours=awake_hours,
        best_hour=(awake_from + rng.randrange(3, awake_hours - 1)) % 24,
        joined_on=joined_on,
        lost_on=joined_on + 1 + int(rng.expovariate(1 / rng.choice((60, 200, 700)))),
        visits_per_day=rate, buys=rng.betavariate(2, 9), signs_up=rng.betavariate(3, 3),
        patience=rng.randrange(1, 8), shares=rng.betavariate(1, 6),
        has_app=rng.random() < 0.35, consents=rng.random() < 0.7,
    )  # fmt: skip


def _make_tastes(rng: Random) -> dict[str, float]:
    weights = [rng.gammavariate(0.6, 1.0) + 0.01 for _ in CATEGORIES]
    top = max(weights)
    return {category: weight / top for category, weight in zip(CATEGORIES, weights, strict=True)}


def friends_of(seed: int, number: int, people: int) -> tuple[int, ...]:
    """Return the numbers of a person's friends: mostly near neighbors, some far ones.

    A small-world graph (Watts, Strogatz 1998) without a stored edge: friendship with near
    neighbors is mutual by construction, far acquaintances are one-sided.
    """
    rng = Random(f"friends:{seed}:{number}")
    near = [(number + step) % people for step in (-3, -2, -1, 1, 2, 3)]
    far = [rng.randrange(people) for _ in range(rng.randrange(0, 4))]
    return tuple(dict.fromkeys(n for n in near + far if n != number))


def club_of(person: Person) -> dict[str, Any]:
    """Return the hiking club that one in eight people belong to; nothing for the others."""
    if person.number % 8:
        return {}
    name, seats = _CLUBS[person.number // 8 % len(_CLUBS)]
    return {"id": f"club-{name.lower().replace(' ', '-')}", "name": name, "kind": "hiking club", "members": seats}  # fmt: skip
