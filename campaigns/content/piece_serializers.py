"""What the REST API of brand kits and shared blocks takes and gives."""

from typing import Any

from rest_framework import serializers

from campaigns.content.piece_models import KIND_CHOICES
from campaigns.content.rules.brand import BrandValues


class WrittenKitSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    values = serializers.DictField(
        help_text=f"Any of {', '.join(f'`{name}`' for name in BrandValues.model_fields)}; what is "
        "left out is as in a new kit."
    )
    sender = serializers.UUIDField(default=None, allow_null=True, help_text="An e-mail sender.")
    is_default = serializers.BooleanField(default=False)


class KitSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    sender = serializers.UUIDField(source="sender.key", default=None, allow_null=True)
    version = serializers.IntegerField(source="live_version.number")
    values = serializers.DictField(source="live_version.values")


class ChangedBlockSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    source = serializers.CharField(max_length=200_000, trim_whitespace=False)  # type: ignore[assignment]


class NewBlockSerializer(ChangedBlockSerializer):
    slug = serializers.SlugField(max_length=64)
    kind = serializers.ChoiceField(KIND_CHOICES)


class BlockSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    version = serializers.IntegerField(source="live_version.number")
    source = serializers.CharField(source="live_version.source")  # type: ignore[assignment]


class RenewalSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    number = serializers.IntegerField(help_text="The new version; 0 where there is none.")
    problem = serializers.CharField(help_text="What keeps it from a new version, or empty.")
