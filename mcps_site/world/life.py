"""One day in the life of one person: visits, searches, carts, orders and what follows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mcps_site.world.catalog import Product
from mcps_site.world.effects import EFFECTS
from mcps_site.world.people import Person, club_of

Shelves = dict[str, list[Product]]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did: an event, its second of the day, and its properties."""

    second: int
    kind: str
    event: str
    properties: dict[str, Any]
    device: str = "web"
    known: bool = False


@dataclass(slots=True)
class Story:
    """What must be remembered of a person from day to day."""

    signed_up: bool = False
    orders: int = 0
    cart: Product | None = None
    refund_of: list[tuple[int, str, float]] = field(default_factory=list)


def gap_to_next_visit(person: Person, rng: Random) -> int:
    """Return the days until the next visit, at least one."""
    return max(1, round(rng.expovariate(person.visits_per_day)))


def live_day(person: Person, story: Story, shelves: Shelves, day: int, rng: Random) -> list[Deed]:
    """Return what the person does on one day with a visit, in order of time."""
    device = "app" if person.has_app and rng.random() < 0.6 else "web"
    visit = _Visit(person, story, shelves, day, rng, device)
    deeds = list(visit.deeds())
    deeds.extend(_after_effects(person, story, day, rng))
    return sorted(deeds, key=lambda deed: deed.second)


@dataclass(slots=True)
class _Visit:
    person: Person
    story: Story
    shelves: Shelves
    day: int
    rng: Random
    device: str
    second: int = 0
    categories: list[str] = field(init=False)
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        tastes = {c: w for c, w in self.person.tastes.items() if self.shelves[c]}
        self.categories, self.weights = list(tastes), list(tastes.values())

    def deeds(self) -> Iterator[Deed]:
        """Yield the deeds of one visit."""
        self.second = self._start()
        yield self._entrance()
        if not self.story.signed_up and self.rng.random() < self.person.signs_up * 0.6:
            self.story.signed_up = True
            yield from self._sign_up()
            if self.person.consents:
                consent = {"channel": "email", "topic": "", "state": "granted"}
                yield self._deed("track", "Consent Updated", consent)
                yield from self._other_consents()
        product = None
        for _ in range(1 + int(self.rng.expovariate(0.6))):
            product = self._choose()
            yield from self._look_at(product)
        if product is not None:
            yield from self._maybe_buy(self.story.cart or product)

    def _start(self) -> int:
        local = (self.person.best_hour + self.rng.gauss(0, 2.2)) % 24
        return int((local - self.person.utc_offset) % 24 * 3600)

    def _deed(self, kind: str, event: str, properties: dict[str, Any]) -> Deed:
        self.second = min(86_399, self.second + self.rng.randrange(4, 90))
        return Deed(self.second, kind, event, properties, self.device, self.story.signed_up)

    def _sign_up(self) -> Iterator[Deed]:
        yield self._deed("identify", "", {})
        club = club_of(self.person)
        if club:
            yield Deed(self.second, "group", "", club, self.device, known=True)

    def _other_consents(self) -> Iterator[Deed]:
        """Agree to the other channels the person likes; nothing is drawn by lot.

        Who likes the shop's mail also agrees to be shown its advertisements elsewhere.
        """
        liked = [name for name in ("sms", "push") if self.person.channels[name] >= 0.5]
        if self.person.channels["email"] >= 0.5:
            liked.append("audience")
        for channel in liked:
            if channel != "push" or self.person.has_app:
                consent = {"channel": channel, "topic": "", "state": "granted"}
                yield Deed(
                    self.second, "track", "Consent Updated", consent, self.device, known=True
                )

    def _entrance(self) -> Deed:
        if self.device == "app":
            return self._deed("track", "Application Opened", {})
        return self._deed("page", "Home", {"path": "/"})

    def _choose(self) -> Product:
        category = self.rng.choices(self.categories, self.weights)[0]
        return self.rng.choice(self.shelves[category])

    def _look_at(self, product: Product) -> Iterator[Deed]:
        if self.rng.random() < 0.2:
            yield self._deed("track", "Products Searched", {"query": product.name.split()[1]})
        if self.rng.random() < 0.35:
            yield self._deed("track", "Product List Viewed", {"category": product.category})
        yield self._deed("track", "Product Viewed", as_properties(product))

    def _maybe_buy(self, product: Product) -> Iterator[Deed]:
        taste = self.person.tastes[product.category]
        wish = self.person.buys * (0.5 + taste)
        if self.story.cart is None and self.rng.random() > wish * 2.2:
            return
        self.story.cart = product
        yield self._deed("track", "Product Added", as_properties(product))
        affordable = 1.1 - self.person.price_sensitivity * min(1.0, product.price / 200)
        if self.rng.random() < 0.45 * affordable:
            yield self._deed("track", "Checkout Started", {"value": product.price})
            yield from self._order(product)

    def _order(self, product: Product) -> Iterator[Deed]:
        if not self.story.signed_up:
            self.story.signed_up = True
            yield from self._sign_up()
        self.story.cart = None
        self.story.orders += 1
        order_id = f"{self.person.user_id}-{self.story.orders}"
        yield self._deed("track", "Order Completed", order_properties(order_id, product))
        if self.rng.random() < EFFECTS.refund:
            self.story.refund_of.append((self.day, order_id, product.price))
        if self.rng.random() < EFFECTS.support:
            yield self._deed("track", "Support Ticket Opened", {"order_id": order_id})
        if self.rng.random() < self.person.shares * EFFECTS.refer_after_order:
            yield self._deed("track", "Product Shared", {"sku": product.sku, "via": "message"})


def _after_effects(person: Person, story: Story, day: int, rng: Random) -> Iterator[Deed]:
    for entry in list(story.refund_of):
        ordered_on, order_id, amount = entry
        if day > ordered_on:
            story.refund_of.remove(entry)
            properties = {"order_id": order_id, "revenue": amount, "currency": "EUR"}
            yield Deed(rng.randrange(30_000, 60_000), "track", "Order Refunded", properties,
                       "web", known=True)  # fmt: skip
    if story.signed_up and person.country == "DE" and rng.random() < 0.03:
        yield Deed(50_000, "track", "Store Visited", {"store": "Berlin Mitte"}, "store", known=True)


def as_properties(product: Product) -> dict[str, Any]:
    """Return a product as the properties of an event."""
    return {
        "sku": product.sku, "name": product.name, "category": product.category,
        "price": product.price, "currency": "EUR",
    }  # fmt: skip


def order_properties(order_id: str, product: Product) -> dict[str, Any]:
    """Return the properties of a completed order."""
    return {
        "order_id": order_id, "revenue": product.price, "currency": "EUR",
        "products": [{"sku": product.sku, "category": product.category, "price": product.price}],
    }  # fmt: skip
