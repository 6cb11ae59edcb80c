"""Catalogs: creating them, bringing items in, taking items out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.catalogs.models import Catalog, CatalogItem
from campaigns.catalogs.rules import BadItem, ItemField, check_fields, guess_fields, read_item
from campaigns.catalogs.selectors import fields_of, list_users
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.sql import SqlFile, text_array

SQL = SqlFile(__file__, "stock")
MAX_ITEMS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """What became of items that were brought in; the rest was there as it is."""

    created: int
    changed: int


@transaction.atomic
def create_catalog(
    name: str, *, slug: str, key: UUID, fields: Sequence[ItemField], actor: str, now: datetime
) -> Catalog:
    """Create an empty catalog.

    Raises:
        Conflict: name or slug is taken.
        Invalid: a field cannot be.
    """
    try:
        check_fields(fields)
    except BadItem as error:
        raise Invalid(error.field, str(error)) from None
    if Catalog.objects.filter(name=name).exists() or Catalog.objects.filter(slug=slug).exists():
        raise Conflict(f"A catalog named “{name}”, or one with the slug “{slug}”, exists.")
    made = Catalog.objects.create(
        key=key, name=name, slug=slug, fields=[asdict(field) for field in fields],
        created_at=now, changed_at=now,
    )  # fmt: skip
    record(
        actor=actor, verb="created", object_type="catalog", object_id=str(key), before=None,
        after={"name": name, "slug": slug}, now=now,
    )  # fmt: skip
    return made


@transaction.atomic
def create_from_items(
    name: str,
    *,
    slug: str,
    key: UUID,
    items: Sequence[tuple[str, Mapping[str, Any]]],
    actor: str,
    now: datetime,
) -> Catalog:
    """Create a catalog of items, with the fields that fit them.

    Raises:
        Conflict: name or slug is taken.
        Invalid: a field or a value cannot be.
    """
    fields = guess_fields([values for _, values in items])
    made = create_catalog(name, slug=slug, key=key, fields=fields, actor=actor, now=now)
    upsert_items(made, items, actor=actor, now=now)
    made.refresh_from_db()
    return made


@transaction.atomic
def upsert_items(
    catalog: Catalog, items: Sequence[tuple[str, Mapping[str, Any]]], *, actor: str, now: datetime
) -> Upserted:
    """Add items by key, or replace their values; all of them or none. One statement.

    Raises:
        Invalid: a value does not fit its field; the field is `items.NUMBER.NAME`.
    """
    fields = fields_of(catalog)
    keys, values = [], []
    for number, (key, given) in enumerate(items):
        try:
            values.append(json.dumps(read_item(given, fields)))
        except BadItem as error:
            raise Invalid(f"items.{number}.{error.field}", f"Item “{key}”: {error}") from None
        keys.append(key)
    if len(set(keys)) < len(keys):
        raise Invalid("items", "A key is there twice.")
    locked = Catalog.objects.select_for_update().get(pk=catalog.pk)
    params = {
        "catalog_id": locked.pk, "keys": text_array(keys), "values": text_array(values), "now": now,
    }  # fmt: skip
    new = [row[0] for row in SQL.run("upsert_items", params)]
    done = Upserted(created=sum(new), changed=len(new) - sum(new))
    if locked.item_count + done.created > MAX_ITEMS:
        raise Invalid("items", f"A catalog has at most {MAX_ITEMS:,} items.")
    _count(locked, locked.item_count + done.created, now=now)
    record(
        actor=actor, verb="upserted", object_type="catalog", object_id=str(locked.key), before=None,
        after=asdict(done), now=now,
    )  # fmt: skip
    return done


@transaction.atomic
def delete_items(catalog: Catalog, keys: Iterable[str], *, actor: str, now: datetime) -> int:
    """Take items out by key; return how many were there."""
    locked = Catalog.objects.select_for_update().get(pk=catalog.pk)
    count, _ = CatalogItem.objects.filter(catalog=locked, key__in=list(keys)).delete()
    if count:
        _count(locked, locked.item_count - count, now=now)
        record(
            actor=actor, verb="deleted_items", object_type="catalog", object_id=str(locked.key),
            before=None, after={"items": count}, now=now,
        )  # fmt: skip
    return count


@transaction.atomic
def delete_catalog(catalog: Catalog, *, actor: str, now: datetime) -> None:
    """Delete a catalog with its items.

    Raises:
        Conflict: published templates draw from it; the message names them.
    """
    users = list_users(catalog)
    if users:
        names = ", ".join(f"“{user.name}”" for user in users)
        raise Conflict(f"“{catalog.name}” cannot be deleted: {names} draw from it.")
    number, name = catalog.key, catalog.name
    catalog.delete()
    record(
        actor=actor, verb="deleted", object_type="catalog", object_id=str(number),
        before={"name": name}, after=None, now=now,
    )  # fmt: skip


def _count(catalog: Catalog, items: int, *, now: datetime) -> None:
    catalog.item_count, catalog.changed_at = items, now
    catalog.save(update_fields=["item_count", "changed_at"])
