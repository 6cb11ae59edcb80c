"""What the shop sells. Every product has a category, a price, a stock and a launch day."""

from dataclasses import dataclass
from random import Random

SHOP = "Fernway"

CATEGORIES: dict[str, tuple[str, ...]] = {
    "tents": ("Ridge tent", "Dome tent", "Tarp", "Hammock"),
    "packs": ("Day pack", "Trek pack", "Dry bag", "Roll pouch"),
    "footwear": ("Trail shoe", "Hiking boot", "Camp sandal", "Wool sock"),
    "jackets": ("Rain shell", "Down jacket", "Wind vest", "Fleece"),
    "kitchen": ("Gas stove", "Titan pot", "Water filter", "Enamel mug"),
    "lights": ("Head lamp", "Lantern", "String light", "Solar charger"),
}
BASE_PRICE = {
    "tents": 180, "packs": 95, "footwear": 85, "jackets": 140, "kitchen": 38, "lights": 32,
}  # fmt: skip
SERIES = ("Alder", "Birch", "Cedar", "Dune", "Ember", "Fjord")


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `launched_on` is a day of the simulation, counted from its start."""

    sku: str
    name: str
    category: str
    price: float
    stock: int
    launched_on: int


def make_catalog(seed: int, days: int) -> tuple[Product, ...]:
    """Return the products of the shop, the same for the same seed; a fifth launch on the way."""
    rng = Random(f"catalog:{seed}")
    return tuple(
        _make_product(rng, category, series, kind, days)
        for category, kinds in CATEGORIES.items()
        for kind in kinds
        for series in SERIES
    )


def _make_product(rng: Random, category: str, series: str, kind: str, days: int) -> Product:
    price = round(BASE_PRICE[category] * rng.uniform(0.4, 1.9)) - 0.1
    launched_on = rng.randrange(1, days) if rng.random() < 0.2 else 0
    sku = f"{category[:2].upper()}-{series[:2].upper()}-{kind.replace(' ', '')[:6].upper()}"
    return Product(sku, f"{series} {kind}", category, price, rng.randrange(20, 400), launched_on)


def available(catalog: tuple[Product, ...], day: int) -> dict[str, list[Product]]:
    """Return the products that are on sale on that day, by category."""
    shelves: dict[str, list[Product]] = {category: [] for category in CATEGORIES}
    for product in catalog:
        if product.launched_on <= day:
            shelves[product.category].append(product)
    return shelves
