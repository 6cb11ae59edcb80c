"""Builds catalogs for tests."""

from campaigns.catalogs.rules import ItemField
from campaigns.catalogs.services import create_catalog, upsert_items
from tests.campaigns.builders import NOW, key


def make_products(*items):
    fields = [
        ItemField(name="name", type="text", is_required=True),
        ItemField(name="price", type="number"),
        ItemField(name="color", type="text"),
        ItemField(name="tags", type="list"),
        ItemField(name="next", type="text"),
    ]
    made = create_catalog(
        "Products", slug="products", key=key(50), fields=fields, actor="user:1", now=NOW
    )
    upsert_items(made, items, actor="user:1", now=NOW)
    return made
