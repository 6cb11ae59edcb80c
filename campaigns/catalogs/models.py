"""Catalogs with their items."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Catalog(models.Model):
    """Items of one kind under keys of the shop. `fields` names and types their values."""

    key = models.UUIDField(unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120, unique=True)
    fields = models.JSONField(default=list)
    item_count = models.IntegerField(db_default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_catalog"

    def __str__(self) -> str:
        return self.name


class CatalogItem(models.Model):
    """One item as it stands now."""

    catalog = models.ForeignKey(
        Catalog, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    key = models.CharField(max_length=128)
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_catalog_item"
        constraints = [
            models.UniqueConstraint(fields=["catalog", "key"], name="campaigns_catalog_item_key"),
        ]
        indexes = [
            GinIndex(
                fields=["values"],
                opclasses=["jsonb_path_ops"],
                name="campaigns_catalog_item_values",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.catalog_id} {self.key}"
