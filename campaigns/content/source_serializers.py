"""What the REST API of catalogs and coupon pools takes and gives."""

from typing import Any

from rest_framework import serializers

from campaigns.content.rules.items import TYPES


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


class CatalogPageSerializer(serializers.Serializer[Any]):
    results = CatalogSerializer(many=True)


class ItemSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=128)
    values = serializers.DictField(child=serializers.JSONField(allow_null=True))


class ItemPageSerializer(serializers.Serializer[Any]):
    results = ItemSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ItemsSerializer(serializers.Serializer[Any]):
    items = serializers.ListField(child=ItemSerializer(), max_length=1_000, allow_empty=False)


class UpsertedSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="The rest was there as it is.")


class PoolSerializer(serializers.Serializer[Any]):
    slug = serializers.RegexField(r"^[a-zA-Z_][a-zA-Z0-9_]*\Z", max_length=64)
    name = serializers.CharField(max_length=120)
    warn_below = serializers.IntegerField(min_value=0, max_value=1_000_000, default=100)
    total = serializers.IntegerField(read_only=True)
    free = serializers.IntegerField(read_only=True, help_text="Counted up to 100,000.")
    is_low = serializers.BooleanField(read_only=True)


class PoolPageSerializer(serializers.Serializer[Any]):
    results = PoolSerializer(many=True)


class CodesSerializer(serializers.Serializer[Any]):
    codes = serializers.ListField(
        child=serializers.CharField(max_length=128), max_length=10_000, allow_empty=False
    )


class AddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="Codes that were ever in the pool are left out.")
