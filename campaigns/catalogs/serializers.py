"""What the REST API of catalogs takes and gives."""

from typing import Any

from rest_framework import serializers

from campaigns.catalogs.rules import TYPES


class ItemFieldSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=64)
    type = serializers.ChoiceField(TYPES)
    is_required = serializers.BooleanField(default=False)


class CatalogSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField(max_length=64)
    name = serializers.CharField(max_length=120)
    items = serializers.IntegerField(source="item_count", read_only=True)
    fields_ = ItemFieldSerializer(many=True, source="fields")

    def get_fields(self) -> dict[str, Any]:
        """Name the list of fields as the API does; `fields` is taken by serializers themselves."""
        found: dict[str, Any] = super().get_fields()
        found["schema"] = found.pop("fields_")
        return found


class ItemSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=128)
    values = serializers.DictField(child=serializers.JSONField(allow_null=True))


class ItemsSerializer(serializers.Serializer[Any]):
    items = serializers.ListField(child=ItemSerializer(), max_length=1_000, allow_empty=False)


class UpsertedSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="The rest was there as it is.")
