"""Reads of catalogs: one by its slug, its fields, the items that messages ask for."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from campaigns.catalogs.models import Catalog
from campaigns.catalogs.rules import ItemAsk, ItemField
from campaigns.extension_points import drawing_usages
from kernel.errors import NotFound
from kernel.sql import SqlFile, text_array
from profiles.contracts import UsedBy

SQL = SqlFile(__file__, "asked")


def get_catalog(slug: str) -> Catalog:
    """Return a catalog by slug; raises `NotFound`."""
    found = Catalog.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such catalog.")
    return found


def fields_of(catalog: Catalog) -> list[ItemField]:
    """Return the fields of a catalog."""
    return [ItemField(**each) for each in catalog.fields]


def list_field_names(slugs: Iterable[str]) -> dict[str, set[str]]:
    """Return the names of the fields of catalogs by slug; those that are not there are absent."""
    return {
        one.slug: {field["name"] for field in one.fields}
        for one in Catalog.objects.filter(slug__in=slugs)
    }


def list_users(catalog: Catalog) -> list[UsedBy]:
    """List the live words that look items up in a catalog."""
    source = f"catalog:{catalog.slug}"
    return [one for _, usage in drawing_usages.items() for one in usage.list_users(source)]


def find_items(asks: Sequence[ItemAsk]) -> dict[str, list[dict[str, Any]]]:
    """Return the items that questions ask for, by the text of the question. At most two statements."""
    found: dict[str, list[dict[str, Any]]] = {ask.key: [] for ask in asks}
    by_key = [ask for ask in asks if not ask.field]
    by_field = [ask for ask in asks if ask.field]
    if by_key:
        params: dict[str, Any] = {
            "catalogs": text_array(ask.catalog for ask in by_key),
            "keys": text_array(str(ask.value) for ask in by_key),
        }
        for n, item in SQL.run("find_by_key", params):
            found[by_key[n - 1].key].append(item)
    if by_field:
        params = {
            "catalogs": text_array(ask.catalog for ask in by_field),
            "fields": text_array(ask.field for ask in by_field),
            "values": text_array(json.dumps(ask.value, default=str) for ask in by_field),
            "limits": [ask.limit for ask in by_field],
        }
        for n, item in SQL.run("find_by_field", params):
            found[by_field[n - 1].key].append(item)
    return found


def sample_items(asks: Sequence[ItemAsk]) -> dict[str, list[dict[str, Any]]]:
    """Return what is asked for, or the first items of a catalog in its place."""
    found = find_items(asks)
    missing = [ask for ask in asks if not found[ask.key]]
    if missing:
        params = {"catalogs": text_array({ask.catalog for ask in missing})}
        first: dict[str, list[dict[str, Any]]] = {}
        for slug, item in SQL.run("find_any", params):
            first.setdefault(slug, []).append(item)
        found |= {ask.key: first.get(ask.catalog, [])[: ask.limit] for ask in missing}
    return found
